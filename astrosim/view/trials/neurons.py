"""Trials of neurons that learn by themselves, shot on the agents engine: Murray 2026, experiments 001 to 018."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.explain.sentence import trial_sentence
from astrosim.scenario.words import counted
from astrosim.store.variables import IDLE, REVERTED
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.learners.neurons.state import REMEMBERED
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.trials import words
from astrosim.view.trials.film import NO_SYNAPSES, Film, Moment

LATE = ("change", "record")
"""Phases in which weights have changed."""
JUDGED = ("judge", "release", *LATE)
"""Phases in which the answer has been compared with the target."""


class NeuronCamera:
    """Camera of neurons that change their own synapses in every trial.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        model: Any = make_engine(scenario.model_copy(update={"engine": "agents"}), seed)
        self.model = model
        model.after_phase = self._note
        self._moments: list[Moment] = []
        self._weight = np.empty(0)
        self._moved = NO_SYNAPSES

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """See `Camera.shoot`; arrays of any shape."""
        model = self.model
        model.restore(before)
        self._moments, self._moved = [], NO_SYNAPSES
        self._number, self._weight = model.trial, model.weights()
        model.advance(1)
        if not self._moments:  # nobody learns: not even a pattern is shown
            return Film(self._number, words.decided([], 0, (), IDLE))
        decision = None if model.verdict == IDLE else model.verdict
        compared = self._compared() if self._number else ()
        return Film(self._number, self._sentence(), compared, decision, tuple(self._moments), self._moved)

    def _compared(self) -> tuple[float, ...]:
        """Accuracy on the pattern of the trial before, and on that of this one; 1."""
        own = self.model.neural.accuracy
        now = float(own[self._number % REMEMBERED])
        return (float(own[(self._number - 1) % REMEMBERED]), now) if self._number else (np.nan, now)

    def _note(self, phase: str) -> None:
        """Note the moment after a phase."""
        model = self.model
        if phase == "change":
            self._moved = np.flatnonzero(model.weights() != self._weight).astype(np.int32)
        arrays = {
            "fired": model.neural.output.astype(np.uint8),
            "outputs": model.probe(),
            "eligible": self._moved if phase in LATE else NO_SYNAPSES,
            "chemical": model.neural.chemical.astype(np.float32),
        }
        compared = self._compared() if phase in JUDGED and self._number else ()
        decision = model.verdict if phase in JUDGED and model.verdict != IDLE else None
        self._moments.append(Moment(phase, self._told(phase), arrays, (), compared, decision))

    def _sentence(self) -> str:
        """The trial in words; what is reverted is the change of the trial before."""
        outcome = ""
        if self.model.verdict != IDLE:
            outcome = f"the change of the trial before is {words.OUTCOMES[self.model.verdict]}"
        before, after = self._compared()
        return trial_sentence(["neurons"], len(self._moved), before, after, outcome, measure="accuracy")

    def _told(self, phase: str) -> str:
        model, state = self.model, self.model.neural
        told = {
            "present": lambda: words.presented([model.shown], model.circuit.patterns, model.circuit.targets),
            "propagate": lambda: f"{counted(int(state.output.sum()), 'neuron')} fired",
            "feel": lambda: words.felt(np.array([neuron.field for neuron in model.neurons])),
            "trace": lambda: words.traced(model.eligibility),
            "flag": lambda: words.flagged(state.flag),
            "judge": self._judged,
            "release": lambda: words.released(state.chemical),
            "change": lambda: f"{counted(len(self._moved), 'synapse')} changed",
            "record": self._sentence,
        }
        return told[phase]()

    def _judged(self) -> str:
        model = self.model
        back = "; the change of the trial before is reverted" if model.verdict == REVERTED else ""
        return words.right(model.neural.output, model.circuit, model.shown) + back
