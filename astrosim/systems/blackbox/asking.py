"""Ask and tell: proposals of astrocytes for loops that are not ours, in which somebody else finds the rewards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.rules.decision import keeps
from astrosim.systems.blackbox.kernel.trials import adapt
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert
from astrosim.systems.blackbox.learners.state import KEPT_TRIALS, TRIALS, make_state
from astrosim.systems.blackbox.network import empty_policy, wiring_of
from astrosim.systems.blackbox.objective import ObjectivePlayer, places_of
from astrosim.systems.blackbox.players import groups_of
from astrosim.systems.blackbox.scenario.schema import ObjectiveScenario


class Asker:
    """Keep or revert in steps: `ask` for weights, `tell` their rewards.

    The first weights of each `ask` are the current ones: with the same items for all of them, rewards may be noisy.

    Parameters
    ----------
    size : int
        Numbers that are learned.
    seed : int
    proposals : int
        Proposed weights per `ask`; the best of those that gained stays.
    groups : sequence of sequence of int
        Weights that each astrocyte owns; random ones if left out.
    start : array_like of float, shape (size,), optional
        Zeros if left out.
    **fields
        Fields of the scenario by the last part of their path, such as ``sigma=0.1``.

    Attributes
    ----------
    trials, kept : int

    Raises
    ------
    ScenarioError
        If a field is unknown or wrong.
    """

    def __init__(
        self,
        size: int,
        seed: int = 0,
        proposals: int = 1,
        groups: Sequence[Sequence[int]] = (),
        start: Any = None,
        **fields: Any,
    ) -> None:
        if proposals < 1:
            raise AstrosimError(f"proposals: at least one per ask ({proposals}). Write 1 or more.")
        tables = {"task": {"objective": "told", "size": size}, "territory": {"groups": [list(one) for one in groups]}}
        scenario = ObjectiveScenario.model_validate({"name": "asked", "seeds": [seed], **tables}).changed(fields)
        own = groups_of(scenario, seed)
        self._places, widest = places_of(own), max(len(group) for group in own)
        wiring = wiring_of(np.tile(np.arange(widest, dtype=np.int32), (len(own), 1)), 1)
        policy = empty_policy(wiring, widest, 0, 0, False)
        if start is not None:
            given = np.asarray(start, np.float64)
            if given.shape != (size,) or not np.isfinite(given).all():
                raise AstrosimError(f"start: not {size} finite numbers (shape {given.shape}). Give one per weight.")
            policy.incoming.reshape(-1)[self._places] = given
        state = make_state(policy, widest, len(own), scenario.perturbation.sigma)
        player = ObjectivePlayer(lambda weights: 0.0, "told", own)
        self._cap = scenario.perturbation.cap
        self._learner, self._proposals = KeepOrRevert(scenario, seed, state, wiring, player), proposals
        self._asked: list[np.ndarray] = []
        self._decks: list[np.ndarray] = []  # astrocytes of each proposal

    @property
    def weights(self) -> np.ndarray:
        """The current weights: float64, shape (size,)."""
        return self._vector(self._learner.state.policy.incoming)

    @property
    def trials(self) -> int:
        """Proposals whose rewards were told."""
        return int(self._learner.state.counts[TRIALS])

    @property
    def kept(self) -> int:
        """Of these, kept."""
        return int(self._learner.state.counts[KEPT_TRIALS])

    def _vector(self, incoming: np.ndarray) -> np.ndarray:
        return incoming.reshape(-1)[self._places].copy()

    def ask(self) -> np.ndarray:
        """Return weights to evaluate, the same until `tell`: the current ones, then the proposed ones.

        Returns
        -------
        ndarray of float64, shape (1 + proposals, size)
        """
        if not self._asked:
            learner, self._asked, self._decks = self._learner, [self.weights], []
            zero, one = np.zeros(learner.wiring.taps.shape[1]), np.ones(learner.wiring.taps.shape[1])
            for place in range(self._proposals):
                learner.propose((self.trials + place) * learner.together, zero, one)
                self._asked.append(self._vector(learner.candidate.incoming))
                self._decks.append(learner.workspace.team.deck.copy())
        return np.array(self._asked)

    def tell(self, rewards: Any) -> bool:
        """Keep the best of the proposals that gained, or revert all; returns whether one was kept.

        Parameters
        ----------
        rewards : array_like of float, shape (1 + proposals,)
            In the order of `ask`; larger is better.

        Raises
        ------
        AstrosimError
            If nothing was asked, or a reward is missing or no finite number.
        """
        values = np.asarray(rewards, np.float64)
        if not self._asked:
            raise AstrosimError("tell: nothing was asked. Call ask() first.")
        if values.shape != (len(self._asked),) or not np.isfinite(values).all():
            raise AstrosimError(
                f"rewards: not {len(self._asked)} finite numbers (shape {values.shape}). Give one per row of ask()."
            )
        learner, best = self._learner, int(np.argmax(values[1:]))
        kept, state = bool(keeps(values[1 + best], values[0])), learner.state
        for place, deck in enumerate(self._decks):
            learner.workspace.team.deck[:] = deck
            adapt(learner.params, learner.of_trials, learner.workspace, self._cap, kept and place == best)
        if kept:
            state.policy.incoming.reshape(-1)[self._places] = self._asked[1 + best]
        state.counts[TRIALS] += self._proposals
        state.counts[KEPT_TRIALS] += kept
        self._asked = []
        return kept
