"""Back and forth in a stored simulation: it is carried out again, and every record compared (steps).

A replay leaves snapshots behind, so that going back costs a short stretch only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.systems.spiking.make import traces_of
from astrosim.systems.spiking.records import node_of
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.simulation import Stretch, Trace
from astrosim.systems.spiking.watch.simulation import WatchedSimulation

SNAPSHOTS = 48  # of a whole replicate; assumed: going back takes a fiftieth of going through
MEMORY = 500_000_000  # bytes of all snapshots at most; assumed: a fraction of a laptop's memory
MOST_TOLD = 3  # mismatches


class StoredSimulation(WatchedSimulation):
    """A stored replicate, carried out again.

    Parameters
    ----------
    scenario : SpikingScenario
        Resolved.
    seed : int
    replicate : Dataset
        Records of this replicate.

    Attributes
    ----------
    compared : int
        Spikes that have been compared; samples of traces where no spikes are recorded.
    records : int
        Their number in the store.
    mismatches : list of str
        The first differences.
    """

    def __init__(self, scenario: SpikingScenario, seed: int, replicate: Dataset) -> None:
        super().__init__(scenario, seed)
        self.compared, self.records, self.mismatches = 0, 0, list[str]()
        self._judge: Spikes | Samples = Spikes(replicate) if scenario.record.spikes else self._samples(replicate)
        self.records = self._judge.records
        size = max(1, sum(array.nbytes for array in self.simulation.state().values()))
        self._spacing = max(1, -(-self.end // max(2, min(SNAPSHOTS, MEMORY // size))))
        self._snapshots = {0: self.simulation.state()}
        self._reached = 0  # the farthest step so far: up to there all is compared

    def _samples(self, replicate: Dataset) -> Samples:
        network, step = self.network, self.scenario.schedule.step_ms
        return Samples(traces_of(self.scenario.record.traces, network, step)[:1], replicate)

    @property
    def last(self) -> int:
        """The end of the run."""
        return self.end

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance by steps, up to the end of the run at most."""
        goal = min(self.trial + count, self.end)
        while self.trial < goal:
            stops = (goal, (self.trial // self._spacing + 1) * self._spacing, self._judge.stop_after(self.trial))
            super().advance(min(stops) - self.trial, until)
            if self.trial % self._spacing == 0:
                self._snapshots.setdefault(self.trial, self.simulation.state())
            if until is not None and until():
                return

    def go(self, trial: int) -> None:
        """Go to the moment after `trial` steps, with the time before it that is shown, as far as that is cheap."""
        trial = max(0, min(trial, self.end))
        shown = int(self.trails.window_ms / self.step_ms)
        if trial <= self.trial or trial > self.trial + shown:
            begin = min(max(trial - min(shown, self._spacing), 0), max(trial - 1, 0))
            start = max(place for place in self._snapshots if place <= begin)
            if start > self.trial or trial <= self.trial:
                self.simulation.restore(self._snapshots[start])
                self.trails.forget()
        self.advance(trial - self.trial)

    def _keep(self, stretch: Stretch) -> None:
        super()._keep(stretch)
        if self.trial > self._reached:
            self.compared += self._judge.compare(stretch, self._reached, self, self.mismatches)
            self._reached = self.trial

    def _facts(self, spikes: int) -> dict[str, Any]:
        told = {"compared": self.compared, "records": self.records, "mismatches": self.mismatches[:MOST_TOLD]}
        return super()._facts(spikes) | {"stored": told | {"what": self._judge.what}}


class Spikes:
    """Recorded spikes, compared as they come again."""

    what = "spikes"

    def __init__(self, replicate: Dataset) -> None:
        self.records = int(replicate["spike_count"])
        self._node = replicate["spike_node"].values[: self.records]
        self._step = replicate["spike_step"].values[: self.records]

    def stop_after(self, step: int) -> int:
        """Return the next step at which a replay must stop to compare: none in particular."""
        return 2**62

    def compare(self, stretch: Stretch, since: int, own: WatchedSimulation, mismatches: list[str]) -> int:
        """Compare the spikes after a step, up to which all is compared; return how many agree."""
        fresh = stretch.stamp > since
        node, stamp = stretch.node[fresh], stretch.stamp[fresh]
        place = slice(*np.searchsorted(self._step, [since, own.trial], side="right"))
        was, when = self._node[place], self._step[place]
        if np.array_equal(was, node) and np.array_equal(when, stamp):
            return len(node)
        came = set(zip(stamp.tolist(), node.tolist(), strict=True))
        known = set(zip(when.tolist(), was.tolist(), strict=True))
        step, neuron = min(came ^ known)
        text = "fires, stored is no spike" if (step, neuron) in came else "does not fire, stored is a spike"
        mismatches.append(f"step {step}: neuron {neuron} {text}")
        return len(came & known)


class Samples:
    """Recorded samples of a variable, compared at their steps."""

    what = "samples"

    def __init__(self, traces: list[Trace], replicate: Dataset) -> None:
        self._every, self._variable, self._values = 2**62, "", np.zeros((0, 0))
        for trace in traces:
            self._every, self._variable = trace.every, trace.variable
            self._nodes = replicate[node_of(trace.variable)].values.astype("i8")
            self._values = replicate[trace.variable].values
        self.records = len(self._values)

    def stop_after(self, step: int) -> int:
        """Return the next step that has a sample."""
        return (step // self._every + 1) * self._every

    def compare(self, stretch: Stretch, since: int, own: WatchedSimulation, mismatches: list[str]) -> int:
        """Compare the sample of the present step, if it has one; return how many agree."""
        row = own.trial // self._every - 1
        if own.trial % self._every or row >= self.records:
            return 0
        was, came = self._values[row], own.simulation.present(self._variable)[self._nodes]
        if np.array_equal(was, came, equal_nan=True):
            return 1
        place = int(np.flatnonzero(was != came)[0])
        what = f"{self._variable} of {own.network.labels[self._nodes[place]]}"
        mismatches.append(f"step {own.trial}: {what} is {came[place]:g}, stored was {was[place]:g}")
        return 0
