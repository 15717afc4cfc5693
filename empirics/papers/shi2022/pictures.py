"""Section 6, Figures 2, 3 and 4, measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from empirics.digit_training import digit_clusters, digit_map
from empirics.sweeps import Results, grid, mean_series, reference_line
from empirics.teacher_student import teacher_student
from empirics.weight_emergence import STATES, emerging_directions, emerging_map
from empirics.weight_pictures import distances_panel, panel
from lemmata import Lower, MedianAtLeast, MedianAtMost, MedianWithin, Samples, Separation, SweepCell, Tight, Upper
from lemmata.obligations import Obligation
from theory.papers.shi2022.pictures import (
    DIGITS,
    MIXTURE,
    SYNTHETIC,
    figure_2,
    figure_2_all_weights,
    figure_2_first_step,
    figure_3,
    figure_3_accuracy,
    figure_3_any_labels,
    figure_3_features,
    figure_3_gradually,
    figure_3_usual_start,
    figure_4,
    figure_4_alone,
    figure_4_as_direct,
    figure_4_margins,
    figure_4_mixture,
    figure_4_two_digits,
)

# Figure 2.


def _synthetic_cells() -> Iterator[dict[str, Any]]:
    """Half of D, with n in proportion to D - k, and all of it. The smaller comes first, so that controls cost less."""
    signal, background = SYNTHETIC["k"], SYNTHETIC["D"] - SYNTHETIC["k"]
    for bits in (SYNTHETIC["D"] // 2, SYNTHETIC["D"]):
        yield {**SYNTHETIC, "D": bits, "n": round(SYNTHETIC["n"] * (bits - signal) / background)}


@figure_2.check(control={"labels": "permuted"}, slow=True)
def figure_2_measured(stated: Separation) -> Iterator[Obligation]:
    r"""The weights' cosines with $\pm\sum_{j\in A} M_j$ pass 0.99 in the second step.

    The paper's $D = 100$, $k = 5$, $p_o = 1/2$ and parity labels; another cell has half of $D$, and $n$ in proportion to
    $D - k$. The main text has neither the law of the class-relevant bits nor the number of samples. Here these bits are
    uniform with probability $1/2$ and all equal otherwise, and each step sees $n$ fresh samples. That after the second step
    every cosine is above 0.99 is the claim ``section-6-alignment``.

    What the second step improves is the noise that samples leave. In the first a neuron's gate passes some samples and not
    others, in the second the injected noise makes it pass all of them to about the same degree. The cosine is $(1 + r c)^{-1/2}$,
    where $c$ is in proportion to $(D-k)/n$, and $r$ is 1.57 in the first step and 1 in the second (claim ``gate-noise``). So
    there is a range of sample sizes, a factor of about 1.6 wide, in which the second step carries the weights across 0.99;
    $n = 5000$ lies in it. With twice as many samples one step is enough, with 3000 of them two are not. The gain is modest:
    $1 - \cos$ falls by about a third, and for a few neurons it grows. What changes most is that after two steps all neurons
    point in one direction or its opposite, as the last panel shows.

    Pilots on another root seed predict shares of 0.97 and 0 (0.95 and 0 in the smaller cell). As a negative control the labels
    are permuted in both steps.

    The picture has the neurons on a plane by multidimensional scaling of $1 - \cos$, with the ground truth and its
    opposite, as in the paper; in the dictionary's coordinates.
    """
    for design in _synthetic_cells():
        yield MedianAtLeast(
            Samples(emerging_directions, f"unaligned_{stated.worse}", design, minus=f"unaligned_{stated.better}"),
            stated.gap,
            by=f"D = {design['D']}, n = {design['n']}",
        )


PICTURED = {"smoke": 20, "ci": 50, "paper": 300}
"""Figure 2 by profile: half the number of neurons on the map; the paper has 300."""

AFTER = {"start": "after initialisation", "first": "after one step", "second": "after two steps"}


@figure_2.sweep
def figure_2_sweep(profile: str) -> list[SweepCell]:
    """One network in its three states."""
    common = {**SYNTHETIC, "m": PICTURED[profile]}
    return [SweepCell(emerging_map, design, 1) for design in grid(**common, state=list(STATES))]


@figure_2.draw
def figure_2_figure(stated: Separation, cells: list[dict[str, Any]], sweep: Results) -> list[dict[str, Any]]:
    """A map for each state of the network, and how far its weights are from the ground truth."""
    found = {AFTER[cell["design"]["state"]]: cell["replicates"][0] for cell in sweep}
    truth = r"\sum_{j \in A} M_j"
    maps = [panel(f"Weights {when}", numbers, truth) for when, numbers in found.items()]
    return [*maps, distances_panel("How far the weights are from the ground truth", found, truth)]


@figure_2_first_step.check(control={"labels": "permuted"}, slow=True)
def figure_2_first_step_measured(stated: Separation) -> Iterator[Obligation]:
    r"""After one step the directions of the weights form two clusters, opposite to one another.

    Measured by the silhouette of the two halves on either side of the neurons' main direction, with $1 - \cos$ for a
    dissimilarity: 1 for two points, less than a tenth at the start. Pilots on another root seed predict 0.94 and 0.005 for
    one minus the silhouette.

    That clusters form is no sign of a feature by itself. Under the negative control, permuted labels, the weights gather in
    two clusters as well, around a direction that sampling noise draws: the silhouette is about 0.77. All neurons see the same
    samples through nearly the same window. What tells features from noise is their cosine with the ground truth.
    """
    for design in _synthetic_cells():
        yield MedianAtLeast(
            Samples(emerging_directions, f"scatter_{stated.worse}", design, minus=f"scatter_{stated.better}"),
            stated.gap,
            by=f"what the first step gains, D = {design['D']}",
        )


@figure_2_all_weights.check(control={"labels": "permuted"}, slow=True)
def figure_2_all_weights_measured(stated: Lower) -> Iterator[Obligation]:
    r"""The least over neurons of $|\cos(w_i^{(1)}, \sum_{j\in A}M_j)|$, where the second step reaches 0.99.

    The paper has some of the weights begin to cluster around the ground truth after the first step, and the weights well aligned
    after the second. How far the first step leaves them behind is a matter of the number of samples, which the main text does
    not give. At sizes at which the second reaches 0.99 the first is not far behind, for any neuron: with the printed scales
    biases ($1/k^2$) are small beside the spread of pre-activations ($1/k$), so that all neurons see about the same share of the
    signal.

    As a negative control the labels are permuted.
    """
    for design in _synthetic_cells():
        yield MedianAtLeast(
            Samples(emerging_directions, "least_after_1", design),
            stated.bound,
            by=f"D = {design['D']}, n = {design['n']}",
        )


# Figure 3.

CHOICES: tuple[dict[str, str], ...] = (
    {"activation": "truncated", "loss": "hinge"},
    {"activation": "relu", "loss": "logistic"},
)
"""What the main text leaves open: the activation and the loss of the paper's analysis, and the usual ones."""

