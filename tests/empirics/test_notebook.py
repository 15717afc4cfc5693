"""The notebook's functions: paired data, predictions that agree with runs, one clear line for bad input."""

from __future__ import annotations

import math
import re
import runpy
from pathlib import Path
from typing import Any

import numpy
import pytest
import sympy

from empirics.notebook import METHODS, alignment_curve, compare, predict_alignment, run_algorithm_1
from empirics.targets import quadratic, quadratic_form, single_index
from lemmata.errors import LemmataError

SMALL: dict[str, Any] = {"target": "quadratic", "d": 8, "m": 20, "n": 300, "noise": 0.5}


def test_a_run_has_an_entry_a_seed_and_repeats() -> None:
    runs = run_algorithm_1(**SMALL, seeds=3)
    assert runs.seeds == (0, 1, 2)
    assert runs.risks.shape == runs.alignments.shape == runs.weight_decays.shape == (3,)
    assert numpy.array_equal(runs.risks, run_algorithm_1(**SMALL, seeds=[0, 1, 2]).risks)
    assert runs.median_risk == numpy.median(runs.risks)
    assert runs.median_alignment == numpy.median(runs.alignments)
    assert bool(((runs.alignments > 0) & (runs.alignments < 1)).all())


def test_a_seed_is_the_same_run_alone_or_among_others() -> None:
    assert run_algorithm_1(**SMALL, seeds=[5]).risks[0] == run_algorithm_1(**SMALL, seeds=[2, 5]).risks[1]


def test_algorithm_1_learns_what_the_zero_predictor_misses() -> None:
    assert run_algorithm_1("quadratic", d=10, m=100, n=4000, noise=0, seeds=3).median_risk < 0.05


@pytest.mark.parametrize("protocol", ["algorithm-1", "reference-code"])
def test_comparison_sees_the_data_of_the_run(protocol: str) -> None:
    alone = run_algorithm_1(**SMALL, seeds=2, protocol=protocol).risks
    assert numpy.array_equal(compare(**SMALL, seeds=2, methods=[protocol])[protocol], alone)


def test_every_method_beats_nothing_and_loses_to_feature_learning() -> None:
    risks = compare("quadratic", d=10, m=40, n=500, noise=0, seeds=2, methods=list(METHODS))
    assert list(risks) == list(METHODS)
    medians = {method: float(numpy.median(values)) for method, values in risks.items()}
    assert all(risk < 1 for risk in medians.values())
    assert medians["algorithm-1"] < min(medians["random-features"], medians["tangent-kernel"])


def test_several_directions_and_targets_of_ones_own() -> None:
    two = quadratic_form([[1, sympy.Rational(1, 2)], [sympy.Rational(1, 2), -1]])
    runs = run_algorithm_1(two, d=6, m=40, n=2000, noise=0, seeds=1)
    assert runs.median_risk < float(two.second_moment)
    assert runs.median_alignment > 2 / 6


def test_prediction_agrees_with_runs() -> None:
    # The share's standard deviation is about .03 a seed at d = 64: .05 are four of the mean of six.
    runs = run_algorithm_1("quadratic", d=64, m=128, n=8192, noise=1, seeds=6)
    assert predict_alignment(64, 8192, 1) == pytest.approx(float(runs.alignments.mean()), abs=0.05)


def test_prediction_is_the_law_with_its_next_order_where_that_is_known() -> None:
    rho = math.pi / 2 * 64**2 * 2 / (4096 * 2)
    own = single_index([0, 0, 1 / sympy.sqrt(2), 0])
    assert predict_alignment(64, 4096, 1, own) == pytest.approx(1 / (1 + rho))
    assert 0 < abs(predict_alignment(64, 4096, 1) - 1 / (1 + rho)) < 2 / 64


def test_a_curve_needs_a_list_of_sizes() -> None:
    with pytest.raises(LemmataError, match=r"^sizes: expected a list of sample sizes, got 100"):
        alignment_curve(64, 100)  # type: ignore[arg-type]


def test_curve_rises_from_nothing_to_everything() -> None:
    curve = alignment_curve(100, [100, 1000, 10_000, 100_000, 1_000_000], noise=1)
    assert bool((numpy.diff(curve) > 0).all())
    assert curve[0] < 0.05
    assert curve[-1] > 0.95


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m": 21}, r"^m: .* even width, not 21"),
        ({"m": 0}, r"^m: expected an integer that is at least 2, got 0"),
        ({"n": 0}, r"^n: expected an integer that is at least 1, got 0"),
        ({"n": 300.0}, r"^n: expected an integer that is at least 1, got 300.0"),
        ({"d": 2.5}, r"^d: expected an integer that is at least 1, got 2.5"),
        (
            {"target": quadratic(3), "d": 2},
            r"^d: the target has r = 3 directions; give a dimension of at least 3, not 2",
        ),
        ({"noise": -1}, r"^noise: expected a finite number that is at least 0, got -1"),
        ({"noise": math.nan}, r"^noise: expected a finite number that is at least 0, got nan"),
        ({"noise": math.inf}, r"^noise: expected a finite number that is at least 0, got inf"),
        ({"target": "quadratc"}, r"^target: expected one of .*; did you mean 'quadratic'\?"),
        ({"target": None}, r"^target: expected one of "),
        ({"seeds": 0}, r"^seeds: expected an integer that is at least 1, got 0"),
        ({"seeds": []}, r"^seeds: give at least one"),
        ({"seeds": [-1]}, r"^seed: expected an integer that is at least 0, got -1"),
        ({"seeds": 1.5}, r"^seeds: expected an integer that is at least 1, got 1.5"),
    ],
)
def test_bad_input_is_one_clear_line(change: dict[str, Any], message: str) -> None:
    for function in (run_algorithm_1, compare):
        with pytest.raises(LemmataError, match=message) as raised:
            function(**{**SMALL, **change})
        assert "\n" not in str(raised.value)


def test_an_unknown_protocol_gets_the_nearest_one() -> None:
    with pytest.raises(LemmataError, match=r"^protocol: expected one of .*; did you mean 'reference-code'\?"):
        run_algorithm_1(**SMALL, protocol="reference")


def test_an_unknown_method_gets_the_nearest_one() -> None:
    with pytest.raises(LemmataError, match=r"^method: expected one of .*; did you mean 'random-features'\?"):
        compare(**SMALL, methods=["random-feature"])
    with pytest.raises(LemmataError, match=r"^methods: give at least one"):
        compare(**SMALL, methods=[])
    with pytest.raises(LemmataError, match=r"^methods: give at least one, in a list, not 'algorithm-1'"):
        compare(**SMALL, methods="algorithm-1")


def test_a_target_without_a_quadratic_part_has_no_alignment() -> None:
    with pytest.raises(LemmataError, match=r"^target: its average Hessian vanishes"):
        predict_alignment(10, 100, 1, single_index([0, 0, 0, 1]))


def test_a_prediction_needs_sizes_and_a_variance() -> None:
    for bad in ({"d": 0, "n": 5}, {"d": 5, "n": 0}, {"d": 5, "n": 5, "noise": -1}):
        with pytest.raises(LemmataError, match=r"^(d|n|noise): expected"):
            predict_alignment(**bad)


def test_the_documents_example_prints_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "notebook.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    (printed,) = re.findall(r"^```text\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    runpy.run_path(str(tmp_path / "example.py"))
    assert capsys.readouterr().out == printed
