"""Recording of a replicate: its batches, its learner and what is recorded of it (times in seconds of wall clock).

Everything that a trial builds upon is made from scratch when a batch begins. Checkpoints therefore stand between two
batches, and hold parameters, sigmas and counts alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Alone, Outcome
from astrosim.runs.replicate import Replicate
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.arrays.data import Batches, rows_of, whole_batch
from astrosim.systems.arrays.findings import findings
from astrosim.systems.arrays.judge import Verdict, judge
from astrosim.systems.arrays.kernel.loop import IMAGES, SYNAPSES
from astrosim.systems.arrays.learners.choice import device_of, make_learner
from astrosim.systems.arrays.learners.keep_or_revert import Learner, make_state
from astrosim.systems.arrays.network import plane_of
from astrosim.systems.arrays.scenario.schema import ArrayScenario

CURVES = (
    "batch_images",
    "sample_evaluations",
    "synapse_evaluations",
    "accept_rate",
    "mean_sigma",
    "train_reward",
    "validation_reward",
    "validation_accuracy",
    "test_reward",
    "test_accuracy",
)


def score_of(scenario: ArrayScenario) -> str:
    """Return the name of the score: accuracy, or r2 where numbers are learned."""
    return "r2" if scenario.regression else "accuracy"


def curve_names(scenario: ArrayScenario) -> tuple[str, ...]:
    """Return the names of the values of a record, those of the score by its name."""
    return tuple(name.replace("accuracy", score_of(scenario)) for name in CURVES)


UNJUDGED = Verdict(float("nan"), float("nan"), np.zeros((0, 0), np.int64), np.zeros((0, 0), np.float32))
"""In place of a judgement: rows to test on are looked at once, at the end."""


class Recording(Alone):
    """A replicate of image networks in motion; see `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : ArrayScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
        Nothing is written before the commit.
    data : Path or None
        Where data sets lie, if the user said so.

    Attributes
    ----------
    learning : Learned
    curves : dict of str to list of float
        Values of `CURVES`, an entry per record.
    stays : int
        Batches done.
    """

    def __init__(
        self, replicate: Replicate, scenario: ArrayScenario, writer: ReplicateWriter, data: Path | None
    ) -> None:
        self.replicate, self.scenario = replicate, scenario
        images = rows_of(scenario, replicate.seed, data)
        self.batches = Batches(scenario, replicate.seed, images.train)
        self.images = images
        self.valid, self.test = (whole_batch(scenario, part) for part in (images.validation, images.test))
        self.learning = make_state(scenario, replicate.seed, images)
        self.curves: dict[str, list[float]] = {name: [] for name in curve_names(scenario)}
        self.stays, self.seconds, self.before = 0, 0.0, [0, 0]

    @cached_property
    def learner(self) -> Learner:
        """The learner, its code compiled; made when it is first needed, as it takes the state as it is then."""
        learner = make_learner(self.scenario, self.replicate.seed, self.learning)
        learner.warm(self.batches.at(self.stays))
        return learner

    @property
    def done(self) -> int:
        """Trials done."""
        return self.stays * self.scenario.batches.stay

    @property
    def first_stretch(self) -> int:
        """The trials of one batch."""
        return self.scenario.batches.stay

    @property
    def finished(self) -> bool:
        """Whether all batches are done."""
        return self.stays >= self.scenario.stays

    def advance(self, units: int) -> float:
        """Learn from the next batches: at least one, and as many as `units` trials fill."""
        self.prepare()
        before = self.seconds
        last = min(self.stays + max(1, units // self.scenario.batches.stay), self.scenario.stays)
        each = self.scenario.record.every // self.scenario.batches.stay
        while self.stays < last:
            begin = time.perf_counter()
            reward = self.carry_on()
            self.stays += 1
            self.seconds += time.perf_counter() - begin
            if self.stays % each == 0:
                self._record(reward)
        return self.seconds - before

    def prepare(self) -> None:
        """Make the learner, its code compiled, before time is taken."""
        assert self.learner

    def carry_on(self) -> float:
        """Carry out all trials on the next batch; returns the mean reward on it at their end."""
        reward = self.learner.stay(self.batches.at(self.stays), self.stays)
        self.learning.take_mean(self.scenario.learner.average)
        return reward

    def judge(self, net: Any, part: Any) -> Verdict:
        """Judge a network on the images, or rows, of `valid` or `test`."""
        return judge(net, part)

    def batch_size(self) -> int:
        """Return the images, or rows, of the last batch."""
        return int(self.batches.sizes[self.stays - 1])

    def astrocyte_places(self) -> np.ndarray:
        """Return columns and rows of the astrocytes, pixels: float64, shape (astrocyte, 2)."""
        return plane_of(self.scenario, self.replicate.seed).astrocytes

    def _record(self, reward: float) -> None:
        state = self.learning
        valid = self.judge(state.judged(), self.valid)
        state.note(valid.reward)
        test = self.judge(state.chosen(), self.test) if self.scenario.task.of_images or self.finished else UNJUDGED
        tried, kept = (int(n) for n in state.tally.sum(axis=1))
        more, better = tried - self.before[0], kept - self.before[1]
        values = (
            self.batch_size(),
            int(state.counts[IMAGES]),
            int(state.counts[SYNAPSES]),
            better / more if more else float("nan"),
            float(state.sigma.mean()),
            reward,
            valid.reward,
            valid.r2 if self.scenario.regression else valid.accuracy,
            test.reward,
            test.r2 if self.scenario.regression else test.accuracy,
        )
        for name, value in zip(self.curves, values, strict=True):
            self.curves[name].append(value)
        self.before = [tried, kept]

    def state(self) -> dict[str, np.ndarray]:
        """Return all arrays that learning changes, each of the type and shape that `State.arrays` names."""
        return self.learning.arrays()

    def facts(self) -> dict[str, Any]:
        """Return the curves and counts."""
        return {"curves": self.curves, "done": self.stays, "wall_s": self.seconds, "before": self.before}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, whose arrays have the same shape, and `facts()`.

        See `astrosim.contracts.simulation.Member.restore`.
        """
        self.learning.restore(state)
        self.curves = {name: list(facts["curves"][name]) for name in self.curves}
        self.stays, self.seconds, self.before = facts["done"], facts["wall_s"], facts["before"]

    def end(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return a `state()`, whose arrays keep their shape, and `facts()`."""
        return self.state(), self.facts()

    def prolong(
        self,
        state: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
        short: ArrayScenario,
        stored: Callable[[str], np.ndarray | None],
    ) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape."""
        self.restore(state, facts)

    def outcome(self) -> Outcome:
        """Return curves, astrocytes, the last answers and, where they are kept, the parameters."""
        values = {name: np.array(curve) for name, curve in self.curves.items()}
        net = self.learning.chosen()
        if self.scenario.task.of_images:
            values["confusion"] = self.judge(net, self.test).confusion
        else:
            values |= findings(self.scenario, self.replicate.seed, net, self.images, self.test)
        values |= self._astrocytes()
        if self.scenario.record.weights:
            parts = (net.incoming, net.bias, net.outgoing, net.output_bias)
            values["final_weight"] = np.concatenate([part.reshape(-1) for part in parts])
        labels = [(n + 1) * self.scenario.record.every for n in range(self.scenario.records)]
        return Outcome(values, self._row(), dict.fromkeys(self.curves, labels))

    def _astrocytes(self) -> dict[str, np.ndarray]:
        """Places and counts of the astrocytes; nothing where there are none."""
        if self.scenario.learner.rule != "astrocytes":
            return {}
        places, (tried, kept) = self.astrocyte_places(), self.learning.tally
        return {
            "territory_x": places[:, 0],
            "territory_y": places[:, 1],
            "astrocyte_tried": tried,
            "astrocyte_kept": kept,
            "astrocyte_sigma": self.learning.sigma,
        }

    @property
    def _tested(self) -> int:
        """Place of the record whose network is tested."""
        rewards = np.array(self.curves["validation_reward"])
        best = self.scenario.learner.judged == "best" and np.isfinite(rewards).any()
        return int(np.nanargmax(rewards)) if best else len(rewards) - 1

    def _row(self) -> dict[str, Any]:
        scenario = self.scenario
        tried, kept = (int(n) for n in self.learning.tally.sum(axis=1))
        last = {name: curve[-1] for name, curve in self.curves.items()}
        score = score_of(scenario)
        of_rows = {} if scenario.task.of_images else {"images": int(last["sample_evaluations"])}
        return {
            "condition": self.replicate.condition,
            "seed": self.replicate.seed,
            "data": scenario.task.data,
            "learner": scenario.learner.rule,
            "device": device_of(scenario),
            "units": scenario.network.units,
            "synapses": scenario.synapses,
            "trials": scenario.schedule.trials,
            **of_rows,
            "sample_evaluations": int(last["sample_evaluations"]),
            "synapse_evaluations": int(last["synapse_evaluations"]),
            "accept_rate": kept / tried if tried else float("nan"),
            f"test_{score}": last[f"test_{score}"],
            f"validation_{score}": self.curves[f"validation_{score}"][self._tested],
            "test_reward": last["test_reward"],
            "train_reward": last["train_reward"],
            "wall_s": self.seconds,
        }
