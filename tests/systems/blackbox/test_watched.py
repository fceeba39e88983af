"""A watched replicate: looking changes nothing, and what is shown is what was decided."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim.core.errors import ScenarioError
from astrosim.runs.replicate import Replicate
from astrosim.systems.blackbox.learners.state import GIVEN_UP, KEPT_TRIALS, TRIALS
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import EnvironmentScenario
from astrosim.systems.blackbox.watched import KEPT, WatchedPolicy
from astrosim.view.frame import pack

CARTPOLE = EnvironmentScenario(
    name="watched",
    seeds=(3,),
    task={"environment": "CartPole-v1"},
    network={"units": 6},
    territory={"units": 2},
    perturbation={"together": 2},
    decision={"episodes": 4, "stay": 5},
    birth={"networks": 4, "warm": 1},
)


def test_looking_changes_nothing():
    watched = WatchedPolicy(CARTPOLE, 3)
    plain = Recording(Replicate("", 3, 0, 0), CARTPOLE)
    decisions = []
    for _ in range(20):
        watched.advance(1)
        watched.look(None)
        assert watched.present is not None
        decisions.append(watched.present.decision)
    values = [plain.learner.batch()[0] for _ in range(4)]
    for name, array in plain.state().items():
        assert np.array_equal(array, watched.recording.state()[name]), name
    counts = plain.learning.counts
    assert watched.curves.values("return") == values
    assert (len(decisions), decisions.count(KEPT)) == (counts[TRIALS], counts[KEPT_TRIALS])
    assert decisions.count(-1) == counts[GIVEN_UP]
    assert watched.accept_rate == decisions.count(KEPT) / 20


def test_a_trial_shows_what_it_changes_and_why_it_was_decided():
    watched = WatchedPolicy(CARTPOLE, 3)
    kept = []
    for _ in range(40):
        watched.advance(1)
        facts, arrays = watched.look(None)
        trial = watched.present
        assert trial is not None
        total = sum(facts["candidate"]) > sum(facts["standing"])
        assert (facts["decision"] == KEPT) == (total and len(facts["candidate"]) == len(facts["standing"]))
        assert set(np.flatnonzero(arrays["changed"]) // 2) == set(np.flatnonzero(arrays["changed"])[::2] // 2)
        assert 1 <= len(np.unique(np.flatnonzero(arrays["changed"]) // 2)) <= 2  # two astrocytes of two units each
        if kept:
            assert np.array_equal(trial.before, kept[-1])
        kept.append(trial.proposed if trial.decision == KEPT else trial.before)
    assert np.array_equal(kept[-1], flat(watched.recording.learning.policy))


def test_frames_can_be_packed_and_the_episode_goes_on():
    watched = WatchedPolicy(CARTPOLE, 3)
    assert pack({"scene": watched.scene()[0]}, watched.scene()[1])
    steps = [watched.look(None)[0]["episode"] for _ in range(6)]
    assert [one["step"] for one in steps] == [1, 2, 3, 4, 5, 6]
    assert [one["return"] for one in steps] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert pack(*watched.look(None))


def test_rivals_are_refused():
    with pytest.raises(ScenarioError, match="proposals of the kernel that are kept or reverted"):
        WatchedPolicy(CARTPOLE.model_copy(update={"learner": CARTPOLE.learner.model_copy(update={"rule": "snes"})}), 3)
