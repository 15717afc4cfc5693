"""shi2022, the first displays of Section 5.1, by automatic differentiation of the whole population loss of a small law."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch

from lemmata.objects import DictionaryLaw, Frame
from theory.dictionary_gradient import enumerated_bias_component, enumerated_components

BITS, RELEVANT, WIDTH, NOISE = 8, 3, 5, 0.3
FRAME = Frame(11, BITS, seed=3)
LAW = DictionaryLaw.structured(
    bits=BITS, relevant=RELEVANT, uniform=Fraction(1, 4), background=Fraction(2, 5), dictionary=FRAME
)


class Population:
    """Every input of the law, with its label and its probability, and a network at the unbiased initialisation."""

    def __init__(self) -> None:
        bits = np.array(list(itertools.product((0, 1), repeat=BITS)))
        self.chances = torch.tensor([float(LAW.probability(row)) for row in bits.tolist()], dtype=torch.float64)
        self.inputs = torch.tensor(LAW.inputs_of(bits))
        self.labels = torch.tensor(LAW.labels_of(bits), dtype=torch.float64)
        stream = torch.Generator().manual_seed(0)

        def draw(*shape: int) -> torch.Tensor:
            return torch.randn(*shape, generator=stream, dtype=torch.float64)

        self.weights = draw(WIDTH, FRAME.dimension).repeat(2, 1).requires_grad_()
        self.biases = (draw(WIDTH) / 3 + 0.3).repeat(2).requires_grad_()
        heads = draw(WIDTH)
        self.heads = torch.cat([heads, -heads])

    def output(self, noise: float) -> torch.Tensor:
        z = self.inputs @ self.weights.T + self.biases
        if noise == 0:
            return z.clamp(0, 1) @ self.heads
        normal = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.float64), 1.0)

        def ramp(t: torch.Tensor) -> torch.Tensor:
            return t * normal.cdf(t) + normal.log_prob(t).exp()

        return noise * (ramp(z / noise) - ramp((z - 1) / noise)) @ self.heads

    def loss(self, noise: float) -> torch.Tensor:
        return (self.chances * (1 - self.labels * self.output(noise)).clamp(min=0)).sum()

    @property
    def components(self) -> np.ndarray:
        """q = M^T w, (2 WIDTH, BITS)."""
        return self.weights.detach().numpy() @ FRAME.array


@pytest.mark.parametrize("noise", [0.0, NOISE])
def test_initial_output_is_zero(noise: float) -> None:
    assert Population().output(noise).abs().max() < 1e-14


def test_gradient_without_noise() -> None:
    """-a_i E{y x sigma'}: the mask is one everywhere."""
    population = Population()
    population.loss(0.0).backward()
    z = population.inputs @ population.weights.detach().T + population.biases.detach()
    inside = ((z > 0) & (z < 1)).to(torch.float64)
    signed = (population.chances * population.labels)[:, None] * population.inputs
    expected = -population.heads[:, None] * (inside.T @ signed)
    assert torch.allclose(population.weights.grad, expected, atol=1e-13)


def test_gradient_with_noise_has_the_components_of_the_exact_side() -> None:
    population = Population()
    population.loss(NOISE).backward()
    q, b = population.components, population.biases.detach().numpy()
    heads = population.heads.numpy()
    expected = -heads[:, None] * enumerated_components(LAW, q, b, NOISE)
    assert population.weights.grad.numpy() @ FRAME.array == pytest.approx(expected, abs=1e-13)
    assert population.biases.grad.numpy() == pytest.approx(
        -heads * enumerated_bias_component(LAW, q, b, NOISE), abs=1e-13
    )


def test_first_step_forgets_the_weights_and_points_to_the_relevant_patterns() -> None:
    population = Population()
    step = 0.7
    decay = 1 / (2 * step)
    q, b = population.components, population.biases.detach().numpy()
    (population.loss(NOISE) + decay * (population.weights**2).sum()).backward()
    moved = (population.weights - step * population.weights.grad).detach().numpy()
    components = enumerated_components(LAW, q, b, NOISE)
    factor = step * population.heads.numpy()[:, None]
    assert moved == pytest.approx(factor * components @ FRAME.array.T, abs=1e-13)
    # The printed sum over all patterns is not what the step makes; the sum over A is.
    everywhere, relevant = np.ones(BITS), np.arange(BITS) < RELEVANT

    def cosines(direction: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(components, axis=1) * np.linalg.norm(direction)
        return np.asarray(components @ direction / lengths)

    assert np.median(cosines(relevant.astype(float))) > 0.95
    assert np.median(cosines(everywhere)) < 0.75
    # A neuron without weights has the leading order exactly.
    zero = enumerated_components(LAW, np.zeros(BITS), 0.3, NOISE)
    assert zero[RELEVANT:] == pytest.approx(0, abs=1e-15)
    assert zero[0] > 0.1 * float(LAW.signal) / float(LAW.total_variance) ** 0.5
