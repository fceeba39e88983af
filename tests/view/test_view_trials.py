"""Trials taken apart in the live view: what is told is what was decided, and looking changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from astrosim.explain.sentence import trial_sentence
from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.frame import pack
from astrosim.view.player import Player

WINDOWED = {"network": {"cycles": 2}, "decision": {"window": 0, "race": True}}
SCENARIOS: dict[str, dict[str, Any]] = {
    "astrocytes": {},
    "cursor": {"learner": "cursor"},
    "race": WINDOWED | {"astrocytes": {"selection": "uniform"}},
    "lesion": {"interventions": [{"action": "lesion_astrocytes", "at_trial": 3, "which": [0, 1, 2, 3]}]},
    "none": {"learner": "none"},
    "both": {"learner": "both"},
    "neurons": {"learner": "neurons"},
    "relay": {"system": "published", "learner": "neurons", "network": {"layout": "relay"}},
    "one_plus_one": {"learner": "one_plus_one", "decision": {"window": 0}},
    "delta": {"learner": "delta", "decision": {"window": 0}},
    "published": {"system": "published", "sensing": {"rule": "firing"}},
    "published cursor": {"system": "published", "learner": "cursor"},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_film_is_the_trial_that_the_engine_carries_out(name: str) -> None:
    """Decision, agents and rewards are those of an engine that nobody watches; so are the bits after looking on."""
    scenario = Scenario.model_validate(SCENARIOS[name])
    player, alone = Player(scenario, 42), make_engine(scenario.model_copy(update={"engine": "kernel"}), 42)
    decisions = set()
    for number in range(24):
        before = alone.weights()
        log = alone.advance(1)
        player.go_on("phase", 1)
        film = player.film
        assert film is not None
        assert film.trial == number == player.trial - (not film.moments)
        for k in range(len(film.moments)):
            facts, arrays = player.look(None, every_weight=True)
            pack(facts, arrays)
            assert (facts["phase"], facts["sentence"]) == (film.moments[k].phase, film.moments[k].told)
            assert facts["sentence"]
            player.go_on("phase", 1) if k + 1 < len(film.moments) else player.advance(1)
        facts = player.look(None)[0]
        assert (facts["phase"], facts["sentence"], player.trial) == ("", film.sentence, number + 1)
        decision = int(log.decision[0])
        decisions.add(decision)
        assert film.decision == (None if decision == IDLE and film.decision is None else decision)
        active = sorted(a for a in log.active[0].tolist() if a >= 0)
        if film.moments and active:
            assert sorted(film.moments[-1].active) == active
        if decision == KEPT and len(film.compared) == 2 and name not in ("both", "neurons", "relay"):
            assert film.compared[1] >= film.compared[0]
            assert set(np.flatnonzero(before != alone.weights())) <= set(film.moved.tolist())
        if decision == REVERTED and name not in ("both", "neurons", "relay"):
            assert film.compared[1] <= film.compared[0]
            assert np.array_equal(before, alone.weights())
    here, there = player.engine.state(), alone.state()
    assert [key for key in there if here[key].tobytes() != there[key].tobytes()] == []
    twin = getattr(player._camera, "model", getattr(player._camera, "twin", None))
    if twin is not None:
        shot = twin.state()
        assert [key for key in there if shot[key].tobytes() != there[key].tobytes()] == []
    assert decisions <= {IDLE} if name in ("none", "neurons", "relay", "delta") else decisions


def test_the_phase_before_can_be_shown_again_and_a_step_ends_the_trial() -> None:
    player = Player(Scenario(), 42)
    for _ in range(4):
        player.go_on("phase", 1)
    assert (player.look(0)[0]["phase"], player.trial) == ("evaluate before", 0)
    player.back()
    assert player.look(0)[0]["phase"] == "activate"
    assert player.look(0)[1]["eligible"].size == 0
    for _ in range(5):
        player.back()
    assert player.look(0)[0]["phase"] == "present"
    player.advance(1)
    assert (player.trial, player.engine.trial) == (1, 1)
    assert player.look(0)[1]["eligible"].size > 100


def test_many_trials_are_told_now_and_then_only(monkeypatch: pytest.MonkeyPatch) -> None:
    player, told = Player(Scenario(), 42), []
    begin = player.begin
    monkeypatch.setattr(player, "begin", lambda: (told.append(player.done), begin()))
    for _ in range(50):
        player.advance(10, lambda: False)
    assert player.trial == 500
    assert told[0] == 9
    assert len(told) < 25
    assert player.look(None)[0]["shown_trial"] == told[-1]


def test_two_rewards_that_differ_never_look_alike() -> None:
    assert trial_sentence(["A1"], 2, 0.54201, 0.54202, "kept") == "A1 moved 2 synapses; reward 0.54201 -> 0.54202: kept"
    assert trial_sentence(["A1"], 2, 0.5, 0.5, "reverted").endswith("reward 0.500 -> 0.500: reverted")
    assert trial_sentence(["the cursor"], 1, 210.0, 1198.25, "", measure="return") == (
        "The cursor moved 1 synapse; return 210.0 -> 1,198.2"
    )
    many = [f"A{a}" for a in range(9)]
    assert trial_sentence(many, 3, 0.0, float("nan"), "kept") == "A0, A1, A2, A3 and 5 others moved 3 synapses: kept"
