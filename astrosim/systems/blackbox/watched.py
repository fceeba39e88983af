"""A replicate that learns while it is watched: its trials one by one, and the episode that is drawn.

Looking never changes a run: batches are those of `KeepOrRevert`, whose trials are noted as they are carried out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.contracts.watched import GIVEN_UP, RECENT, Curves, Phased, kept_share
from astrosim.core.errors import ScenarioError
from astrosim.explain.sentence import figures, listed, trial_sentence
from astrosim.plot.palette import PALETTE
from astrosim.runs.replicate import Replicate
from astrosim.scenario.words import counted
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert, Standing
from astrosim.systems.blackbox.learners.state import STEPS
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.protocol import Trace
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts
from astrosim.systems.blackbox.show.explanation import PHASES, trial_rule

HOLD = 20  # frames that an episode's last step stays
SEEN = tuple(phase for phase in PHASES if phase.name != "birth")
"""Phases of every trial."""
EARLY = ("batch", "choose")
"""Phases before a proposal is made."""
OUTCOMES = {KEPT: "kept", REVERTED: "reverted", GIVEN_UP: "given up"}


@dataclass(frozen=True)
class Trial:
    """A trial, as it was carried out.

    Attributes
    ----------
    decision : int
        KEPT, REVERTED or GIVEN_UP.
    standing, candidate : list of float
        Returns on the batch; of a candidate that was given up, those that there are.
    items : list of int
    steps : int
        All steps so far.
    before, proposed : ndarray of float64, shape (parameter,)
        Weights.
    """

    decision: int
    standing: list[float]
    candidate: list[float]
    items: list[int]
    steps: int
    before: np.ndarray
    proposed: np.ndarray


class NotedLearner(KeepOrRevert):
    """Learner by keep or revert whose trials are noted in `noted`."""

    noted: deque[Trial]
    returns: list[float]

    def play_candidate(self, standing: Standing) -> list[float]:
        """See `KeepOrRevert.play_candidate`."""
        self.returns = super().play_candidate(standing)
        return self.returns

    def trial(self, standing: Standing, centre: np.ndarray, spread: np.ndarray) -> Standing:
        """Carry out a trial, and note it; arrays of shape (input,), see `KeepOrRevert.trial`."""
        before = flat(self.state.policy)
        after = super().trial(standing, centre, spread)
        whole = len(self.returns) == len(standing.items)
        decision = KEPT if after is not standing else REVERTED if whole else GIVEN_UP
        steps = int(self.state.counts[STEPS])
        found = Trial(decision, standing.returns, self.returns, standing.items, steps, before, flat(self.candidate))
        self.noted.append(found)
        return after


class WatchedPolicy(Phased):
    """One replicate on an environment, advanced by its viewer.

    Parameters
    ----------
    scenario : BlackboxScenario
        Resolved.
    seed : int

    Raises
    ------
    ScenarioError
        If its learner does not keep or revert.
    """

    def __init__(self, scenario: BlackboxScenario, seed: int) -> None:
        if not keeps_or_reverts(scenario) or scenario.engine != "kernel":
            rule = f'"{scenario.learner.rule}", engine "{scenario.engine}"'
            raise ScenarioError(
                [
                    f"learner.rule: the live view shows proposals of the kernel that are kept or reverted ({rule}). "
                    "Choose another condition; `astrosim report` shows such runs."
                ]
            )
        self.scenario, self.seed = scenario, seed
        self.recording = Recording(Replicate("", seed, 0, 0), scenario)
        state, player = self.recording.learning, self.recording.player
        _ = self.recording.learner  # birth
        self.learner = NotedLearner(scenario, seed, state, self.recording.wiring, player)
        self.learner.noted = deque()
        self.present, self.curves = None, Curves("steps", "return", "accept")
        self._recent: deque[int] = deque(maxlen=RECENT)
        self._episode: Trace | None = None
        self._item, self._step, self._rest, self._shown = 0, 0, 0, 0
        owner = np.zeros(len(state.policy.bias), np.int32)
        for astrocyte, units in enumerate(self.recording.wiring.owned):
            owner[units] = astrocyte
        self._owner = owner

    present: Trial | None

    @property
    def trial(self) -> int:
        """Trials that have been shown to their end."""
        return self._shown - self.within

    @property
    def phases(self) -> int:
        """Phases of a trial."""
        return 0 if self.present is None else len(SEEN)

    def begin(self) -> None:
        """Carry out a trial; see `Phased.begin`."""
        self._next(1, None)
        self.at = 0

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Show the next trials, the present one counted; fewer if `until`, asked now and then, says so."""
        self._next(count - self.within, until)
        self.show_all()

    def _next(self, count: int, until: Callable[[], bool] | None) -> None:
        for _ in range(count):
            if not self.learner.noted:
                begun = int(self.recording.learning.counts[STEPS])
                value, _ = self.learner.batch()
                self.curves.add(begun, value, self.accept_rate)
                if until is not None and until():
                    break
            self.present = self.learner.noted.popleft()
            self._recent.append(self.present.decision)
            self._shown += 1

    @property
    def accept_rate(self) -> float:
        """Share of the last proposals that were kept; nan before the first."""
        return kept_share(self._recent)

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            taps (int32), shape (unit, synapse); owner (int32), shape (unit,).
        """
        policy, card = self.recording.learning.policy, self.recording.player.card
        facts = {
            "kind": "policy",
            "task": card.name,
            "inputs": card.inputs,
            "outputs": card.outputs,
            "threshold": self.recording.threshold,
            "budget": self.scenario.budget,
            "palette": PALETTE,
            "phases": [[phase.name, phase.sentence, trial_rule(phase.name, self.scenario)] for phase in SEEN],
        }
        return facts, {"taps": policy.taps.astype(np.int32), "owner": self._owner}

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the look of the present moment: facts, and arrays by name.

        Parameters
        ----------
        chosen, every_weight
            Of no concern here.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            incoming and outgoing (float32, in spreads of the inputs), shape (unit, synapse) and (unit, output); changed
            (uint8), shape (unit,): 1 incoming, 2 outgoing synapses under test; curve_steps, curve_return and
            curve_accept (float32), shape (point,); observation (float32), shape (input,).
        """
        state = self.recording.learning
        weights = state.mean * 0.0 if self.present is None else self.present.before
        policy = state.policy if self.present is None else state.with_weights(weights)
        spread = state.spread()[1]
        trace, step = self._watched()
        arrays = {
            "incoming": (policy.incoming * spread[policy.taps]).astype(np.float32),
            "outgoing": policy.outgoing.astype(np.float32),
            "changed": self._changed(policy),
            "observation": trace.observations[step].astype(np.float32),
            **self.curves.arrays(),
        }
        return self._facts(trace, step), arrays

    def _facts(self, trace: Trace, step: int) -> dict[str, Any]:
        present, phase = self.present, self._phase
        accept, fresh = self.accept_rate, self.curves.values("return")
        known = phase not in (*EARLY, "perturb")
        return self._told() | {
            "trial": self.trial,
            "steps": int(self.recording.learning.counts[STEPS]) if present is None else present.steps,
            "decision": None if present is None or phase in (*EARLY, "perturb", "evaluate") else present.decision,
            "standing": [] if present is None else present.standing,
            "candidate": present.candidate if present is not None and known else [],
            "fresh": fresh[-1] if fresh else None,
            "accept": accept if np.isfinite(accept) else None,
            "episode": {
                "item": self._item,
                "step": step + 1,
                "length": len(trace.rewards),
                "return": float(np.sum(trace.rewards[: step + 1])),
                "action": [float(value) for value in trace.actions[step]],
            },
        }

    @property
    def _phase(self) -> str:
        """The phase that is shown; empty between two trials."""
        return SEEN[self.at].name if self.within else ""

    def _told(self) -> dict[str, Any]:
        """Facts of the trial that is told: its phase, its words, and the two mean returns."""
        present, phase = self.present, self._phase
        if present is None:
            return {"phase": "", "sentence": "", "shown_trial": -1, "compared": [], "verdict": None}
        played = len(present.candidate)
        before, after = (float(np.mean(one[:played])) for one in (present.standing, present.candidate))
        both = [] if phase in EARLY else [before] if phase == "perturb" else [before, after]
        decided = phase in ("decide", "adapt", "")
        return {
            "phase": phase,
            "sentence": self._words(phase, before, after),
            "shown_trial": self._shown - 1,
            "compared": both,
            "verdict": present.decision if decided else None,
        }

    def _words(self, phase: str, before: float, after: float) -> str:
        """What happened in a phase, in words; in a trial as a whole where the phase is the last ones."""
        present, names = self.present, self._names()
        assert present is not None
        whole = float(np.mean(present.standing))
        moved, items = int((present.before != present.proposed).sum()), len(present.items)
        if phase == "batch":
            return f"the current network has played {counted(items, 'episode')}: mean return {figures(whole, whole)[0]}"
        if phase == "choose":
            return f"{listed(names)} {'proposes' if len(names) == 1 else 'propose'}"
        if phase == "perturb":
            return f"{counted(moved, 'synapse')} {'takes' if moved == 1 else 'take'} a random step"
        if phase == "evaluate":
            first, second = figures(before, after)
            played = counted(len(present.candidate), "episode")
            return f"mean return {first} before, {second} with the proposal, over {played}"
        outcome = OUTCOMES[present.decision]
        if present.decision == GIVEN_UP:
            outcome += f" after {len(present.candidate)} of {counted(items, 'episode')}"
        return trial_sentence(names, moved, before, after, outcome, measure="return")

    def _names(self) -> list[str]:
        """Who proposed the trial that is shown."""
        if self.scenario.learner.rule != "astrocytes":
            return [{"random_mask": "a random mask", "one_plus_one": "a step of the whole network"}.get(
                self.scenario.learner.rule, self.scenario.learner.rule)]  # fmt: skip
        assert self.present is not None
        policy = self.recording.learning.with_weights(self.present.before)
        return [f"A{a}" for a in np.unique(self._owner[self._sides(policy) > 0]).tolist()]

    def _changed(self, policy: Policy) -> np.ndarray:
        """Sides of units that the proposal changes, once it is made: uint8, shape (unit,)."""
        if self._phase in EARLY:
            return np.zeros(len(policy.bias), np.uint8)
        return self._sides(policy)

    def _sides(self, policy: Policy) -> np.ndarray:
        """Sides of units that the proposal changes: uint8, shape (unit,)."""
        if self.present is None:
            return np.zeros(len(policy.bias), np.uint8)
        proposed = self.recording.learning.with_weights(self.present.proposed)
        inward = (proposed.incoming != policy.incoming).any(axis=1) | (proposed.bias != policy.bias)
        outward = (proposed.outgoing != policy.outgoing).any(axis=1)
        return (inward + 2 * outward).astype(np.uint8)

    def _watched(self) -> tuple[Trace, int]:
        """The episode that is drawn, and its step: one further at each look; then the next item of the batch."""
        if self._episode is None or self._rest >= HOLD:
            items = [0] if self.present is None else self.present.items
            place = items.index(self._item) + 1 if self._item in items else 0
            self._item = int(items[place % len(items)])
            self._episode = self.recording.player.trace(self.recording.learning.policy, self._item)
            self._step, self._rest = 0, 0
        elif self._step < len(self._episode.rewards) - 1:
            self._step += 1
        else:
            self._rest += 1
        return self._episode, self._step
