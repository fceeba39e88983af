"""A branch starts from another run's weights, on every engine with the same bits, and replays from its own folder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from run_helpers import contents, differing, small

from astrosim.core.errors import AstrosimError, Interrupted, ScenarioError
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.scenario import load_scenario
from astrosim.store.files import sha256
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.threshold.agents.model import AstroModel

CHANGED = {"perturbation": {"sigma": 0.3}, "schedule": {"episodes": 20, "trials_per_episode": 10}}
PLAN = {"record": {"every": 5, "weights_at": [0, -1]}}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A run of two conditions and two seeds."""
    directory = tmp_path_factory.mktemp("source") / "run"
    run_scenario(small(), directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def branch(source, tmp_path_factory):
    """A branch from one of its conditions, with another sigma and other learners."""
    directory = tmp_path_factory.mktemp("branch") / "run"
    conditions = {"astrocytes": {}, "none": {"learner": "none"}}
    run_scenario(small(conditions=conditions, **CHANGED, **PLAN), directory, workers=1, branch=f"{source}:maturity")
    return directory


def last(directory, condition, seed):
    """Weights after the last kept episode."""
    return open_run(directory).weight.sel(condition=condition, seed=seed).isel(weight_episode=-1).values


def test_it_starts_from_the_last_weights_of_the_same_seed(source, branch):
    for seed in (3, 8):
        assert np.array_equal(last(branch, "none", seed), last(source, "maturity", seed), equal_nan=True)
        assert not np.array_equal(last(branch, "astrocytes", seed), last(source, "maturity", seed), equal_nan=True)


def test_both_engines_give_the_same_bits(source, branch, tmp_path):
    conditions = {"astrocytes": {}, "none": {"learner": "none"}}
    agents = small(conditions=conditions, engine="agents", **CHANGED, **PLAN)
    run_scenario(agents, tmp_path / "run", workers=1, branch=f"{source}:maturity")
    one, other = contents(branch), contents(tmp_path / "run")
    for rows in (one.pop("summary.csv"), other.pop("summary.csv")):
        for row in rows:
            row.pop("engine")
    assert differing(one, other) == []


def test_a_model_of_agents_starts_from_the_same_weights(branch, source):
    model = AstroModel(load_scenario(branch / "scenario.toml"), 8, condition="none")
    assert np.array_equal(model.weights(), last(source, "maturity", 8)[: len(model.weights())])


def test_it_needs_nothing_but_its_own_directory_and_says_where_it_comes_from(branch, source, tmp_path):
    alone = shutil.copytree(branch, tmp_path / "alone")
    assert rerun(alone, workers=1).identical
    facts = json.loads((alone / "provenance.json").read_text())["branched_from"]
    assert (facts["condition"], facts["seeds"], facts["ended"]) == ("maturity", [3, 8], [True, True])
    assert facts["scenario_sha256"] == sha256((source / "scenario.toml").read_bytes())
    (file,) = (alone / "inputs").iterdir()
    assert facts["start_sha256"] == sha256(file.read_bytes())


def test_it_starts_from_a_checkpoint(tmp_path):
    directory = tmp_path / "run"
    one = small(seeds=[3], conditions={})
    asked = iter([False] * 3 + [True] * 9)
    with pytest.raises(Interrupted):
        run_scenario(one, directory, workers=1, stopped=lambda: next(asked))
    assert list((directory / "checkpoints").iterdir())
    run_scenario(small(seeds=[3], conditions={}, learner="none"), tmp_path / "branch", workers=1, branch=str(directory))
    facts = json.loads((tmp_path / "branch" / "provenance.json").read_text())["branched_from"]
    assert facts["ended"] == [False]
    drawn = tmp_path / "drawn"
    run_scenario(small(seeds=[3], conditions={}, learner="none"), drawn, workers=1)
    assert not np.array_equal(last(tmp_path / "branch", "default", 3), last(drawn, "default", 3))


@pytest.mark.parametrize(
    ("changes", "which", "text"),
    [
        (
            {"network": {"regular": 5}},
            ":maturity",
            r"network.start: seed 3: other synapses \(\d+ where the weights belong",
        ),
        ({"seeds": [3, 4]}, ":maturity", r"--from: seeds: that run has none of 4 \(.*\). Write --seeds 3,8"),
        ({}, "", r"--from: condition: none of this run's \(none named\). Write one of maturity, cursor"),
        ({}, ":matury", r"--from: condition: none of this run's \(matury\)"),
        ({}, ":maturity:5", r"--from: seed: none of this run's \(5\). Write one of 3, 8"),
        ({}, "x", r"--from: no such run \(.*\). Write DIR, DIR:CONDITION or DIR:CONDITION:SEED"),
        ({"perturbation": {"limit": 0.125}}, ":maturity", r"network.start: seed 3: a weight beyond perturbation.limit"),
        ({"learner": "neurons", "conditions": {}}, ":maturity", r"network.start"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_left_behind(source, tmp_path, changes, which, text):
    with pytest.raises(ScenarioError, match=text):
        run_scenario(small(**changes), tmp_path / "new", workers=1, branch=f"{source}{which}")
    assert not (tmp_path / "new").exists()


def test_other_kinds_say_that_they_do_not_branch(tmp_path):
    images = ArrayScenario.model_validate({"seeds": [3], "schedule": {"trials": 1000}, "record": {"every": 1000}})
    run_scenario(small(seeds=[3]), tmp_path / "run", workers=1)
    with pytest.raises(AstrosimError, match=r"--from: kind: another one \(astrocyte\)"):
        run_scenario(images, tmp_path / "new", workers=1, branch=f"{tmp_path / 'run'}:maturity")
