"""Spikes and samples of the stretch of time that the live view shows (ms)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from astrosim.systems.spiking.simulation import Stretch, Trace

MOST_SPIKES = 300_000  # kept; assumed: more than a raster can show
MOST_POINTS = 1_500  # of a curve; assumed: about four a pixel
SAMPLES = 900  # of a curve over the time that is shown


class Trails:
    """Spikes and samples, of which those that are too old are dropped.

    Parameters
    ----------
    step_ms : float

    Attributes
    ----------
    window_ms : float
        Time that is shown.
    """

    def __init__(self, step_ms: float) -> None:
        self.step_ms, self.window_ms = step_ms, 1.0
        self._spikes: deque[tuple[np.ndarray, np.ndarray]] = deque()  # neurons, times
        self._samples: dict[tuple[str, int], deque[tuple[np.ndarray, np.ndarray]]] = {}
        self._count = 0

    @property
    def every(self) -> int:
        """Steps between two samples."""
        return max(1, int(self.window_ms / self.step_ms / SAMPLES))

    def forget(self) -> None:
        """Drop all: another moment follows."""
        self._spikes.clear()
        self._samples.clear()
        self._count = 0

    def add(self, stretch: Stretch, traces: Sequence[Trace], since: int, until: int) -> None:
        """Add the records of a stretch of steps, and drop what is too old."""
        if len(stretch.node):
            self._spikes.append((stretch.node, stretch.stamp * self.step_ms))
            self._count += len(stretch.node)
        for trace, values in zip(traces, stretch.traces, strict=True):
            first = since // trace.every + 1
            times = self.step_ms * trace.every * np.arange(first, first + len(values))
            for column, node in enumerate(trace.nodes):
                if len(times):
                    own = self._samples.setdefault((trace.variable, node), deque())
                    own.append((times, values[:, column]))
        self._drop(until * self.step_ms - self.window_ms)

    def _drop(self, oldest: float) -> None:
        while self._spikes and (self._spikes[0][1][-1] < oldest or self._count > MOST_SPIKES):
            self._count -= len(self._spikes.popleft()[0])
        for key, own in list(self._samples.items()):
            while own and own[0][0][-1] < oldest:
                own.popleft()
            if not own:
                del self._samples[key]

    def spikes(self, now: float) -> tuple[np.ndarray, np.ndarray]:
        """Return neurons and times of the spikes in the time that is shown: int64 and float64, shape (spike,)."""
        node = np.concatenate([np.zeros(0, "i8"), *(own for own, _ in self._spikes)])
        time = np.concatenate([np.zeros(0), *(own for _, own in self._spikes)])
        shown = time > now - self.window_ms
        return node[shown], time[shown]

    def curve(self, variable: str, node: int, now: float) -> tuple[np.ndarray, np.ndarray]:
        """Return times and values of a variable of a node: float64, shape (sample,); empty if there are none."""
        own = self._samples.get((variable, node), ())
        time = np.concatenate([np.zeros(0), *(part for part, _ in own)])
        value = np.concatenate([np.zeros(0), *(part for _, part in own)])
        shown = time > now - self.window_ms
        every = -(-int(shown.sum()) // MOST_POINTS) or 1
        return time[shown][::-every][::-1], value[shown][::-every][::-1]

    def map_of(self, variable: str, nodes: Sequence[int], now: float) -> np.ndarray:
        """Return samples of a variable of nodes that are sampled together: float64, shape (sample, node)."""
        curves = [self.curve(variable, node, now)[1] for node in nodes]
        most = min((len(one) for one in curves), default=0)
        return np.stack([one[len(one) - most :] for one in curves], axis=1) if curves else np.zeros((0, 0))
