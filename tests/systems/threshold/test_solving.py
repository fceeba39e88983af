"""Who solved the task, after how much work: in the store, the summary, the report and its figure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from places import ROOT

from astrosim import ceiling, open_run, plot
from astrosim.report import write_report
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
from astrosim.statistics.inference import share_interval
from astrosim.systems.threshold.ceilings import structural_ceiling
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.solving import quantile_text
from astrosim.systems.threshold.show.summary import Summary
from tests.pages import text_of

SHORT = {
    "schedule.episodes": 40,
    "record.every": 10,
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    overrides = [f"{path}={value}" for path, value in SHORT.items()]
    file = ROOT / "scenarios" / "eight_of_eight.toml"
    scenario = load_scenario(file, overrides=[*overrides, "seeds=[20000, 20001, 20002]"])
    folder = tmp_path_factory.mktemp("solving") / "run"
    run_scenario(scenario, folder, workers=2)
    return folder


def test_the_summary_holds_what_the_store_holds(directory):
    summary, data = Summary.read(directory), open_run(directory)
    for name in ("solved_trial", "solved_passes", "passes"):
        stored = data[name].sel(condition="radius_4").isel(episode=-1).values.astype(float)
        np.testing.assert_array_equal(np.where(stored < 0, np.nan, stored), summary.column("radius_4", name))


def test_passes_are_eight_a_trial_and_fewer_in_a_race(directory):
    summary = Summary.read(directory)
    assert (summary.column("radius_4", "passes") == 8 * 2000).all()
    assert np.array_equal(summary.column("race", "solved_trial"), summary.column("radius_4", "solved_trial"))
    assert (summary.column("race", "passes") < 0.85 * 8 * 2000).all()
    assert (summary.column("race", "solved_passes") < summary.column("radius_4", "solved_passes")).all()


def test_one_cycle_solves_nothing_and_says_why(directory):
    summary = Summary.read(directory)
    assert np.isnan(summary.column("one_cycle", "solved_trial")).all()
    assert (summary.column("one_cycle", "ceiling") < 0.95).all()
    assert all(row["ceiling_exact"] for row in summary.rows if row["condition"] == "one_cycle")
    assert (summary.column("radius_4", "ceiling") == 1.0).all()


def test_the_report_tells_who_solved(directory):
    text = text_of(write_report(directory).read_text(encoding="utf-8"))
    solved = int(np.isfinite(Summary.read(directory).column("radius_4", "solved_trial")).sum())
    assert f"radius_4 {solved}/3" in text
    assert "one_cycle 0/3 0.000 to 0.708 > 2,000" in text
    assert "Of several cycles it is bounded" in text
    assert "2 synchronous propagation cycles, 1 tonic neuron" in text
    assert "over all patterns" in text


def test_the_figure_steps_at_every_solution():
    hits = {"one": np.array([100.0, 400.0, np.nan]), "none": np.array([np.nan])}
    figure = plot.solved_curves(hits, {"one": 1000.0, "none": 1000.0})
    assert isinstance(figure, Figure)
    line, flat = figure.axes[0].get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [1, 100, 400, 1000])
    np.testing.assert_allclose(line.get_ydata(), [0, 1 / 3, 2 / 3, 2 / 3])
    assert (np.asarray(flat.get_ydata()) == 0).all()
    assert line.get_label() == "one (2 of 3)"


def test_quantiles_count_those_that_never_solved():
    counts = np.array([10.0, 20.0, 30.0, np.nan])
    assert quantile_text(counts, 0.5, 500) == "30"
    assert quantile_text(counts, 1.0, 500) == "> 500"


def test_exact_interval_of_a_share():
    """All of 1,000: the lower limit is .025^(1/1000) (closed form of Clopper and Pearson)."""
    interval = share_interval(1000, 1000)
    assert (interval.mean, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.025 ** (1 / 1000), abs=1e-9)


def test_ceiling_of_several_cycles_lies_between_bounds():
    """Two patterns that differ in an input which reaches no output cannot both be right."""
    patterns = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.uint8)
    targets = np.array([[0], [1], [1], [0]], np.uint8)
    wired = np.array([[True], [False]])
    xor = Wiring(wired, patterns, targets, 0.5, 2.0, reached=np.array([[True], [True]]))
    assert (structural_ceiling(xor).accuracy, structural_ceiling(xor).upper) == (0.5, 1.0)
    assert not structural_ceiling(xor).exact
    assert structural_ceiling(xor, found=1.0).exact
    blind = Wiring(wired, patterns, targets, 0.5, 2.0, reached=np.array([[True], [False]]))
    assert (structural_ceiling(blind).accuracy, structural_ceiling(blind).upper) == (0.5, 0.5)


def test_a_tonic_neuron_lifts_the_ceiling_of_one_cycle():
    """It is a bias: the silent pattern can be answered."""
    base = {"network": {"input_clusters": "task"}}
    without, tonic = (Scenario.model_validate({"network": {**base["network"], "tonic": n}}) for n in (0, 1))
    gains = [ceiling(tonic, seed=s).accuracy - ceiling(without, seed=s).accuracy for s in range(5)]
    assert min(gains) >= 0.0
    assert sum(gains) > 0.1


def test_a_run_without_passes_has_no_such_table(tmp_path):
    lone = Scenario.model_validate({"name": "lone", "seeds": [1], "schedule": {"episodes": 2}})
    run_scenario(lone, tmp_path / "lone", workers=1)
    assert math.isnan(Summary.read(tmp_path / "lone").rows[0]["passes"])
    assert "Clopper" not in write_report(tmp_path / "lone").read_text(encoding="utf-8")
