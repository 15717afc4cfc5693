import itertools

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from sympy import Matrix, Rational, symbols

from lemmata.engines.balls import enclose
from lemmata.errors import LemmataError
from theory import kernels
from theory.activations import RELU
from theory.feature_moments import gradient_moment
from theory.hermite import coefficient

seeds = st.integers(0, 10**6)
rho = symbols("rho")


def draw(seed: int, n: int, d: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, d))


@pytest.mark.parametrize(("exact", "order"), [(kernels.step_kernel, 1), (kernels.relu_kernel, 0)])
def test_exact_forms_against_the_hermite_series(exact: object, order: int) -> None:
    """E[h(X) h(Y)] = sum_k c_k^2 rho^k / k!: the Taylor coefficients at 0 are squares of Hermite coefficients."""
    for k in range(7):
        taylor = sympy.diff(exact(rho), rho, k).subs(rho, 0)
        weight = coefficient(RELU, k + order, sympy.Integer(0))
        assert sympy.simplify(taylor - weight**2) == 0


@pytest.mark.parametrize("angle", [Rational(1, 10), Rational(1), Rational(29, 10)])
def test_exact_forms_against_quadrature_over_the_circle(angle: Rational) -> None:
    """In the plane of the inputs w has a uniform direction and E|w|^2 = 2; the gates are arcs."""
    theta = mpmath.mpf(int(angle.p)) / int(angle.q)
    cosine = sympy.cos(angle)
    arc = [theta - mpmath.pi / 2, mpmath.pi / 2]
    relu = 2 * mpmath.quad(lambda t: mpmath.cos(t) * mpmath.cos(t - theta), arc) / (2 * mpmath.pi)
    step = (arc[1] - arc[0]) / (2 * mpmath.pi)
    assert mpmath.almosteq(mpmath.mpf(sympy.N(kernels.relu_kernel(cosine), 20)), relu, abs_eps=1e-14)
    assert mpmath.almosteq(mpmath.mpf(sympy.N(kernels.step_kernel(cosine), 20)), step, abs_eps=1e-14)


@given(seeds, st.integers(1, 6), st.integers(1, 5), st.integers(-16, 0))
def test_angles_also_of_nearly_parallel_rows(seed: int, n: int, d: int, exponent: int) -> None:
    x = draw(seed, n, d)
    size = 10.0**exponent
    y = np.concatenate([x, -x, x + size * draw(seed + 1, n, d)])
    found = kernels.angles(x, y)
    with mpmath.workdps(40):
        for i, j in np.ndindex(*found.shape):
            u, v = (mpmath.matrix([mpmath.mpf(float(e)) for e in row]) for row in (x[i], y[j]))
            u, v = u / mpmath.norm(u), v / mpmath.norm(v)
            expected = 2 * mpmath.atan2(mpmath.norm(u - v), mpmath.norm(u + v))
            assert abs(expected - float(found[i, j])) < 2e-14 * max(d, 2)


@given(seeds, st.integers(1, 12), st.integers(1, 5))
def test_kernels_are_symmetric_and_positive(seed: int, n: int, d: int) -> None:
    x = draw(seed, n, d)
    for kernel in (kernels.step_kernel_matrix, kernels.relu_kernel_matrix, kernels.tangent_kernel_matrix):
        found = kernel(x, x)
        assert np.allclose(found, found.T, atol=1e-13)
        assert np.linalg.eigvalsh(found)[0] > -1e-11 * np.trace(found)


@given(seeds, st.integers(2, 5))
def test_matrices_agree_with_balls(seed: int, d: int) -> None:
    x = draw(seed, 2, d)
    exact = Matrix(2, d, [Rational(float(entry)) for entry in x.ravel()])
    cosine = kernels.cosine(exact.row(0), exact.row(1))
    lengths = np.prod(np.linalg.norm(x, axis=1))
    for form, matrix, scale in [
        (kernels.step_kernel, kernels.step_kernel_matrix, 1.0),
        (kernels.relu_kernel, kernels.relu_kernel_matrix, lengths),
    ]:
        ball = enclose(form(cosine), {})
        assert abs(float(ball.mid()) * scale - matrix(x, x)[0, 1]) < 1e-13 * max(1.0, scale)


def test_monte_carlo_of_kernels_and_of_the_tangent_kernel() -> None:
    generator = np.random.default_rng(7)
    d, draws = 3, 400_000
    x = generator.standard_normal((2, d))
    w = generator.standard_normal((draws, d)) / np.sqrt(d)
    values = w @ x.T
    gates, relu = values >= 0, np.maximum(values, 0)
    samples = {
        "step": (gates[:, 0] * gates[:, 1], kernels.step_kernel_matrix(x, x)[0, 1]),
        "relu": (relu[:, 0] * relu[:, 1] * d, kernels.relu_kernel_matrix(x, x)[0, 1]),
        "tangent": (
            relu[:, 0] * relu[:, 1] + (x[0] @ x[1] + 1) * gates[:, 0] * gates[:, 1],
            kernels.tangent_kernel_matrix(x, x)[0, 1],
        ),
    }
    biased = np.maximum(w * np.sqrt(d) @ x.T + 0.7 * generator.standard_normal((draws, 1)), 0)
    augmented = kernels.with_bias(x, 0.7)
    samples["bias"] = (biased[:, 0] * biased[:, 1], kernels.relu_kernel_matrix(augmented, augmented)[0, 1])
    for name, (sample, expected) in samples.items():
        assert abs(sample.mean() - expected) < 5 * sample.std() / np.sqrt(draws), name


