"""A watched wave: looking changes nothing, and what is told is what was decided."""

from __future__ import annotations

import numpy as np
import pytest
from wave_nets import wave

from astrosim.runs.replicate import Replicate
from astrosim.systems.waves.lockstep import Trainee, make_groups
from astrosim.systems.waves.watched import KEPT, WatchedWaves
from astrosim.view.frame import pack

RULES = {
    "gradient": {},
    "keep_revert": {
        "front": {"rule": "none", "standardise": True},
        "network": {"steps": "U GGGG", "grid": [8, 8], "activation": "tanh", "initial": "unit"},
        "training": {"rule": "keep_revert"},
        "astrocytes": {"max_active": 4, "sigma": 0.1},
    },
}


@pytest.mark.parametrize("rule", RULES)
def test_looking_changes_nothing_and_a_sentence_tells_the_update(rule: str) -> None:
    scenario = wave(schedule={"batch": 24, "epochs": 2}, **RULES[rule])
    shown = WatchedWaves(scenario, 3)
    alone = make_groups([Trainee(Replicate("", 3, 0, 0), scenario, None, None)], None)[0]  # type: ignore[arg-type]
    kept, updates = 0, min(60, scenario.updates)
    for number in range(updates):
        values = shown.network.values.copy()
        shown.go_on("phase", 1)
        seen = []
        while shown.within:
            facts, arrays = shown.look(None)
            assert pack(facts, arrays)
            seen.append(facts["step"])
            shown.go_on("phase", 1) if shown.at + 1 < shown.phases else shown.advance(1)
        assert max(seen) == shown.steps
        update, facts = shown.present, shown.look(None)[0]
        assert update is not None
        assert (update.number, shown.trial) == (number, number + 1)
        changed = int((shown.network.values != values).sum())
        if rule == "keep_revert":
            assert bool(changed) <= (update.decision == KEPT)
            kept += update.decision == KEPT
            assert update.after < update.before if update.decision == KEPT else np.isnan(update.after)
            assert 1 <= len(update.active) <= 4
        else:
            assert (update.decision, update.moved) == (None, changed)
        assert " moved " in facts["sentence"]
    while alone.members[0].done < updates:
        alone.advance(1)
    here, there = shown.member.state(), alone.members[0].state()
    assert here.keys() == there.keys()
    assert [name for name in here if here[name].tobytes() != there[name].tobytes()] == []
    assert kept > 0 or rule == "gradient"
