"""A watched replicate on rows: looking changes nothing, and what is told is what was decided."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim.core.errors import ScenarioError
from astrosim.runs.replicate import Replicate
from astrosim.systems.arrays.recording import Recording
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.watched import GIVEN_UP, KEPT, REVERTED, WatchedRows
from astrosim.view.frame import pack

DIGITS = ArrayScenario.model_validate(
    {
        "kind": "task",
        "name": "watched",
        "seeds": [3],
        "task": {"data": "digits"},
        "network": {"units": 40, "field": 4},
        "territory": {"units": 4},
        "batches": {"first": 256, "last": 256, "stay": 20},
        "decision": {"race": 0.5},
        "schedule": {"trials": 400},
        "record": {"every": 200},
    }
)


def test_looking_changes_nothing_and_a_sentence_tells_the_decision() -> None:
    shown, plain = WatchedRows(DIGITS, 3), Recording(Replicate("", 3, 0, 0), DIGITS, None, None)  # type: ignore[arg-type]
    plain.prepare()
    decisions = []
    for stay in range(4):
        for _ in range(20):
            rewards = shown.reward
            shown.go_on("phase", 1)
            for _ in range(6):
                assert pack(*shown.look(None))
                shown.go_on("phase", 1)
            trial, facts = shown.present, shown.look(None)[0]
            assert trial is not None
            decisions.append(trial.decision)
            assert (trial.after > trial.before) == (trial.decision == KEPT)
            assert (trial.rows < trial.of) <= (trial.decision == GIVEN_UP)
            assert trial.before == pytest.approx(rewards) or trial.rows < trial.of
            told = {KEPT: "kept", REVERTED: "reverted", GIVEN_UP: "given up after 128 rows"}[trial.decision]
            assert facts["sentence"].startswith(f"A{trial.actor} moved ")
            assert facts["sentence"].endswith(f": {told}")
        plain.learner.stay(plain.batches.at(stay), stay)
        assert shown.trial == 20 * (stay + 1)
        for name, array in plain.state().items():
            assert np.array_equal(array, shown.state.arrays()[name]), name
    assert {KEPT, GIVEN_UP} <= set(decisions)
    shown.advance(10_000)
    assert shown.trial == shown.last == 400


def test_a_phase_shows_only_what_is_known_by_then() -> None:
    shown, seen = WatchedRows(DIGITS, 3), {}
    for _ in range(6):
        shown.go_on("phase", 1)
        facts, arrays = shown.look(None)
        seen[facts["phase"]] = (len(facts["compared"]), facts["verdict"] is not None, bool(arrays["changed"].any()))
    assert seen == {
        "batch": (0, False, False),
        "choose": (0, False, False),
        "perturb": (1, False, True),
        "evaluate": (2, False, True),
        "decide": (2, True, True),
        "adapt": (2, True, True),
    }


def test_other_learners_are_refused() -> None:
    rival = DIGITS.model_copy(update={"learner": DIGITS.learner.model_copy(update={"rule": "backpropagation"})})
    with pytest.raises(ScenarioError, match="proposals of the kernel, one after the other"):
        WatchedRows(rival, 3)