def test_gradient_moment_against_all_directions_of_the_plane() -> None:
    """In the plane the gradient is constant between the directions at which a gate switches."""
    inputs, labels = Matrix([[1, 0], [0, 1], [1, 1], [-1, 1]]), Matrix([1, -2, 3, 1])
    exact = gradient_moment(inputs, labels)
    x, y = np.array(inputs, dtype=float), np.array(labels, dtype=float).ravel()
    t = 2 * np.pi * (np.arange(8 * 500) + 0.5) / (8 * 500)  # gates switch at multiples of pi/4
    w = np.column_stack([np.cos(t), np.sin(t)])
    g = ((w @ x.T >= 0) * y) @ x / 4
    assert np.allclose(g.T @ g / len(t), np.array(exact, dtype=float), atol=1e-12)


@settings(max_examples=40)
@given(st.floats(-0.999, 0.999), st.floats(-3, 3), st.floats(-3, 3))
def test_biased_moment_by_quadrature(correlation: float, a: float, b: float) -> None:
    """Given X, the other factor is a ReLU of a normal variable, with a known mean."""
    s = np.sqrt(1 - correlation**2)

    def integrand(x: float) -> float:
        mean = correlation * x + b
        ratio = mean / s
        given_x = mean * (1 + mpmath.erf(ratio / mpmath.sqrt(2))) / 2 + s * mpmath.npdf(ratio)
        return (x + a) * float(given_x) * float(mpmath.npdf(x))

    knots = sorted({-a, min(max(-b / correlation, -a), 9.0) if correlation else -a, max(9.0, -a)})
    expected = sum(
        integrate.quad(integrand, low, high, epsabs=1e-13, limit=200)[0] for low, high in itertools.pairwise(knots)
    )
    found = kernels.biased_relu_moment(np.array([correlation]), np.array([a]), np.array([b]))[0]
    assert abs(found - expected) < 1e-10


@pytest.mark.parametrize(
    ("correlation", "a", "b"),
    [(0.3, 1.0, -2.0), (-0.9, 0.5, 0.4), (1 - 1e-6, 0.7, 0.7 + 1e-9), (-1 + 1e-6, 0.2, -0.2), (1 - 1e-4, -1.0, -1.01)],
)
def test_biased_moment_to_the_stated_accuracy(correlation: float, a: float, b: float) -> None:
    """The second derivative in the correlation is the joint density at (-a, -b); integrated in its arc sine."""
    with mpmath.workdps(25):
        rho, x, y = (mpmath.mpf(value) for value in (correlation, a, b))

        def integrand(u: mpmath.mpf) -> mpmath.mpf:
            exponent = -(x**2 - 2 * x * y * mpmath.sin(u) + y**2) / (2 * mpmath.cos(u) ** 2)
            return (rho - mpmath.sin(u)) * mpmath.exp(exponent) / (2 * mpmath.pi)

        means = [value * mpmath.ncdf(value) + mpmath.npdf(value) for value in (x, y)]
        expected = means[0] * means[1] + rho * mpmath.ncdf(x) * mpmath.ncdf(y)
        expected += mpmath.quad(integrand, mpmath.linspace(0, mpmath.asin(rho), 9))
        found = kernels.biased_relu_moment(np.array([correlation]), np.array([a]), np.array([b]))[0]
        assert abs(float(found - expected)) < 1e-14 * (1 + abs(a)) * (1 + abs(b))


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (-0.0, 0.0), (0.0, -1.0), (-0.0, 1.0), (2.0, 0.0), (1.0, -1.0)])
def test_biased_moment_is_continuous_where_owens_formula_branches(a: float, b: float) -> None:
    at, near = (kernels.biased_relu_moment(np.array([0.3]), np.array([a + h]), np.array([b + h])) for h in (0.0, 1e-9))
    assert np.allclose(at, near, atol=1e-8)


@given(st.floats(-3, 3))
def test_second_moment_is_the_limit_of_the_mixed_one(b: float) -> None:
    near = kernels.biased_relu_moment(np.array([1 - 1e-9]), np.array([b]), np.array([b]))
    assert np.allclose(near, kernels.relu_second_moment(np.array([b])), atol=1e-6)


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(LemmataError):
        kernels.angles(np.zeros((1, 2)), np.ones((1, 2)))
    with pytest.raises(LemmataError):
        kernels.angles(np.array([[np.nan, 1.0]]), np.ones((1, 2)))
    with pytest.raises(LemmataError):
        kernels.cosine(Matrix([[0, 0]]), Matrix([[1, 0]]))
    with pytest.raises(LemmataError):
        kernels.biased_relu_moment(np.array([1.0]), np.zeros(1), np.zeros(1))