USUAL_SCALE = 0.125
"""One over the root of the number of pixels, 64: pre-activations of order 1 for pixels of order 1."""


def _choice(design: dict[str, Any]) -> str:
    return f"{design['activation']} activation, {design['loss']} loss"


@figure_3.check(control={"initial_scale": USUAL_SCALE}, slow=True)
def figure_3_measured(stated: Separation) -> Iterator[Obligation]:
    r"""A two-layer network learns to tell images of 1 from images of 0, and its weights form two clusters.

    The images are those that come with scikit-learn, 360 of 8 by 8 pixels, a quarter of them for testing; on MNIST the same
    experiment runs with ``data="mnist"``. They are normalised as in Section 3.1. The main text gives the width, $m = 50$, and
    says nothing of activation, loss, initialisation or step size: what is claimed is claimed for the truncated ReLU and
    hinge loss of the analysis and for ReLU with the logistic loss; the network starts antithetic as in Section 3.1, with
    $w \sim N(0, 10^{-6} I)$, and takes 50 full-batch steps of size 0.1 without weight decay.

    The initial scale decides it: a step adds to each $w_i$ a multiple of $\eta\,a_i$, and unless these exceed the
    initial weights no direction changes. For ReLU nothing but the ratio of step size to initial scale counts in the first
    step; in pilots one step was enough at a ratio of 1000. From the usual scale, 50 steps change little even where the ratio
    is 8: the images are told apart before the weights have turned. At the same ratio from a small scale, $\eta = 0.008$, they
    bring the weights a third or a half of the way. As a negative control the initial scale is the usual $1/\sqrt{64}$.

    Pilots on another root seed predict 0.92 before and about 0.2 after training for one minus the silhouette. The
    pictures show the neurons by multidimensional scaling of $1 - \cos$; the stars are $\pm E\{yx\}$.
    """
    for choice in CHOICES:
        design = {**stated.regime, **choice}
        yield MedianAtLeast(
            Samples(digit_clusters, stated.worse, design, minus=stated.better), stated.gap, by=_choice(design)
        )


