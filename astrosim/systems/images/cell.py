"""A cell of a run: batches, records, checkpoints and the commit (times in seconds of wall clock).

Everything that a trial builds upon is made from scratch when a batch begins. Checkpoints therefore stand between two
batches, and hold parameters, sigmas and counts alone.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.runs.checkpoint import Checkpoint, CheckpointError
from astrosim.runs.replicate import Cell, Control, Stopped, write_cell
from astrosim.systems.images.data import Batches, images_of, whole_batch
from astrosim.systems.images.judge import Verdict, judge
from astrosim.systems.images.kernel.loop import IMAGES, SYNAPSES
from astrosim.systems.images.learners.keep_or_revert import KernelLearner, Learner, State, make_state
from astrosim.systems.images.network import plane_of
from astrosim.systems.images.scenario.schema import FieldScenario

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


def make_learner(scenario: FieldScenario, seed: int, state: State) -> Learner:
    """Who learns, as the scenario says."""
    if scenario.engine == "agents":
        from astrosim.systems.images.agents import AgentsLearner

        return AgentsLearner(scenario, seed, state)
    if scenario.engine == "torch":
        from astrosim.systems.images.learners.torch_learner import TorchLearner

        return TorchLearner(scenario, seed, state)
    if scenario.learner.rule in ("spsa", "backpropagation"):
        from astrosim.systems.images.learners import baselines

        return (
            baselines.Spsa(scenario, seed, state)
            if scenario.learner.rule == "spsa"
            else baselines.Backpropagation(scenario, seed, state)
        )
    return KernelLearner(scenario, seed, state)


def device_of(scenario: FieldScenario) -> str:
    """Where a scenario's proposals are evaluated: cpu, or the model of the GPU."""
    if scenario.engine != "torch":
        return "cpu"
    from astrosim.core.device import device_name

    return device_name(scenario.device)


class FieldCell:
    """One cell, from where it stands to its commit.

    Parameters
    ----------
    directory : Path
        Run directory, its arrays created.
    cell : Cell
    scenario : FieldScenario
        Resolved for the cell's condition.
    control : Control
    """

    def __init__(self, directory: Path, cell: Cell, scenario: FieldScenario, control: Control) -> None:
        self.directory, self.cell, self.scenario, self.control = directory, cell, scenario, control
        self.images = images_of(scenario, cell.seed, control.data)
        self.batches = Batches(scenario, cell.seed, self.images.train)
        self.valid, self.test = (whole_batch(scenario, part) for part in (self.images.validation, self.images.test))
        self.state = make_state(scenario, cell.seed, self.images)
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self.done, self.seconds, self.before = 0, 0.0, [0, 0]
        self.checkpoint = Checkpoint(directory, cell, scenario)
        self._take_up()
        self.learner = make_learner(scenario, cell.seed, self.state)
        self.verdict: Verdict | None = None
        self._saved = time.monotonic()

    def _take_up(self) -> None:
        try:
            found = self.checkpoint.load()
            if found is not None:
                self._restore(*found)
        except CheckpointError as error:
            self.control.warn(self.checkpoint.lost(error))

    def _restore(self, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
        try:
            self.state.restore(arrays)
            self.curves = {name: list(facts["curves"][name]) for name in CURVES}
            self.done, self.seconds, self.before = facts["done"], facts["wall_s"], facts["before"]
        except (KeyError, ValueError) as error:  # written by another version
            raise CheckpointError(f"{self.checkpoint.path}: cannot be taken up ({error!r})") from error

    def run(self) -> dict[str, Any]:
        """Learn to the end and commit; returns the row of summary.csv.

        Raises
        ------
        Stopped
            If asked to; a checkpoint is left.
        """
        if self.done < self.scenario.stays:
            self.learner.warm(self.batches.at(self.done))
        each = self.scenario.record.every // self.scenario.batches.stay
        while self.done < self.scenario.stays:
            begin = time.perf_counter()
            reward = self.learner.stay(self.batches.at(self.done), self.done)
            self.state.take_mean(self.scenario.learner.average)
            self.done += 1
            self.seconds += time.perf_counter() - begin
            if self.done % each == 0:
                self._record(reward)
            self._look()
        return self._commit()

    def _record(self, reward: float) -> None:
        state = self.state
        test, valid = judge(state.judged(), self.test), judge(state.judged(), self.valid)
        tried, kept = (int(n) for n in state.tally.sum(axis=1))
        more, better = tried - self.before[0], kept - self.before[1]
        values = (
            int(self.scenario.batch_sizes[self.done - 1]),
            int(state.counts[IMAGES]),
            int(state.counts[SYNAPSES]),
            better / more if more else float("nan"),
            float(state.sigma.mean()),
            reward,
            valid.reward,
            valid.accuracy,
            test.reward,
            test.accuracy,
        )
        for name, value in zip(CURVES, values, strict=True):
            self.curves[name].append(value)
        self.before = [tried, kept]

    def _look(self) -> None:
        """Between two batches: tell how far it is, stop if asked, save if it is time."""
        self.control.report(self.done * self.scenario.batches.stay)
        stopped = self.control.stopped()
        if self.done < self.scenario.stays and (
            stopped or time.monotonic() - self._saved >= self.control.checkpoint_seconds
        ):
            facts = {"curves": self.curves, "done": self.done, "wall_s": self.seconds, "before": self.before}
            self.checkpoint.save(self.state.arrays(), facts)
            self._saved = time.monotonic()
        if stopped and self.done < self.scenario.stays:
            raise Stopped

    def _commit(self) -> dict[str, Any]:
        values = {name: np.array(curve) for name, curve in self.curves.items()}
        values["confusion"] = judge(self.state.judged(), self.test).confusion
        values |= self._astrocytes()
        if self.scenario.record.weights:
            net = self.state.judged()
            parts = (net.incoming, net.bias, net.outgoing, net.output_bias)
            values["final_weight"] = np.concatenate([part.reshape(-1) for part in parts])
        labels = [(n + 1) * self.scenario.record.every for n in range(self.scenario.records)]
        row = write_cell(self.directory, self.cell, values, self._row(), dict.fromkeys(CURVES, labels))
        self.checkpoint.remove()
        return row

    def _astrocytes(self) -> dict[str, np.ndarray]:
        """Places and counts of the astrocytes; nothing where there are none."""
        if self.scenario.learner.rule != "astrocytes":
            return {}
        places, (tried, kept) = plane_of(self.scenario, self.cell.seed).astrocytes, self.state.tally
        return {
            "territory_x": places[:, 0],
            "territory_y": places[:, 1],
            "astrocyte_tried": tried,
            "astrocyte_kept": kept,
            "astrocyte_sigma": self.state.sigma,
        }

    def _row(self) -> dict[str, Any]:
        scenario = self.scenario
        tried, kept = (int(n) for n in self.state.tally.sum(axis=1))
        last = {name: curve[-1] for name, curve in self.curves.items()}
        return {
            "condition": self.cell.condition,
            "seed": self.cell.seed,
            "data": scenario.task.data,
            "learner": scenario.learner.rule,
            "device": device_of(scenario),
            "units": scenario.network.units,
            "synapses": scenario.synapses,
            "trials": scenario.schedule.trials,
            "sample_evaluations": int(last["sample_evaluations"]),
            "synapse_evaluations": int(last["synapse_evaluations"]),
            "accept_rate": kept / tried if tried else float("nan"),
            "test_accuracy": last["test_accuracy"],
            "validation_accuracy": last["validation_accuracy"],
            "test_reward": last["test_reward"],
            "train_reward": last["train_reward"],
            "wall_s": self.seconds,
        }
