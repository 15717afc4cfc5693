r"""Experiment: a student that learns a teacher's labels on images of digits and on injected inputs at once.

Source: Shi, Wei & Liang 2022, Section 6, "The Effect of Input Structure", and Figure 4. The images keep their input structure,
the injected Gaussian inputs have none; the labels of both are those of one teacher, trained on the images. The main text gives
the widths; the Gaussian law, the optimiser and the sizes are parameters here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.digits import images, split
from empirics.validation import choice, count, finite_matrix, nonnegative
from lemmata.experiments import experiment
from lemmata.objects.values import Floats
from lemmata.seeding import Draws

BATCH = 100
"""Samples a step."""

MOMENTUM = 0.9
"""Of the gradient descent: velocities are this share of the last ones, less the gradient."""

INJECTIONS = ("isotropic", "matched", "images")
"""The laws of the injected inputs: see :func:`injected_inputs`."""


@dataclass(frozen=True)
class Classifier:
    """A two-layer ReLU network with a score for each class: w (m, d), b (m,), a (classes, m), c (classes,)."""

    w: Tensor
    b: Tensor
    a: Tensor
    c: Tensor

    def scores(self, x: Tensor) -> Tensor:
        """(n, d) inputs to (n, classes)."""
        return torch.addmm(self.c, torch.addmm(self.b, x, self.w.T).relu(), self.a.T)

    def __call__(self, x: Tensor) -> Tensor:
        """The classes that (n, d) inputs are put into, (n,)."""
        return self.scores(x).argmax(dim=1)

    def accuracy(self, x: Tensor, labels: Tensor) -> float:
        """The share of (n, d) inputs that get their (n,) labels."""
        return float((self(x) == labels).double().mean())


def initial_classifier(generator: Generator, *, m: int, d: int, classes: int) -> Classifier:
    """Weights from N(0, 2/d) and N(0, 1/m), the usual scales for inputs of mean square 1, and no biases.

    Raises
    ------
    LemmataError : counts below 1.
    """
    for name, value in (("m", m), ("d", d), ("classes", classes)):
        count(name, value)
    return Classifier(
        torch.from_numpy(generator.standard_normal((m, d))) * math.sqrt(2 / d),
        torch.zeros(m, dtype=torch.float64),
        torch.from_numpy(generator.standard_normal((classes, m))) / math.sqrt(m),
        torch.zeros(classes, dtype=torch.float64),
    )


def learn(
    generator: Generator, classifier: Classifier, x: Tensor, labels: Tensor, *, eta: float, steps: int
) -> Classifier:
    """The classifier after stochastic gradient descent with momentum on the cross-entropy.

    Parameters
    ----------
    generator : draws ``BATCH`` samples a step, with replacement.
    x, labels : (n, d) inputs and (n,) integer labels.
    eta : the step size.
    steps : their number.

    Raises
    ------
    LemmataError : inputs that are no finite matrix, a negative step size or number of steps.
    """
    finite_matrix("inputs", x, columns=classifier.w.shape[1])
    nonnegative("eta", eta)
    count("steps", steps, least=0)
    inputs = x.numpy()
    truth = torch.nn.functional.one_hot(labels, classifier.c.shape[0]).to(x.dtype).numpy()
    parts = [part.numpy().copy() for part in (classifier.w, classifier.b, classifier.a, classifier.c)]
    velocities = [numpy.zeros_like(part) for part in parts]
    for chosen in generator.integers(inputs.shape[0], size=(steps, BATCH)):
        gradient = cross_entropy_gradient(parts, inputs[chosen], truth[chosen])
        for part, velocity, slope in zip(parts, velocities, gradient, strict=True):
            velocity *= MOMENTUM
            velocity -= slope
            part += eta * velocity
    return Classifier(*(torch.from_numpy(part) for part in parts))


def cross_entropy_gradient(parts: Sequence[Floats], x: Floats, truth: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The gradient of the mean cross-entropy in w, b, a and c, the ``parts``, of their shapes.

    Written out and in NumPy: the batches are so small that what counts is the time of a call, a fraction of torch's.

    Parameters
    ----------
    x, truth : (n, d) inputs, and (n, classes) with a 1 for each sample's class.
    """
    w, b, a, c = parts
    hidden = numpy.maximum(x @ w.T + b, 0)
    scores = hidden @ a.T + c
    shares = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    excess = (shares / shares.sum(axis=1, keepdims=True) - truth) / x.shape[0]
    pulled = (excess @ a) * (hidden > 0)
    return pulled.T @ x, pulled.sum(axis=0), excess.T @ hidden, excess.sum(axis=0)