MAPPED = (0, 4, 50)
"""The numbers of steps after which Figure 3 is drawn."""

COURSES: dict[str, tuple[tuple[int, ...], int]] = {
    "smoke": ((4, 50), 2),
    "ci": ((4, 10, 20, 50), 5),
    "paper": ((4, 6, 10, 20, 50, 100), 10),
}
"""The course of the clusters by profile: the numbers of steps, and the seeds."""


@figure_3.sweep
def figure_3_sweep(profile: str) -> list[SweepCell]:
    """The maps, and the silhouettes along the training from a small and from the usual initial scale."""
    steps, seeds = COURSES[profile]
    scales = [DIGITS["initial_scale"], USUAL_SCALE]
    return [
        *(SweepCell(digit_map, {**DIGITS, "steps": count}, 1) for count in MAPPED),
        *(
            SweepCell(digit_clusters, design, seeds)
            for design in grid(**{**DIGITS, **CHOICES[0], "initial_scale": scales, "steps": list(steps)})
        ),
    ]


@figure_3.draw
def figure_3_figure(stated: Separation, cells: list[dict[str, Any]], sweep: Results) -> list[dict[str, Any]]:
    """A map for each number of steps, and how the clusters form."""
    maps = [cell for cell in sweep if cell["experiment"] == digit_map.name]
    courses = [cell for cell in sweep if cell["experiment"] == digit_clusters.name]
    steps = [float(cell["design"]["steps"]) for cell in courses]
    named = {DIGITS["initial_scale"]: "small initial weights", USUAL_SCALE: "initial weights of the usual scale"}
    return [
        *(
            panel(f"Weights after {cell['design']['steps']} steps", cell["replicates"][0], r"\mathrm{E}\{yx\}")
            for cell in maps
        ),
        {
            "title": "How far the weights are from two clusters",
            "x_label": "steps",
            "y_label": "one minus the silhouette",
            "x_scale": "log",
            "y_scale": "linear",
            "curves": [reference_line("two points", 0, min(steps), max(steps))],
            "points": [
                mean_series(
                    [cell for cell in courses if cell["design"]["initial_scale"] == scale],
                    "trained",
                    label,
                    lambda design: float(design["steps"]),
                )
                for scale, label in named.items()
            ],
        },
    ]


@figure_3_gradually.check(control={"eta": 1.0}, slow=True)
def figure_3_gradually_measured(stated: Separation) -> Iterator[Obligation]:
    r"""Four steps bring the weights a part of the way to two clusters, and the others another part.

    Each part is at least the gap. Pilots on another root seed predict 0.92, 0.46 and 0.2 for one minus the silhouette
    after 0, 4 and 50 steps (0.62 after four with the logistic loss). Gradually is a matter of the step size: as a
    negative control it is ten times larger, and the clusters are there after four steps.
    """
    for choice in CHOICES:
        design = {**stated.regime, **choice}
        yield MedianAtLeast(
            Samples(digit_clusters, stated.worse, design, minus=stated.better),
            stated.gap,
            by=f"they get improved: {_choice(design)}",
        )
        yield MedianAtLeast(
            Samples(digit_clusters, "initial", design, minus=stated.worse),
            stated.gap,
            by=f"they emerge: {_choice(design)}",
        )


@figure_3_features.check(control={"labels": "permuted"}, slow=True)
def figure_3_features_measured(stated: Lower) -> Iterator[Obligation]:
    r"""What the clusters lie around is $\pm E\{yx\}$, the direction to which Section 5.2 ascribes the success of the gradient.

    The cosine is with the mean over the training images, with their true labels. As a negative control training sees permuted
    labels: clusters form all the same (see the claim on any labels), around another direction.
    """
    for choice in CHOICES:
        design = {**DIGITS, **choice}
        yield MedianAtLeast(Samples(digit_clusters, "alignment", design), stated.bound, by=_choice(design))


