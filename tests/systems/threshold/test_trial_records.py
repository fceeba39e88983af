"""Rewards and firing of single trials: both engines, any stretches, and what they add up to."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from later import later
from replicates import differences

from astrosim import open_run
from astrosim.core.errors import ScenarioError
from astrosim.runs import run_scenario
from astrosim.scenario.choose import changed
from astrosim.scenario.relevance import unread
from astrosim.store import layout
from astrosim.store.variables import KEPT
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.traces import tracer
from astrosim.systems.threshold.workload import workload

TRIALS = 120
ALL = {"record.trials": True, "record.firing": True}
WINDOW = {"cycles": 2, "tonic": 1, "input_clusters": "task"}
LESIONS = [
    {"action": "silence_neurons", "at_trial": 20, "which": [7, 12, 20]},
    {"action": "lesion_astrocytes", "at_trial": 50, "which": [5]},
    {"action": "freeze_plasticity", "at_trial": 70},
    {"action": "release_plasticity", "at_trial": 90},
]
CASES: dict[str, dict[str, Any]] = {
    "paper": {},
    "cursor, half of the trials": {"learner": "cursor", "record.firing_trials": [11, 71], "record.firing_every": 3},
    "control": {"learner": "none"},
    "lesions": {"interventions": LESIONS},
    "neurons": {"learner": "neurons", "network.cycles": 2, "plasticity.rate": 0.1, "plasticity.provisional": True},
    "race": {
        "network.cycles": 2,
        "network.tonic": 1,
        "astrocytes.selection": "uniform",
        "decision.window": 5,
        "decision.race": True,
        "decision.accept": "drift",
    },
}
MORE: dict[str, dict[str, Any]] = {
    "one synapse": {"perturbation.scope": "single", "perturbation.fraction": 0.5, "decision.reward": "binary"},
    "part": {
        "decision.window": 0,
        "decision.consolidation": "proportional",
        "decision.rate": 2.0,
        "perturbation.adapt_sigma": True,
        "decision.reward": "log_sigmoid",
        "interventions": LESIONS,
    },
    "leaky": {"network.cycles": 3, "network.model": "leaky", "decision.window": 3},
    "coupled": {"coupling.graph": "nearest"},
    "both": {"learner": "both", "dynamics.order": "random", "plasticity.rate": 0.05, "homeostasis.rule": "step"},
    "relay": {"learner": "neurons", "network.layout": "relay", "network.clusters": 3, "dynamics.order": "random"},
}


def recorded(fields: dict[str, Any]) -> Scenario:
    return changed(Scenario(), {"network.regular": 9, "schedule.episodes": TRIALS // 10, **ALL, **fields})


@pytest.mark.parametrize("name", [*CASES, *later(*MORE)])
def test_engines_and_stretches_leave_the_same_records_and_nothing_else(name, monkeypatch):
    chosen = recorded((CASES | MORE)[name])
    agents = make_engine(chosen.model_copy(update={"engine": "agents"}), 5)
    whole, parts = make_engine(chosen, 5), make_engine(chosen, 5)
    off = chosen.record.model_copy(update={"trials": False, "firing": False, "firing_trials": (), "firing_every": 1})
    plain = make_engine(chosen.model_copy(update={"record": off}), 5)
    log = plain.advance(TRIALS)
    assert plain.tracer is None
    assert differences(vars(whole.advance(TRIALS)), vars(log)) == []
    agents.advance(TRIALS)
    assert differences(whole.state(), plain.state()) == []
    taken = whole.tracer.taken()
    assert differences(taken._asdict(), agents.tracer.taken()._asdict()) == []

    monkeypatch.setattr(tracer, "STRETCH_VALUES", 4 * len(whole.static()["neuron_x"]))
    pieces = []
    for start, stop in pairwise((0, 1, 18, 50, 91, TRIALS)):
        parts.advance(stop - start)
        pieces.append(parts.tracer.taken())
    for field in ("before", "after", "eligible", "firing_trial", "fired"):
        joined = np.concatenate([getattr(piece, field) for piece in pieces])
        np.testing.assert_array_equal(joined, getattr(taken, field), err_msg=field)

    assert np.isfinite(taken.before).all()
    assert list(taken.firing_trial) == list(tracer.wanted(chosen).firing)
    assert 0 < np.unpackbits(taken.fired, axis=1).mean() < 1
    if chosen.astrocytic and chosen.decision.accept == "strict":
        kept = log.decision == KEPT
        np.testing.assert_array_equal(taken.after > taken.before, kept)
    if name == "race":
        assert np.isnan(taken.after).any()
        assert np.isfinite(taken.after).any()


RUNS = {
    "described": {
        "conditions": {
            "maturity": {},
            "cursor": {"learner": "cursor"},
            "neurons": {"learner": "neurons"},
            "one_plus_one": {"learner": "one_plus_one", "decision": {"window": 0}},
        },
    },
    "published": {
        "system": "published",
        "conditions": {
            "maturity": {},
            "cursor": {"learner": "cursor"},
            "iteration": {"learner": "cursor", "homeostasis": {"rule": "episode"}},
            "control": {"learner": "none"},
        },
    },
}


@pytest.mark.parametrize("system", RUNS)
def test_records_add_up_to_what_is_measured(system, tmp_path):
    tables = {"seeds": [3, 8], "schedule": {"episodes": 40}, "record": {"every": 1, "trials": True, "firing": True}}
    scenario = Scenario.model_validate({"name": "sums", **tables, **RUNS[system]})
    run_scenario(scenario, tmp_path / "run", workers=1)
    data = open_run(tmp_path / "run")
    assert data.decision.attrs["flag_values"].tolist() == [1, 0, -1]
    assert data.decision.attrs["flag_meanings"] == "kept reverted nothing_decided"
    for name in ("maturity", "cursor"):
        own = data.sel(condition=name)
        standing = own.reward_after.where(own.decision == KEPT, own.reward_before)
        by_episode = standing.values.reshape(2, 40, 10).mean(axis=2)
        np.testing.assert_allclose(by_episode, own.mean_soft_reward, rtol=1e-12)
        eligible = own.eligible.values.reshape(2, 40, 10).mean(axis=2)
        np.testing.assert_allclose(eligible, own.eligible_synapses, rtol=1e-12)
        assert ((own.reward_after > own.reward_before) == (own.decision == KEPT)).all()
        for seed in (3, 8):
            one = own.sel(seed=seed)
            assert set(np.unique(one.firing.dropna("neuron").values)) <= {-1, 0, 1}
            outputs = one.firing.values[:, one.neuron_kind.values == 1][:, :5]
            targets = targets_of(scenario)[one.trial_pattern.values]
            right = (outputs == targets).mean(axis=1).reshape(40, 10).mean(axis=1)
            if system == "described":
                np.testing.assert_allclose(right, one.mean_binary_reward, rtol=1e-12)
    if system == "described":
        own = data.sel(condition="neurons")
        fired = own.firing.where(own.firing >= 0).mean("recorded_trial")
        np.testing.assert_allclose(fired, own.neuron_rate.isel(episode=-1), rtol=1e-12)
        targets = targets_of(scenario)[own.trial_pattern.values]
        outputs = own.firing.values[:, :, own.neuron_kind.values[0] == 1][:, :, :5]
        np.testing.assert_array_equal((outputs == targets).mean(axis=2), own.reward_before)
        assert np.isnan(own.reward_after).all()
        baseline = data.sel(condition="one_plus_one")
        assert (baseline.firing == -1).all()
        assert (baseline.reward_after >= baseline.reward_before).all()
        assert (baseline.reward_before.values[:, 1:] == baseline.reward_after.values[:, :-1]).all()
    else:
        iteration, control = data.sel(condition="iteration"), data.sel(condition="control")
        assert np.isfinite(iteration.reward_before).all()
        assert (iteration.firing == -1).all()
        assert np.isnan(control.reward_before).all()
        assert (control.firing == -1).all()


def targets_of(scenario: Scenario) -> np.ndarray:
    return np.array([[int(bit) for bit in target] for _, target in scenario.task.patterns])


def test_conditions_keep_the_firing_of_their_own_trials_in_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "TRIAL_CHUNK", 1000)
    tables = {
        "name": "windows",
        "seeds": [3],
        "schedule": {"episodes": 30},
        "record": {"firing": True, "decisions": False},
        "conditions": {
            "all": {},
            "some": {"record": {"firing_trials": [45, 260], "firing_every": 20}},
            "none": {"record": {"firing": False}},
        },
    }
    run_scenario(Scenario.model_validate(tables), tmp_path / "run", workers=1)
    data = open_run(tmp_path / "run")
    assert len(list((tmp_path / "run" / "trajectory.zarr" / "firing").glob("c.0.0.*"))) > 5
    whole, some = data.firing.sel(condition="all", seed=3), data.firing.sel(condition="some", seed=3)
    kept = np.arange(45, 260, 20)
    np.testing.assert_array_equal(some.sel(recorded_trial=kept), whole.sel(recorded_trial=kept))
    assert (some.drop_sel(recorded_trial=kept) == -1).all()
    assert (data.firing.sel(condition="none") == -1).all()
    assert (whole >= 0).all()
    assert data.firing.attrs["flag_values"].tolist() == [0, 1]
    assert data.firing.attrs["flag_meanings"] == "silent fired"
    assert data.firing.attrs["units"] == "1"
    assert "decision" not in data
    assert "reward_before" not in data


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"record.firing_trials": [5]}, r"record.firing_trials: no trials of this run \(\[5\]\). Write \[first, end\]"),
        ({"record.firing_trials": [50, 50]}, "from \\[0, 1\\] to \\[0, 120\\]"),
        ({"record.firing_trials": [0, 121]}, "no trials of this run"),
        (
            {"schedule.episodes": 10**7},
            r"record.firing: more than 2,147,483,648 values per replicate \(100,000,000 trials x 42 neurons\). Write "
            r"record.firing_trials = \[0, 51130563\], or record.firing_every = 2.",
        ),
    ],
)
def test_records_that_cannot_be_are_refused(fields, text):
    with pytest.raises(ScenarioError, match=text):
        recorded(fields)


def test_fields_are_read_where_there_is_something_to_record():
    assert "record.firing_every" in unread(Scenario())
    assert unread(recorded({})) & {"record.firing", "record.trials", "record.firing_trials"} == frozenset()
    baseline = recorded({"learner": "evolution", "decision.window": 0})
    assert {"record.firing", "record.firing_every"} <= unread(baseline)
    assert "record.trials" not in unread(baseline)
    control = Scenario.model_validate({"system": "published", "learner": "none", "record": {"trials": True}})
    assert {"record.trials", "record.firing"} <= unread(control)


def test_the_cost_of_a_trial_is_told():
    plain, asked = workload(recorded({"record.trials": False, "record.firing": False})), workload(recorded({}))
    assert (plain.trial_bytes, plain.firing_bytes) == (0, 0)
    assert (asked.trial_bytes, asked.firing_bytes) == (8 + 8 + 4 + 2 + 1 + 3, asked.neurons)
    assert asked.disk_bytes - plain.disk_bytes == asked.seeds * TRIALS * (8 + 8 + 4 + asked.neurons)
    told = {name.strip(): value for name, value, _ in asked.rows()}
    assert (told["per trial"], told["of firing"]) == ("26 bytes", f"{asked.neurons} bytes")
    part = workload(recorded({"record.firing_trials": [0, 60], "record.firing_every": 3}))
    assert asked.disk_bytes - part.disk_bytes == asked.seeds * (TRIALS - 20) * asked.neurons
