"""Results of a sweep: the best setting, intervals, sensitivity in closed form, comparisons of runs, figures."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import small
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.core.errors import AstrosimError
from astrosim.report import sweep
from astrosim.report.sweep import KINDS, indices_of
from astrosim.scenario import condition_names
from astrosim.scenario.choose import swept
from astrosim.statistics.inference import compare, mean_interval
from astrosim.summary.comparing import compare_runs
from astrosim.summary.sweep import best_words, few, few_words, results_of
from astrosim.systems.threshold.show.summary import Summary

SEEDS = tuple(range(10, 18))


@cache
def settings(text: str) -> dict[str, Any]:
    """A swept scenario, under no name, and what it is under each condition."""
    given = json.loads(text)
    scenario = swept(small(conditions=given["conditions"], seeds=list(SEEDS)), given["axes"], **given["design"])
    return {"": scenario} | {name: astrosim.resolve(scenario, name) for name in condition_names(scenario)}


def summarised(axes: dict[str, Any], value: Any, directory: Path = Path("run"), **design: Any) -> Summary:
    """A run of a sweep, whose accuracies a function of the resolved scenario and the seed gives."""
    conditions = design.pop("conditions", {})
    scenario, *resolved = settings(json.dumps({"axes": axes, "conditions": conditions, "design": design})).values()
    rows = [
        {"condition": name, "seed": seed, "mean_accuracy": value(one, seed), "trials": 3}
        for name, one in zip(condition_names(scenario), resolved, strict=True)
        for seed in SEEDS
    ]
    return Summary(directory, scenario, rows)


GRID = {"perturbation.sigma": [0.1, 0.2, 0.4], "astrocytes.radius": [2.0, 3.0]}


def height(scenario: Any, seed: int) -> float:
    """Highest at sigma 0.2 and radius 3; odd seeds lie a little lower."""
    near = 0.5 + 0.1 * (scenario.perturbation.sigma == 0.2) + 0.05 * (scenario.astrocytes.radius == 3)
    return near - 0.02 * (seed % 2) + 0.001 * seed


def test_the_best_setting_is_chosen_on_one_half_of_the_seeds_and_shown_on_the_other() -> None:
    def value(scenario: Any, seed: int) -> float:
        """On even seeds one setting is best by chance; on the others it is the worst."""
        lucky = scenario.perturbation.sigma == 0.1 and scenario.astrocytes.radius == 2
        return (0.9 if seed % 2 == 0 else 0.1) + 0.001 * seed if lucky else height(scenario, seed)

    results = results_of(summarised(GRID, value))
    best = results.best
    assert best is not None
    assert (best.chosen_on, best.shown_on) == ((10, 12, 14, 16), (11, 13, 15, 17))
    assert results.setting_words(best.place) == "perturbation.sigma = 0.1, astrocytes.radius = 2"
    assert best.chosen.mean == pytest.approx(0.913)
    assert best.shown == mean_interval([0.111, 0.113, 0.115, 0.117], bounds=(0.0, 1.0))
    assert best_words(results).startswith(
        "Best setting: perturbation.sigma = 0.1, astrocytes.radius = 2; mean accuracy 0.114 (0.1"
    )


def test_an_unfinished_setting_is_not_chosen() -> None:
    found = summarised(GRID, height)
    lucky = condition_names(found.scenario)[0]
    rows = [row for row in found.rows if row["condition"] != lucky or row["seed"] == 10]
    rows[0] = rows[0] | {"mean_accuracy": 1.0}
    best = results_of(replace(found, rows=rows)).best
    assert best is not None
    assert condition_names(found.scenario)[best.place] == "sigma_0.2-radius_3"


def test_cells_of_a_map_hold_the_means_and_intervals_of_their_settings() -> None:
    results = results_of(summarised(GRID, height))
    (panel,) = sweep._map_panels(results)
    assert (panel.y.label, panel.x.label) == ("perturbation.sigma", "astrocytes.radius (units)")
    assert panel.best == (1, 1)
    for y, sigma in enumerate(GRID["perturbation.sigma"]):
        for x, radius in enumerate(GRID["astrocytes.radius"]):
            own = [row["mean_accuracy"] for row in results_rows(results, f"sigma_{sigma}-radius_{radius:g}")]
            expected = mean_interval(own, bounds=(0.0, 1.0))
            assert (panel.bands.mean[y, x], panel.bands.low[y, x], panel.bands.high[y, x]) == (
                expected.mean,
                expected.low,
                expected.high,
            )


def results_rows(results: Any, name: str) -> list[dict[str, float]]:
    return [{"mean_accuracy": float(value)} for value in results.values[results.names.index(name)]]


def test_means_over_other_parameters_are_taken_seed_by_seed() -> None:
    axes = {**GRID, "decision.accept": ["strict", "metropolis"]}
    results = results_of(summarised(axes, height))
    panels = sweep._map_panels(results)
    assert len(panels) == 3
    by_hand = results.values.reshape(3, 2, 2, len(SEEDS)).mean(axis=1)  # over the radius
    assert np.allclose(panels[1].bands.mean, by_hand.mean(axis=-1))


RANGES = {"perturbation.sigma": {"from": 0.0001, "to": 1.0001}, "astrocytes.radius": {"from": 1.0, "to": 2.0}}


def test_sobol_indices_of_a_sum_and_of_a_product() -> None:
    """y = 3 u + v has first-order shares 9/10 and 1/10; u v has 3/7 each, and 4/7 in all."""

    def additive(scenario: Any, seed: int) -> float:
        return 3 * scenario.perturbation.sigma + scenario.astrocytes.radius

    def product(scenario: Any, seed: int) -> float:
        return (scenario.perturbation.sigma - 0.0001) * (scenario.astrocytes.radius - 1)

    design = {"design": "sobol", "samples": 128}
    ((first, total),) = indices_of(results_of(summarised(RANGES, additive, **design))).values()
    assert np.allclose(first.values, [0.9, 0.1], atol=0.05)
    assert np.allclose(total.values, [0.9, 0.1], atol=0.05)
    ((first, total),) = indices_of(results_of(summarised(RANGES, product, **design))).values()
    assert np.allclose(first.values, 3 / 7, atol=0.05)
    assert np.allclose(total.values, 4 / 7, atol=0.05)
    assert (first.half_widths < 0.25).all()


def test_a_latin_hypercube_tells_what_matters_from_what_does_not() -> None:
    def value(scenario: Any, seed: int) -> float:
        return scenario.perturbation.sigma

    results = results_of(summarised(RANGES, value, design="latin_hypercube", samples=120))
    ((first,),) = indices_of(results).values()
    assert first.values[0] == pytest.approx(1.0, abs=0.05)
    assert first.values[1] == pytest.approx(0.0, abs=0.1)


def slope(scenario: Any, seed: int) -> float:
    return scenario.perturbation.sigma / 2 + 0.1 * scenario.astrocytes.radius + 0.01 * (seed % 3)


@cache
def cases() -> dict[str, Summary]:
    two = {"full": {}, "firing": {"sensing": {"rule": "firing"}}}
    many = {"perturbation.sigma": {"from": 0.01, "to": 1, "steps": 20, "scale": "log"}, "astrocytes.radius": [1.0, 2.0]}
    return {
        "one": summarised({"perturbation.sigma": [0.1, 0.2, 0.4]}, height, conditions=two),
        "texts": summarised({"decision.accept": ["strict", "metropolis"]}, height),
        "grid": summarised(GRID, height, conditions=two),
        "three": summarised({**GRID, "decision.accept": ["strict", "metropolis"]}, height),
        "many": summarised(many, height),
        "zip": summarised({"perturbation.sigma": [0.1, 0.2], "astrocytes.radius": [2.0, 4.0]}, height, design="zip"),
        "latin": summarised(RANGES, slope, design="latin_hypercube", samples=40, conditions=two),
        "sobol": summarised(RANGES, slope, design="sobol", samples=8),
    }


EXPECTED = {
    "one": ["response"],
    "texts": ["response"],
    "grid": ["response", "interaction"],
    "three": ["response", "interaction"],
    "many": ["response", "interaction"],
    "zip": ["response"],
    "latin": ["response", "sensitivity"],
    "sobol": ["response", "sensitivity"],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_figures_of_every_design_have_titles_captions_and_units(name: str) -> None:
    results = results_of(cases()[name])
    assert [kind for kind, one in KINDS.items() if one.has(results)] == EXPECTED[name]
    for kind in EXPECTED[name]:
        drawn = KINDS[kind].draw(results)
        assert drawn.title
        assert drawn.caption
        labels = {axes.get_xlabel() for axes in drawn.figure.axes} | {axes.get_ylabel() for axes in drawn.figure.axes}
        if kind != "sensitivity":
            assert "mean accuracy" in labels
            path = "decision.accept" if name == "texts" else "perturbation.sigma"
            assert path in labels
        drawn.figure.canvas.draw()


def test_another_column_is_a_measure_too() -> None:
    found = summarised(GRID, height)
    assert results_of(found, "trials").values.tolist() == [[3.0] * len(SEEDS)] * 6
    with pytest.raises(AstrosimError, match=r"--measure: no such column of numbers \(trails\). Did you mean trials\?"):
        results_of(found, "trails")


def test_figures_of_single_conditions_show_a_dozen_of_many() -> None:
    found = cases()["many"]
    shown = few(found)
    assert len(found.conditions) == 40
    assert shown.only is not None
    assert len(shown.only) == 12 == len(shown.conditions)
    assert (shown.only[0], shown.only[-1]) == (found.conditions[0], found.conditions[-1])
    assert few_words(found, shown).startswith("12 of 40 settings are shown")
    assert few(cases()["grid"]).only is None or len(cases()["grid"].conditions) > 12


def test_runs_are_compared_over_common_seeds_and_conditions() -> None:
    first = summarised(GRID, height, Path("first"))
    other = summarised(GRID, lambda scenario, seed: height(scenario, seed) + 0.01 * (seed % 3), Path("other"))
    rows = [row for row in other.rows if row["seed"] != 12 and row["condition"] != "sigma_0.1-radius_2"]
    found, measure = compare_runs([first, replace(other, rows=rows)])
    assert measure.column == "mean_accuracy"
    assert [one.condition for one in found] == [*condition_names(first.scenario)[1:]]
    seeds = [seed for seed in SEEDS if seed != 12]
    expected = compare([0.01 * (seed % 3) for seed in seeds], [0.0] * len(seeds))
    for one in found:
        assert one.comparison.difference.n == 7
        assert one.comparison.difference.mean == pytest.approx(expected.difference.mean)
        assert one.comparison.p_holm >= one.comparison.p_value == expected.p_value
        assert one.means[0] - one.means[1] == pytest.approx(expected.difference.mean)
    with pytest.raises(AstrosimError, match="two runs or more"):
        compare_runs([first])
    with pytest.raises(AstrosimError, match="no condition with two seeds in common"):
        compare_runs([first, replace(other, rows=[row | {"seed": 99} for row in other.rows])])


def test_compare_on_the_command_line(tmp_path: Path) -> None:
    for name, episodes in (("one", 5), ("two", 8)):
        short = {"schedule": {"episodes": episodes, "trials_per_episode": 10}, "seeds": [3, 8, 9], "conditions": {}}
        astrosim.sweep(small(**short), {"perturbation.sigma": [0.1, 0.3]}, directory=tmp_path / name, workers=1)
    out = tmp_path / "differences.csv"
    result = CliRunner().invoke(app, ["compare", str(tmp_path / "one"), str(tmp_path / "two"), "--csv", str(out)])
    assert result.exit_code == 0, result.output
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["condition"] for row in rows] == ["sigma_0.1", "sigma_0.3"]
    assert all(
        float(row["difference"]) == float(row["mean"]) - float(row["mean_of_first"])
        or math.isclose(float(row["difference"]), float(row["mean"]) - float(row["mean_of_first"]), abs_tol=1e-9)
        for row in rows
    )
    wrong = CliRunner().invoke(app, ["compare", str(tmp_path / "one")])
    assert wrong.exit_code == 2
    assert "two runs or more are compared" in wrong.stderr
    page = astrosim.write_report(tmp_path / "two").read_text(encoding="utf-8")
    assert "The best setting: perturbation.sigma = " in page
    assert "Response: mean accuracy" in page
    assert "All 2 settings" in page
    drawn = CliRunner().invoke(app, ["plot", str(tmp_path / "two"), "response", "--measure", "accept_rate"])
    assert drawn.exit_code == 0, drawn.output
    assert (tmp_path / "two" / "figures" / "response.svg").stat().st_size > 1000