@figure_3_any_labels.check(control={"initial_scale": USUAL_SCALE}, slow=True)
def figure_3_any_labels_measured(stated: Separation) -> Iterator[Obligation]:
    r"""Two clusters are no sign of features: they form when each image has another's label.

    Then $E\{yx\}$ is what sampling leaves of it, a tenth or so, and the step size is ten times larger here to make up for
    it. All neurons are driven by the same few hundred images, through gates that differ little. Pilots on another
    root seed predict 0.92 before and 0.26 after training (0.35 with the logistic loss) for one minus the silhouette. So a
    picture of two clusters says that the weights have left their initialisation together; that they found what is relevant
    for the class is seen from their direction.
    """
    for choice in CHOICES:
        design = {**stated.regime, **choice}
        yield MedianAtLeast(
            Samples(digit_clusters, stated.worse, design, minus=stated.better), stated.gap, by=_choice(design)
        )


@figure_3_usual_start.check(control={"initial_scale": DIGITS["initial_scale"]}, slow=True)
def figure_3_usual_start_measured(stated: Tight) -> Iterator[Obligation]:
    r"""With initial weights from $N(0, I/64)$ the silhouette is after training what it was before.

    So Figure 3 depends on choices that the main text does not give. Measured at the step sizes 0.1 and 1; the
    test images are told apart as well as from a small start (see the claim on the accuracy).
    """
    for eta, choice in ((0.1, CHOICES[0]), (1.0, CHOICES[0]), (1.0, CHOICES[1])):
        design = {**DIGITS, "initial_scale": USUAL_SCALE, "eta": eta, **choice}
        yield MedianWithin(
            Samples(digit_clusters, "trained", design, minus="initial"),
            around=stated.formula,
            slack=stated.slack,
            by=f"step size {eta}, {_choice(design)}",
        )


@figure_3_accuracy.check(control={"labels": "permuted"}, slow=True)
def figure_3_accuracy_measured(stated: Lower) -> Iterator[Obligation]:
    """Zeros and ones are told apart from either start: on this task clusters are not needed for a good prediction.

    As a negative control the training labels are permuted.
    """
    for scale in (DIGITS["initial_scale"], USUAL_SCALE):
        design = {**DIGITS, **CHOICES[0], "initial_scale": scale}
        yield MedianAtLeast(
            Samples(digit_clusters, "accuracy", design), stated.bound, by=f"initial weights of scale {scale}"
        )


# Figure 4.

LAWS = ("isotropic", "matched")
"""Of the Gaussian inputs: the images' mean and total variance, or their mean and covariance."""


@figure_4.check(control={"injected": "images"}, slow=True)
def figure_4_measured(stated: Separation) -> Iterator[Obligation]:
    r"""On an equal mixture of images and Gaussian inputs, both with the teacher's labels, the student learns the images.

    The images are the 1797 digits that come with scikit-learn, all ten classes, a quarter of them for testing; on MNIST the same
    experiment runs with ``data="mnist"``. Teacher and student are two-layer ReLU networks with $m = 9$, as the paper has them
    for MNIST. The main text says no more: here the teacher takes 200 and the student 100 steps of stochastic gradient
    descent on the cross-entropy, with batches of 100, momentum 0.9 and step size 0.1. The Gaussian inputs have the images' mean
    and total variance, or their whole covariance; the claim is made for both, and after a quarter of the steps.

    Pilots on another root seed predict errors of 0.05 on the images and of 0.37 on isotropic inputs (0.06 and 0.28 where the
    covariance is matched). The paper finds its trend on MNIST less significant than on the other data. MNIST was not at
    hand for this comparison; on these smaller images the trend is clear. As a negative control the injected inputs are
    images too.
    """
    early = MIXTURE["steps"] // 4
    # The first design is one that other claims on the figure have too: their negative controls share its cells.
    for law, steps in (("isotropic", MIXTURE["steps"]), ("isotropic", early), ("matched", MIXTURE["steps"])):
        design = {**stated.regime, "steps": steps, "injected": law}
        yield MedianAtLeast(
            Samples(teacher_student, stated.worse, design, minus=stated.better),
            stated.gap,
            by=f"{law} Gaussian inputs, {steps} steps",
        )


PARTS = {
    "images": "images, of the mixture's student",
    "gaussian": "Gaussian inputs",
    "mixture": "whole mixture",
    "direct": "images, of a student trained on them",
}

LEARNING: dict[str, tuple[tuple[int, ...], int]] = {
    "smoke": ((25, 100), 2),
    "ci": ((5, 10, 25, 50, 100), 5),
    "paper": ((5, 10, 25, 50, 100, 200, 400), 10),
}
"""Figure 4 by profile: the students' numbers of steps, and the seeds."""


