"""A black box goes on for longer: what the end of the shorter run did is undone, and never changes a bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import contents, differing

from astrosim.core.errors import StoreError
from astrosim.runs import open_run, run_scenario
from astrosim.systems.blackbox.scenario.schema import EnvironmentScenario

STEPS = 2_000


def scenario(steps: int, **changes: Any) -> EnvironmentScenario:
    """CartPole on few steps."""
    tables: dict[str, Any] = {
        "name": "longer",
        "seeds": [3],
        "task": {"environment": "CartPole-v1"},
        "network": {"units": 4},
        "decision": {"episodes": 2, "stay": 2},
        "birth": {"networks": 4, "warm": 1},
        "schedule": {"steps": steps},
        "record": {"every": 50, "test": 4, "validation": 20},
    }
    tables |= {name: {**tables[name], **values} for name, values in changes.items()}
    return EnvironmentScenario.model_validate(tables)


def grown(folder: Path, first: EnvironmentScenario, *longer: EnvironmentScenario) -> dict[str, Any]:
    run_scenario(first, folder / "run", workers=1)
    for one in longer:
        run_scenario(one, folder / "run", workers=1, resume=True)
    return contents(folder / "run")


def whole(folder: Path, one: EnvironmentScenario) -> dict[str, Any]:
    run_scenario(one, folder / "whole", workers=1)
    return contents(folder / "whole")


@pytest.mark.parametrize("every", [50, 400])
@pytest.mark.parametrize("steps", [[STEPS + 1], [STEPS + 400], [STEPS + 800, 3 * STEPS]])
def test_records_that_the_end_made_are_made_again(steps, every, tmp_path):
    plan = {"record": {"every": every}}
    grown(tmp_path, scenario(STEPS, **plan))
    curve = open_run(tmp_path / "run").steps.values[0, 0]
    assert curve[-1] < every * len(curve), "the end made no record"
    for more in steps:
        run_scenario(scenario(more, **plan), tmp_path / "run", workers=1, resume=True)
    found = contents(tmp_path / "run")
    assert differing(whole(tmp_path, scenario(steps[-1], **plan)), found) == []
    curve = open_run(tmp_path / "run").steps.values[0, 0]
    assert len(curve) == steps[-1] // every
    assert (np.diff(curve) >= 0).all()


def test_a_goal_that_was_reached_ends_the_longer_run_as_well(tmp_path):
    goal = {"stop_at": 40.0}
    found = grown(
        tmp_path, scenario(4 * STEPS, schedule={"steps": 4 * STEPS, **goal}),
        scenario(6 * STEPS, schedule={"steps": 6 * STEPS, **goal}),
    )  # fmt: skip
    assert differing(whole(tmp_path, scenario(6 * STEPS, schedule={"steps": 6 * STEPS, **goal})), found) == []
    assert 0 < open_run(tmp_path / "run").steps.values.max() < 4 * STEPS


def test_a_birth_that_the_budget_cut_short_is_given_again(tmp_path, caplog):
    many = {"birth": {"networks": 400}}
    found = grown(tmp_path, scenario(STEPS, **many), scenario(2 * STEPS, **many))
    assert differing(whole(tmp_path, scenario(2 * STEPS, **many)), found) == []
    assert "starts again" in caplog.text
    assert "the shorter budget ended the birth early" in caplog.text


def test_only_the_steps_may_grow(tmp_path):
    grown(tmp_path, scenario(STEPS))
    longer = scenario(2 * STEPS, decision={"episodes": 6})
    with pytest.raises(StoreError, match=r"decision.episodes: a run that goes on keeps it \(6\). Only schedule.steps"):
        run_scenario(longer, tmp_path / "run", workers=1, resume=True)
    sessions = json.loads((tmp_path / "run" / "provenance.json").read_text())["sessions"]
    assert len(sessions) == 1
