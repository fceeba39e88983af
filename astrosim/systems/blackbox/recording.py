"""Recording of a replicate on a black box: birth, batches, what is recorded of them, and the test at the end.

Checkpoints stand between two batches: an episode begins with its seed, so that no state of an environment is saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Alone, Outcome
from astrosim.core.rng import stream_key
from astrosim.runs.replicate import Replicate
from astrosim.statistics.inference import mean_interval
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.blackbox.items import TEST, VALIDATION, items
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.learners.birth import give_birth
from astrosim.systems.blackbox.learners.keep_or_revert import Learner
from astrosim.systems.blackbox.learners.state import (
    EPISODES,
    GIVEN_UP,
    KEPT_TRIALS,
    RECORDS,
    STEPS,
    TRIALS,
    State,
    make_state,
)
from astrosim.systems.blackbox.learners.table import make_learner
from astrosim.systems.blackbox.network import KINDS, chosen_inputs, empty_policy, flat, wiring_of
from astrosim.systems.blackbox.players import groups_of, make_player, replays
from astrosim.systems.blackbox.protocol import Episode, Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts
from astrosim.systems.blackbox.start import started

CURVES = ("steps", "episodes", "trials", "fresh_return", "accept_rate", "given_up_rate", "mean_sigma")
FACTS = (
    "curves", "seconds", "flat", "limited", "reached", "above", "ended", "before", "regular", "latest", "length",
)  # fmt: skip
"""Attributes that a checkpoint holds beside the arrays."""
VALIDATION_SHARE = 0.1  # of the budget, at most, for the choice between weights; assumed: learning is worth more
LAST, MEAN, RECORD = "last", "mean", "record"
"""Weights that may be judged: the last, their running mean, those of one of the best batches."""


class Recording(Alone):
    """A replicate of a black box in motion; see `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : BlackboxScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
        Nothing is written before the commit.
    data : Path or None
        Where data sets lie: of no concern here.
    player : Player, optional
        The task, already made.

    Attributes
    ----------
    learning : State
    curves : dict of str to list of float
        Values of `CURVES`, an entry per record.
    regular : tuple of (int, list of int)
        Number of the records that any longer run has as well, and the counts at the latest of them.
    limited : bool
        Whether the budget ended the birth.
    tested : Policy
        Weights that were tested, once the results are asked for.
    """

    def __init__(
        self,
        replicate: Replicate,
        scenario: BlackboxScenario,
        writer: ReplicateWriter | None = None,
        data: Path | None = None,
        player: Player | None = None,
    ) -> None:
        self.replicate, self.scenario, self.seed = replicate, scenario, replicate.seed
        self.player = player or make_player(scenario, self.seed)
        card, network = self.player.card, scenario.network
        groups = groups_of(scenario, self.seed)
        if groups:
            taps = np.tile(np.arange(card.inputs, dtype=np.int32), (len(groups), 1))
        else:
            taps = chosen_inputs(network.units, network.features, card.inputs, self.seed)
        whole = scenario.learner.rule == "one_plus_one"
        self.wiring = wiring_of(taps, len(taps) if whole else 1 if groups else scenario.territory.units)
        policy = empty_policy(
            self.wiring, card.inputs, card.outputs, KINDS[network.response], network.direct and not groups
        )
        actors = len(self.wiring.owned) + bool(len(policy.direct)) if scenario.learner.rule == "astrocytes" else 1
        self.learning: State = make_state(policy, card.inputs, actors, scenario.perturbation.sigma)
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self.seconds, self.flat, self.reached, self.above, self.ended = 0.0, False, -1, 0, False
        self.before, self.latest, self.length = [0, 0, 0], float("nan"), 0.0
        self.regular, self.limited = (0, [0, 0, 0]), False
        self.tested: Policy = policy

    @cached_property
    def learner(self) -> Learner:
        """The learner, made when it is first needed: birth and the check of replays come before it."""
        if not self.learning.counts[EPISODES]:
            replays(self.scenario, self.seed, self.player, self.learning)
            if not started(self.scenario, self.seed, self.learning):
                self.flat, self.limited = give_birth(self.scenario, self.seed, self.learning, self.player)
        return make_learner(self.scenario, self.seed, self.learning, self.wiring, self.player)

    @property
    def threshold(self) -> float | None:
        """Mean return from which the task counts as solved; None without one."""
        given = self.scenario.task.threshold
        if given == "auto":
            return self.player.card.threshold
        return None if given == "none" else float(given)

    @property
    def done(self) -> int:
        """Steps, or evaluations, of the budget that are spent."""
        return self.scenario.budget if self.finished else min(self._steps, self.scenario.budget - 1)

    @property
    def _steps(self) -> int:
        return int(self.learning.counts[STEPS])

    @property
    def first_stretch(self) -> int:
        """Units of a first stretch: those of one batch."""
        return 1

    @property
    def finished(self) -> bool:
        """Whether the budget is spent, but for what the choice between weights at the end takes."""
        return self.ended

    def advance(self, units: int) -> float:
        """Learn from the next batches: at least one, and as many as `units` steps fill."""
        begin, learner = time.perf_counter(), self.learner
        until = self._steps + units
        while not self.ended:
            self._batch(learner)
            if self._steps >= until:
                break
        taken = time.perf_counter() - begin
        self.seconds += taken
        return taken

    def _batch(self, learner: Learner) -> None:
        at = self._steps
        self.latest, self.length = learner.batch()
        threshold, stop = self.threshold, self.scenario.schedule.stop_at
        if threshold is not None and self.latest >= threshold and self.reached < 0:
            self.reached = at
        goal = threshold if stop == "threshold" else None if stop == "none" else float(stop)
        self.above = self.above + 1 if goal is not None and self.latest >= goal else 0
        self._close()

    def _close(self) -> None:
        """Close a batch: whether it was the last, and its records; those that are still to come, if the budget ends."""
        self.ended = bool(self._steps + self._reserve() >= self.scenario.budget or self.above >= 2)
        while self._recorded < min(self.scenario.records, self._steps // self.scenario.record.every):
            self._record()
        self.regular = self._recorded, list(self.before)
        while self.ended and self.above < 2 and self._recorded < self.scenario.records:
            self._record()

    @property
    def _recorded(self) -> int:
        return len(self.curves["steps"])

    def _reserve(self) -> float:
        """Steps that the choice between weights at the end will take, if episodes stay as long as they are now."""
        return self._validation(RECORDS + 2) * (RECORDS + 2) * self.length

    def _validation(self, candidates: int) -> int:
        """Validation episodes of each candidate: fewer than asked for where they would take too much of the budget."""
        wanted, affordable = self.scenario.record.validation, VALIDATION_SHARE * self.scenario.budget
        return min(wanted, max(1, int(affordable / (candidates * max(self.length, 1.0)))))

    def _record(self) -> None:
        counts = self.learning.counts
        now = [int(counts[place]) for place in (TRIALS, KEPT_TRIALS, GIVEN_UP)]
        tried, kept, given_up = (new - old for new, old in zip(now, self.before, strict=True))
        keeps = tried and keeps_or_reverts(self.scenario)
        values = (
            self._steps,
            int(counts[EPISODES]),
            now[0],
            self.latest,
            kept / tried if keeps else float("nan"),
            given_up / tried if keeps else float("nan"),
            float(self.learning.sigma.mean()),
        )
        for name, value in zip(CURVES, values, strict=True):
            self.curves[name].append(value)
        self.before = now

    def state(self) -> dict[str, np.ndarray]:
        """Return all arrays that learning changes, each of the type and shape that `State.arrays` names."""
        return self.learning.arrays() | self.learner.arrays()

    def facts(self) -> dict[str, Any]:
        """Return the curves and counts."""
        return {name: getattr(self, name) for name in FACTS}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, whose arrays have the same shape, and `facts()`.

        See `astrosim.contracts.simulation.Member.restore`.
        """
        self.learning.restore(state)
        self.learner.restore(state)
        self.curves = {name: list(facts["curves"][name]) for name in CURVES}
        self.seconds, self.flat, self.reached = facts["seconds"], facts["flat"], facts["reached"]
        self.above, self.ended, self.before = facts["above"], facts["ended"], list(facts["before"])
        self.latest, self.length, self.limited = facts["latest"], facts["length"], facts["limited"]
        self.regular = facts["regular"][0], list(facts["regular"][1])

    def end(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return a `state()`, whose arrays keep their shape, and `facts()`; before anything is chosen and tested."""
        return self.state(), self.facts()

    def prolong(
        self,
        state: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
        short: BlackboxScenario,
        stored: Callable[[str], np.ndarray | None],
    ) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape: without records that its end made.

        Raises
        ------
        ValueError
            If its budget cut its birth short: then the longer run begins otherwise.
        """
        if facts["limited"]:
            raise ValueError("the shorter budget ended the birth early")
        self.restore(state, facts)
        count, self.before = self.regular[0], list(self.regular[1])
        self.curves = {name: curve[:count] for name, curve in self.curves.items()}
        self._close()

    def judged(self) -> tuple[str, Policy]:
        """Return the weights that are tested, and which they are: the best by the validation items, or the last.

        Its episodes are counted.
        """
        state = self.learning
        candidates = {MEAN: state.mean} if keeps_or_reverts(self.scenario) and self.scenario.learner.average else {}
        candidates[LAST] = flat(state.policy)
        for place, value in enumerate(state.best_return):
            if np.isfinite(value):
                candidates[f"{RECORD} {place + 1}"] = state.best[place]
        count = self._validation(len(candidates))
        if not count or len(candidates) == 1:
            return LAST, state.with_weights(candidates[LAST])
        best, chosen = -np.inf, LAST
        for name, vector in candidates.items():
            episodes = self._played(state.with_weights(vector), VALIDATION, count)
            for episode in episodes:
                state.count(episode)
            total = sum(episode.reward for episode in episodes)
            if total > best:
                best, chosen = total, name
        return chosen, state.with_weights(candidates[chosen])

    def _played(self, policy: Policy, part: int, count: int) -> list[Episode]:
        key = stream_key(self.seed, "blackbox_item")
        return [self.player.play(policy, item) for item in items(key, part, 0, count)]

    def outcome(self) -> Outcome:
        """Choose what is tested, test it, and return curves, astrocytes, test episodes and final weights."""
        chosen, self.tested = self.judged()
        policy = self.tested
        tested = self._played(policy, TEST, self.scenario.record.test)
        centre, spread = self.learning.spread()
        values = {name: np.array(curve) for name, curve in self.curves.items()}
        values |= {
            "test_return": np.array([episode.reward for episode in tested]),
            "test_steps": np.array([episode.steps for episode in tested]),
            "test_item": np.array(items(stream_key(self.seed, "blackbox_item"), TEST, 0, len(tested))),
            "input_centre": centre,
            "input_spread": spread,
        }
        if self.scenario.learner.rule == "astrocytes":
            tried, kept = self.learning.tally
            values |= {"astrocyte_tried": tried, "astrocyte_kept": kept, "astrocyte_sigma": self.learning.sigma}
        if self.scenario.record.weights:
            values["final_weight"] = self.player.weights(policy)
        labels = [(n + 1) * self.scenario.record.every for n in range(len(self.curves["steps"]))]
        self.player.close()
        return Outcome(values, self._row(chosen, values["test_return"]), dict.fromkeys(CURVES, labels))

    def _row(self, chosen: str, returns: np.ndarray) -> dict[str, Any]:
        scenario, counts, threshold = self.scenario, self.learning.counts, self.threshold
        interval = mean_interval(returns)
        trials, kept = int(counts[TRIALS]), int(counts[KEPT_TRIALS])
        keeps = keeps_or_reverts(scenario)
        return {
            "condition": self.replicate.condition,
            "seed": self.seed,
            "task": scenario.named,
            "learner": scenario.learner.rule,
            "dynamics": self.player.card.twin or "own",
            "parameters": self.player.weights(self.tested).size,
            "steps": self._steps,
            "episodes": int(counts[EPISODES]),
            "trials": trials,
            "kept": kept if keeps else "",
            "reverted": trials - kept if keeps else "",
            "given_up": int(counts[GIVEN_UP]) if keeps else "",
            "judged": chosen,
            "flat": self.flat,
            "test_mean": float(interval.mean),
            "test_low": float(interval.low),
            "test_high": float(interval.high),
            "test_least": float(returns.min()),
            "threshold": "" if threshold is None else threshold,
            "solved": "" if threshold is None else bool(returns.mean() >= threshold),
            "steps_to_threshold": self.reached if self.reached >= 0 else "",
            "wall_s": self.seconds,
        }
