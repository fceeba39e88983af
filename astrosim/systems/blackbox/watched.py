"""A replicate that learns while it is watched: its trials one by one, and the episode that is drawn.

Looking never changes a run: batches are those of `KeepOrRevert`, whose trials are noted as they are carried out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.contracts.watched import Watched
from astrosim.core.errors import ScenarioError
from astrosim.plot.palette import PALETTE
from astrosim.runs.replicate import Replicate
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert, Standing
from astrosim.systems.blackbox.learners.state import STEPS
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.protocol import Trace
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts

KEPT, REVERTED, GIVEN_UP = 1, 0, -1
RECENT = 200  # trials that the accept rate is over; assumed: twenty batches
MOST_POINTS = 2_000  # of a curve; then every other one is left out
HOLD = 20  # frames that an episode's last step stays


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


@dataclass
class Curves:
    """Return on each fresh batch, over steps."""

    steps: list[float] = field(default_factory=list)
    returns: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)

    def add(self, steps: float, value: float, accepted: float) -> None:
        """Add a point."""
        for curve, one in ((self.steps, steps), (self.returns, value), (self.accepted, accepted)):
            curve.append(one)
            if len(self.steps) > MOST_POINTS:
                del curve[::2]


class WatchedPolicy(Watched):
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

    trial: int = 0

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
        self.present, self.curves = None, Curves()
        self._recent: deque[int] = deque(maxlen=RECENT)
        self._episode: Trace | None = None
        self._item, self._step, self._rest = 0, 0, 0

    present: Trial | None

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Show the next trials; fewer if `until`, asked now and then, says so."""
        for _ in range(count):
            if not self.learner.noted:
                begun = int(self.recording.learning.counts[STEPS])
                value, _ = self.learner.batch()
                self.curves.add(begun, value, self.accept_rate)
                if until is not None and until():
                    break
            self.present = self.learner.noted.popleft()
            self._recent.append(self.present.decision)
            self.trial += 1

    @property
    def accept_rate(self) -> float:
        """Share of the last proposals that were kept; nan before the first."""
        return sum(one == KEPT for one in self._recent) / len(self._recent) if self._recent else float("nan")

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            taps (int32), shape (unit, synapse); owner (int32), shape (unit,).
        """
        policy, card = self.recording.learning.policy, self.recording.player.card
        owner = np.zeros(len(policy.bias), np.int32)
        for astrocyte, units in enumerate(self.recording.wiring.owned):
            owner[units] = astrocyte
        facts = {
            "kind": "policy",
            "task": card.name,
            "inputs": card.inputs,
            "outputs": card.outputs,
            "threshold": self.recording.threshold,
            "budget": self.scenario.budget,
            "palette": PALETTE,
        }
        return facts, {"taps": policy.taps.astype(np.int32), "owner": owner}

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
        curves = (self.curves.steps, self.curves.returns, self.curves.accepted)
        names = ("curve_steps", "curve_return", "curve_accept")
        arrays = {
            "incoming": (policy.incoming * spread[policy.taps]).astype(np.float32),
            "outgoing": policy.outgoing.astype(np.float32),
            "changed": self._changed(policy),
            "observation": trace.observations[step].astype(np.float32),
            **{name: np.array(curve, np.float32) for name, curve in zip(names, curves, strict=True)},
        }
        return self._facts(trace, step), arrays

    def _facts(self, trace: Trace, step: int) -> dict[str, Any]:
        present = self.present
        accept = self.accept_rate
        return {
            "trial": self.trial,
            "steps": int(self.recording.learning.counts[STEPS]) if present is None else present.steps,
            "decision": None if present is None else present.decision,
            "standing": [] if present is None else present.standing,
            "candidate": [] if present is None else present.candidate,
            "fresh": self.curves.returns[-1] if self.curves.returns else None,
            "accept": accept if np.isfinite(accept) else None,
            "episode": {
                "item": self._item,
                "step": step + 1,
                "length": len(trace.rewards),
                "return": float(np.sum(trace.rewards[: step + 1])),
                "action": [float(value) for value in trace.actions[step]],
            },
        }

    def _changed(self, policy: Policy) -> np.ndarray:
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
