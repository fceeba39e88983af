"""Tuning of rivals and astrocytes alike: stored scenarios, equal effort, seeds that no figure rests on."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from astrosim.runs import run_scenario
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.summary import read

SCRIPT = runpy.run_path(str(Path(__file__).parent.parent / "analysis" / "tuning.py"))
PLANS = SCRIPT["plans"]()
RIVALS = ("spsa", "node_perturbation", "adaptive_monte_carlo", "one_plus_one", "evolution")


@pytest.mark.parametrize("name", PLANS)
def test_stored_scenarios_are_those_that_the_plan_gives(name: str) -> None:
    assert find(f"tune_{name}").read_text(encoding="utf-8") == SCRIPT["scenario_text"](name, PLANS[name])


@pytest.mark.parametrize("name", PLANS)
def test_every_learner_has_as_many_settings_and_the_work_of_the_comparison(name: str) -> None:
    base, tuned = load_scenario(find(name)), load_scenario(find(f"tune_{name}"))
    plan = PLANS[name]
    assert condition_names(tuned) == tuple(
        f"{learner}_{i:02}" for learner in plan["ranges"] for i in range(plan["settings"])
    )
    for condition in condition_names(tuned):
        assert resolve(tuned, condition).work == resolve(base, condition.rpartition("_")[0]).work
    assert not set(base.seeds) & set(tuned.seeds), "a figure would rest on the seeds of the choice"


def test_no_learner_of_one_scalar_is_left_out() -> None:
    assert {"astrocytes", "random", *RIVALS} <= set(PLANS["both_worlds"]["ranges"])


@pytest.mark.parametrize("name", PLANS)
def test_settings_lie_in_their_ranges_and_fill_them(name: str) -> None:
    settings = SCRIPT["drawn"](PLANS[name])
    for learner, ranges in PLANS[name]["ranges"].items():
        for key, span in ranges.items():
            values = np.array([one[key] for one in settings[learner]], dtype=float)
            if isinstance(span, dict):
                assert set(values) <= set(span["of"])
                continue
            assert (span[0] * 0.99 <= values).all()
            assert (values <= span[1] * 1.01).all()
            parts = np.floor(len(values) * np.log(values / span[0]) / np.log(span[1] / span[0]) + 1e-9)
            assert len(set(parts)) >= len(values) - 2, f"{learner} {key}: a Latin hypercube fills every part"


def test_the_most_solved_then_the_quickest_setting_is_chosen(tmp_path: Path) -> None:
    scenario = load_scenario(
        find("tune_both_worlds"),
        ['seeds="7:2"', "schedule.episodes=4", "schedule.trials_per_episode=10", "record.every=2"],
    )
    few = {name: scenario.conditions[name] for name in ("random_00", "random_01", "delta_00", "delta_01")}
    run_scenario(scenario.model_copy(update={"conditions": few}), tmp_path / "run", workers=1)
    summary = read(tmp_path / "run")
    ranks = {name: SCRIPT["merit"](summary, name) for name in few}
    chosen = SCRIPT["best"](summary)
    for learner in ("random", "delta"):
        assert ranks[chosen[learner]] == max(ranks[f"{learner}_00"], ranks[f"{learner}_01"])
    row = next(row for row in summary.rows if row["condition"] == "delta_01")
    summary.rows.append(row | {"solved_passes": 8.0})
    assert SCRIPT["best"](summary)["delta"] == "delta_01"


def test_control_is_judged_by_the_mean_test_return(tmp_path: Path) -> None:
    scenario = load_scenario(find("tune_control"), ['seeds="7:2"', "schedule.steps=3000", "record.every=1000"])
    few = {name: scenario.conditions[name] for name in ("cartpole_01", "cartpole_snes_00", "cartpole_snes_05")}
    run_scenario(scenario.model_copy(update={"conditions": few}), tmp_path / "run", workers=1)
    summary = read(tmp_path / "run")
    for place, value in enumerate((40.0, 90.0, 80.0, 60.0, 70.0, 69.0)):
        summary.rows[place]["test_mean"] = value
    assert SCRIPT["merit"](summary, "cartpole_snes_00") == (70.0,)
    assert SCRIPT["best"](summary) == {"cartpole": "cartpole_01", "cartpole_snes": "cartpole_snes_00"}
