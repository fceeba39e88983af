"""Trials of astrocytes, of the cursor, and of neurons and astrocytes together, shot on the agents engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.trials import words
from astrosim.view.trials.film import NO_REWARDS, NO_SYNAPSES, Film, Moment

TRIED = ("perturb", "evaluate after")
"""Phases in which changed weights are under test."""
KNOWN = ("decide", "count", "feel", "trace", "flag", "judge", "release", "change", "adapt", "record")
"""Phases in which the decision is known."""


class AgentsCamera:
    """Camera of learners whose trial is a perturbation that is kept or reverted.

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
        self.senses = not scenario.astrocytic or scenario.astrocytes.selection == "score"
        self._moments: list[Moment] = []
        self._moved = NO_SYNAPSES
        self._weight = self._standing = self._threshold = np.empty(0)
        self._shown = NO_REWARDS

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """See `Camera.shoot`; arrays of any shape."""
        model = self.model
        self._moments, self._moved, self._shown = [], NO_SYNAPSES, NO_REWARDS
        model.restore(before)
        number, self._threshold = model.trial, model.learning.threshold.copy()
        self._weight = model.weights()
        model.advance(1)
        trial = model.under_way
        patterns = tuple(int(one) for one in trial.window)
        compared = () if trial.idle else tuple(float(one) for one in trial.compared)
        return Film(
            number,
            self._sentence() + self._taught(),
            compared,
            self._decision(trial),
            tuple(self._moments),
            self._moved,
            self._shown,
            patterns,
        )

    def _note(self, phase: str) -> None:
        """Note the moment after a phase."""
        model, trial = self.model, self.model.under_way
        if phase == "perturb":
            self._moved = np.flatnonzero(model.weights() != self._weight).astype(np.int32)
        if phase == "evaluate after" and not trial.idle:
            outputs = trial.outputs_before, trial.outputs_after
            self._shown = np.array([model.rewards_of(one) for one in outputs], np.float32)
        active = tuple(a.index for a in trial.active)
        known = phase in KNOWN
        decision = self._decision(trial) if known else None
        compared = self._compared(phase, trial)
        state = model.learning
        arrays = {
            "fired": self._fired(phase, trial).astype(np.uint8),
            "outputs": model.probe(),
            "score": state.score.astype(np.float32),
            "threshold": state.threshold.astype(np.float32),
            "eligible": self._moved if known or phase in TRIED else NO_SYNAPSES,
        }
        if hasattr(model, "neural"):
            arrays["chemical"] = model.neural.chemical.astype(np.float32)
        if phase in TRIED:
            arrays["weight"] = model.weights().astype(np.float32)
        self._moments.append(Moment(phase, self._told(phase, trial, compared), arrays, active, compared, decision))

    def _fired(self, phase: str, trial: Any) -> np.ndarray:
        """Neurons that fired in the pass that the phase is about: bool, shape (neuron,)."""
        if phase in ("evaluate before", "perturb"):
            return np.asarray(trial.fired_before)
        if phase == "evaluate after" and trial.fired_after.size:
            return np.asarray(trial.fired_after)
        return np.asarray(self.model.fired)

    def _compared(self, phase: str, trial: Any) -> tuple[float, ...]:
        """Rewards that are known after a phase."""
        if phase in ("present", "sense", "activate") or (trial.idle and phase not in ("evaluate before",)):
            return ()
        before = self.model.window_reward(trial.outputs_before)
        if phase in ("evaluate before", "perturb"):
            return (before,)
        after = trial.best if trial.lost else self.model.window_reward(trial.outputs_after)
        return before, trial.compared[1] if phase in KNOWN else after

    def _decision(self, trial: Any) -> int:
        return KEPT if trial.kept else IDLE if trial.idle else REVERTED

    def _names(self, trial: Any) -> list[str]:
        if trial.active:
            return words.names_of([a.index for a in trial.active], trial.explored)
        return [] if trial.idle or self.model.cursor is None else ["the cursor"]

    def _sentence(self) -> str:
        trial, part = self.model.under_way, self.scenario.decision.consolidation != "whole"
        if trial.idle and self.model.cursor is not None:
            return words.NO_REACH
        compared = () if trial.idle else trial.compared
        told = words.decided(
            self._names(trial), len(self._moved), compared, self._decision(trial), part, bool(trial.lost)
        )
        return told

    def _taught(self) -> str:
        """Changes by neurons, where they learn as well; empty where they do not."""
        if not hasattr(self.model, "neural") or not self._moments:
            return ""
        changed = int((self.model.weights() != self._standing).sum())
        return f"; then neurons moved {changed:,} synapses"

    def _told(self, phase: str, trial: Any, compared: tuple[float, ...]) -> str:
        model, network = self.model, self.model.kernel_network
        if phase == "decide":
            self._standing = model.weights()
        told = {
            "present": lambda: words.presented(trial.window.tolist(), network.patterns, network.targets),
            "sense": lambda: words.sensed(model.learning.score) if self.senses else "astrocytes are drawn by chance",
            "activate": lambda: words.chosen(words.names_of([a.index for a in trial.active], trial.explored)),
            "evaluate before": lambda: words.evaluated(compared),
            "perturb": lambda: words.stepped(len(self._moved)),
            "evaluate after": lambda: words.evaluated(compared, bool(trial.lost)),
            "adapt": lambda: words.adapted(self._threshold, model.learning.threshold),
            "change": lambda: words.stepped(int((model.weights() != self._standing).sum())).replace("random ", ""),
            "release": lambda: words.released(model.neural.chemical),
            "feel": lambda: words.felt(np.array([neuron.field for neuron in model.neurons])),
            "trace": lambda: words.traced(model.eligibility),
            "flag": lambda: words.flagged(model.neural.flag),
            "count": lambda: f"{int(model.fired.sum()):,} neurons fired",
            "judge": lambda: words.right(self.model.fired, self.model.circuit, trial.pattern),
        }
        if phase in told:
            return told[phase]()
        return self._sentence() + (self._taught() if phase == "record" else "")