@figure_4.sweep
def figure_4_sweep(profile: str) -> list[SweepCell]:
    """The student after more and more steps, for both laws of the Gaussian inputs."""
    steps, seeds = LEARNING[profile]
    return [
        SweepCell(teacher_student, design, seeds)
        for design in grid(**{**MIXTURE, "steps": list(steps)}, injected=list(LAWS))
    ]


@figure_4.draw
def figure_4_figure(stated: Separation, cells: list[dict[str, Any]], sweep: Results) -> list[dict[str, Any]]:
    """Test errors against the number of steps, a panel for each law of the Gaussian inputs."""
    titles = {"isotropic": "isotropic Gaussian inputs", "matched": "Gaussian inputs with the images' covariance"}
    return [
        {
            "title": f"Test errors with {titles[law]}",
            "x_label": "steps of the student",
            "y_label": "test error",
            "x_scale": "log",
            "y_scale": "linear",
            "curves": [],
            "points": [
                mean_series(
                    [cell for cell in sweep if cell["design"]["injected"] == law],
                    name,
                    label,
                    lambda design: float(design["steps"]),
                )
                for name, label in PARTS.items()
            ],
        }
        for law in LAWS
    ]


@figure_4_as_direct.check(control={"steps": 10}, slow=True)
def figure_4_as_direct_measured(stated: Tight) -> Iterator[Obligation]:
    """The Gaussian half of the batches costs the student little on the images.

    Both start from the same weights; the one is tested against the teacher's labels, the other against the true ones. Pilots on
    another root seed predict a difference of about 0.01. As a negative control they take ten steps only: there half as
    many images a step make a difference of 0.1.
    """
    for law in LAWS:
        design = {**MIXTURE, "injected": law}
        yield MedianWithin(
            Samples(teacher_student, "images", design, minus="direct"),
            around=stated.formula,
            slack=stated.slack,
            by=f"{law} Gaussian inputs",
        )


@figure_4_mixture.check(control={"injected": "images"}, slow=True)
def figure_4_mixture_measured(stated: Separation) -> Iterator[Obligation]:
    """The error on the mixture, half of it Gaussian, exceeds that of training and testing on the images alone.

    As a negative control the injected inputs are images.
    """
    for law in LAWS:
        design = {**stated.regime, "injected": law}
        yield MedianAtLeast(
            Samples(teacher_student, stated.worse, design, minus=stated.better),
            stated.gap,
            by=f"{law} Gaussian inputs",
        )


@figure_4_two_digits.check(control={"classes": 10}, slow=True)
def figure_4_two_digits_measured(stated: Upper) -> Iterator[Obligation]:
    """With two digits to tell apart, the gap between the parts is about half of that for ten.

    This agrees with the paper's explanation of its panel for MNIST, that the trend is less significant since the task is
    simpler. As a negative control there are all ten digits.
    """
    design = {**MIXTURE, "classes": 2}
    yield MedianAtMost(
        Samples(teacher_student, "gaussian", design, minus="images"), stated.bound, by="isotropic Gaussian inputs"
    )


@figure_4_alone.check(control={"injected": "images"}, slow=True)
def figure_4_alone_measured(stated: Separation) -> Iterator[Obligation]:
    """A student that sees nothing but Gaussian inputs is as wrong on them as the mixture's student.

    So the error on the Gaussian part does not come from the mixture: in these many steps this width does not learn the
    teacher's labels there. Pilots on another root seed predict 0.40 and 0.29. As a negative control the injected inputs
    are images.
    """
    for law in LAWS:
        design = {**stated.regime, "injected": law}
        yield MedianAtLeast(
            Samples(teacher_student, stated.worse, design, minus=stated.better),
            stated.gap,
            by=f"{law} Gaussian inputs",
        )


@figure_4_margins.check(control={"injected": "images"}, slow=True)
def figure_4_margins_measured(stated: Upper) -> Iterator[Obligation]:
    """The teacher was trained to be sure of the images; of Gaussian inputs it is not.

    Its margin, the best score less the second best, is there a fraction of what it is on test images. Labels near the
    teacher's boundaries are harder to copy, whatever the inputs: the comparison of Figure 4 is one of input structure and
    of margins at once. As a negative control the injected inputs are images.
    """
    for law in LAWS:
        design = {**MIXTURE, "injected": law}
        yield MedianAtMost(Samples(teacher_student, "margins", design), stated.bound, by=f"{law} Gaussian inputs")
