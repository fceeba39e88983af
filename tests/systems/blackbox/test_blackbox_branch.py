"""Branches of black boxes: learning goes on from another run's weights and spread, in place of a birth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import contents, differing

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.runs import rerun, run_scenario
from astrosim.runs.kept import kept
from astrosim.runs.replicate import Replicate
from astrosim.scenario import load_scenario, resolve
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.blackbox.learners.state import EPISODES
from astrosim.systems.blackbox.network import WEIGHTS
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import EnvironmentScenario, ObjectiveScenario


def cartpole(**changes: Any) -> EnvironmentScenario:
    tables: dict[str, Any] = {
        "name": "source",
        "seeds": [3, 8],
        "task": {"environment": "CartPole-v1"},
        "network": {"units": 4},
        "decision": {"episodes": 4, "stay": 5},
        "birth": {"networks": 4, "warm": 1},
        "schedule": {"steps": 3_000},
        "record": {"every": 1_000, "test": 4, "validation": 2},
        "conditions": {"astrocytes": {}, "snes": {"learner": {"rule": "snes"}}},
    }
    return EnvironmentScenario.model_validate(tables | changes)


def sphere(**changes: Any) -> ObjectiveScenario:
    tables: dict[str, Any] = {
        "seeds": [3],
        "task": {"objective": "astrosim.tasks:sphere", "size": 6, "allow_code": True},
        "territory": {"groups": [[0, 1], [2, 3], [4, 5]]},
        "schedule": {"evaluations": 400},
        "record": {"every": 200},
    }
    return ObjectiveScenario.model_validate(tables | changes)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("source") / "run"
    run_scenario(cartpole(), directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def branch(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("branch") / "run"
    run_scenario(cartpole(perturbation={"sigma": 0.1}), directory, workers=1, branch=f"{source}:astrocytes")
    return directory


def begun(directory: Path, condition: str, seed: int) -> Recording:
    """A replicate of a run, before its first batch."""
    scenario = resolve(load_scenario(directory / "scenario.toml"), condition)
    recording = Recording(Replicate(condition, seed, 0, 0), scenario)
    assert recording.learner
    return recording


def test_it_begins_at_the_weights_and_the_spread_of_the_same_seed(source, branch):
    ends = resolve(load_scenario(source / "scenario.toml"), "astrocytes")
    for seed in (3, 8):
        found = kept(source, "astrocytes", seed, ends)
        assert found is not None
        for condition in ("astrocytes", "snes"):
            learning = begun(branch, condition, seed).learning
            own = learning.arrays()
            for name in (*WEIGHTS, "observed_count", "observed_total", "observed_squares"):
                np.testing.assert_array_equal(own[name], found[0][name], name)
            np.testing.assert_array_equal(learning.mean, np.concatenate([own[name].ravel() for name in WEIGHTS]))
            assert learning.counts[EPISODES] == 4  # the check of replays alone: no birth


def test_it_needs_nothing_but_its_own_directory(branch):
    assert rerun(branch, workers=1).identical
    facts = json.loads((branch / "provenance.json").read_text())["branched_from"]
    assert (facts["condition"], facts["seeds"], facts["ended"]) == ("astrocytes", [3, 8], [True, True])


def test_both_engines_give_the_same_bits(source, branch, tmp_path):
    changes: dict[str, Any] = {"perturbation": {"sigma": 0.1}, "conditions": {"astrocytes": {}}}
    for engine in ("kernel", "agents"):
        run_scenario(cartpole(engine=engine, **changes), tmp_path / engine, workers=1, branch=f"{source}:astrocytes")
    one, other = contents(tmp_path / "kernel"), contents(tmp_path / "agents")
    for rows in (one.pop("summary.csv"), other.pop("summary.csv")):
        assert {row.pop("dynamics") for row in rows} <= {"own", "CartPole-v1"}
    assert differing(one, other) == []


def test_functions_branch_too(tmp_path):
    run_scenario(sphere(), tmp_path / "run", workers=1)
    run_scenario(sphere(), tmp_path / "branch", workers=1, branch=str(tmp_path / "run"))
    assert begun(tmp_path / "branch", "default", 3).learning.arrays()["incoming"].any()
    assert rerun(tmp_path / "branch", workers=1).identical
    other = sphere(territory={"groups": [[0, 2], [1, 3], [4, 5]]})
    with pytest.raises(ScenarioError, match=r"network.start: seed 3: astrocytes own other numbers. Keep task and"):
        run_scenario(other, tmp_path / "other", workers=1, branch=str(tmp_path / "run"))


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "units": (
        {"network": {"units": 5}}, ":astrocytes",
        r"network.start: seed 3: another network \(incoming: \(5, 4\) where the weights belong to \(4, 4\)\). Keep",
    ),
    "task": (
        {"task": {"environment": "MountainCar-v0"}}, ":astrocytes",
        r"network.start: seed 3: another network \(incoming",
    ),
    "condition": ({}, "", r"--from: condition: none of this run's \(none named\). Write one of astrocytes, snes"),
    "seeds": ({"seeds": [3, 4]}, ":snes", r"--from: seeds: that run has none of 4"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named_and_nothing_is_left_behind(case, source, tmp_path):
    changes, which, text = WRONG[case]
    with pytest.raises(ScenarioError, match=text):
        run_scenario(cartpole(**changes), tmp_path / "new", workers=1, branch=f"{source}{which}")
    assert not (tmp_path / "new").exists()


def test_rows_of_a_table_are_another_kind(source, tmp_path):
    images = ArrayScenario.model_validate({"seeds": [3], "schedule": {"trials": 1000}, "record": {"every": 1000}})
    with pytest.raises(AstrosimError, match=r"--from: kind: another one \(environment\). Branch from a run of task."):
        run_scenario(images, tmp_path / "new", workers=1, branch=f"{source}:astrocytes")