def median_margin(classifier: Classifier, x: Tensor) -> float:
    """The median over (n, d) inputs of the best score less the second best."""
    best = classifier.scores(x).topk(2, dim=1).values
    return float((best[:, 0] - best[:, 1]).median())


def injected_inputs(generator: Generator, x: Tensor, n: int, law: str) -> Tensor:
    """n inputs without the structure of the images, (n, d).

    Parameters
    ----------
    x : (n', d) training images, normalised: their mean is 0.
    law : ``"isotropic"``, Gaussian with the images' mean and their total variance, spread evenly over the pixels; ``"matched"``,
        Gaussian with their mean and covariance; ``"images"``, images drawn from x with replacement (the negative control).

    Raises
    ------
    LemmataError : an unknown law, n < 1.
    """
    choice("injected", law, INJECTIONS)
    count("n", n)
    if law == "images":
        return x[torch.from_numpy(generator.integers(x.shape[0], size=n))]
    z = torch.from_numpy(generator.standard_normal((n, x.shape[1])))
    centre = x.mean(dim=0)
    if law == "isotropic":
        return centre + z * (x - centre).square().mean().sqrt()
    # A square root of the covariance by its eigenvectors: pixels that never change make it singular.
    spectrum, axes = torch.linalg.eigh((x - centre).T @ (x - centre) / x.shape[0])
    matched: Tensor = centre + (z * spectrum.clamp(min=0).sqrt()) @ axes.T
    return matched


@experiment
def teacher_student(
    draws: Draws,
    *,
    classes: int,
    m: int,
    steps: int,
    eta: float = 0.1,
    teacher_steps: int = 200,
    injected: str = "isotropic",
    data: str = "digits",
) -> dict[str, float]:
    """Test errors of a student on the parts of an equal mixture, and of the same student trained on the images alone.

    Parameters
    ----------
    classes : the number of digits, 2 to 10.
    m : the number of neurons, of the teacher and of the students.
    steps : the students' number of steps, with ``BATCH`` samples each.
    eta, teacher_steps : the step size, of all, and the teacher's number of steps.
    injected : the law of the injected inputs, one of ``INJECTIONS``.
    data : ``"digits"``, bundled with scikit-learn, or ``"mnist"``.

    Returns
    -------
    ``images``, ``gaussian`` and ``mixture``: the student's errors on test images, on fresh injected inputs, and on both in
    equal parts, against the teacher's labels. ``direct``: the error on test images, against the true labels, of a student that
    starts alike and is trained on the images with their true labels. ``alone``: the error on fresh injected inputs, against the
    teacher's labels, of one that is trained on injected inputs only. ``margins``: the median over fresh injected inputs of the
    teacher's margin, its best score less the second best, in units of that over test images.

    Raises
    ------
    LemmataError : a number out of its range, an unknown word, MNIST that cannot be fetched.
    """
    found = images(data, classes)
    d = found.pixels.shape[1]
    parts = split(draws["split"], found, variance=d)
    teacher = learn(
        draws["teacher's batches"],
        initial_classifier(draws["teacher"], m=m, d=d, classes=classes),
        parts.x,
        parts.digits,
        eta=eta,
        steps=teacher_steps,
    )
    added = injected_inputs(draws["injected"], parts.x, parts.x.shape[0], injected)
    mixed = torch.cat([parts.x, added])
    start = initial_classifier(draws["student"], m=m, d=d, classes=classes)
    student = learn(draws["batches"], start, mixed, teacher(mixed), eta=eta, steps=steps)
    direct = learn(draws["batches"], start, parts.x, parts.digits, eta=eta, steps=steps)
    alone = learn(draws["batches"], start, added, teacher(added), eta=eta, steps=steps)

    test_source = parts.test_x if injected == "images" else parts.x
    test_added = injected_inputs(draws["test injected"], test_source, 1000, injected)
    errors = {
        "images": 1 - student.accuracy(parts.test_x, teacher(parts.test_x)),
        "gaussian": 1 - student.accuracy(test_added, teacher(test_added)),
    }
    return {
        **errors,
        "mixture": (errors["images"] + errors["gaussian"]) / 2,
        "direct": 1 - direct.accuracy(parts.test_x, parts.test_digits),
        "alone": 1 - alone.accuracy(test_added, teacher(test_added)),
        "margins": median_margin(teacher, test_added) / median_margin(teacher, parts.test_x),
    }
