"""A replicate in motion, between the frames of the live view: it knows neither Solara nor a browser (times in trials).

Looking never changes a run: the engine is advanced, and read. Whatever the stretches, its bits are those of a run that
nobody watches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.contracts.watched import Watched
from astrosim.plot.palette import FILLS, PALETTE
from astrosim.scenario.interventions import ACTIONS
from astrosim.statistics.outputs import constant_output
from astrosim.store.variables import KEPT, NEURON_KINDS, REVERTED
from astrosim.systems.threshold.diagnostics import probe_accuracy
from astrosim.systems.threshold.engines import make_quick_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.history import History
from astrosim.view.probes import Present, reading_of

CHUNK = 10_000  # trials between two looks at whether anything was asked; some 20 ms of the paper's network


class Player(Watched):
    """One replicate, advanced by its viewer.

    Parameters
    ----------
    scenario : Scenario
        Resolved. The quickest engine computes it: all give the same bits.
    seed : int

    Attributes
    ----------
    engine : Engine
    reading : Reading
    present : Present or None
        The last trial; None before the first.
    history : History
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.engine = make_quick_engine(scenario, seed)
        self.reading = reading_of(self.engine, self.scenario)
        self.sizes = self.engine.sizes()
        self.present: Present | None = None
        self.history = History(self.scenario.schedule.trials_per_episode)
        self._shown = np.zeros(self.sizes["astrocyte"], np.int64)  # activations since the last frame
        self._since = 0  # trials since the last frame

    @property
    def trial(self) -> int:
        """Trials done so far."""
        return self.engine.trial

    @property
    def end(self) -> int:
        """Trials of the scenario's schedule; a live replicate may go on past it."""
        return self.scenario.schedule.trials

    @property
    def astrocytes(self) -> int:
        """Astrocytes that can be chosen."""
        return int(self.sizes["astrocyte"])

    @property
    def coupled(self) -> bool:
        """Whether astrocytes have calcium."""
        return "calcium" in self.reading.astrocytes()

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Carry out trials; fewer if `until`, asked now and then, says so."""
        while count > 0:
            step = min(count, CHUNK)
            self._stretch(step)
            count -= step
            if until is not None and until():
                return

    def _stretch(self, trials: int) -> None:
        log = self.engine.advance(trials, measure=True)
        measured = self.engine.measure()
        self.present = Present.of(self.trial - 1, log.pattern[-1], log.decision[-1], log.active[-1])
        self._shown += np.bincount(log.active[log.active >= 0], minlength=self._shown.size)
        self._since += trials
        kept = int(np.sum(log.decision == KEPT))
        self.history.add(
            self.trial,
            trials,
            self.reading.reward(measured, trials),
            self._accuracy(measured),
            kept,
            kept + int(np.sum(log.decision == REVERTED)),
            measured["threshold"],
        )

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            neuron (float32, units) and kind (uint8), shape (neuron, 2) and (neuron,); pre and post (int32), shape
            (synapse,); astrocyte (float32, units) and cluster (int32), shape (astrocyte, 2) and (astrocyte,).
        """
        placed = self.engine.static()
        arrays: dict[str, np.ndarray] = {
            "neuron": np.column_stack([placed["neuron_x"], placed["neuron_y"]]).astype(np.float32),
            "kind": placed["neuron_kind"].astype(np.uint8),
            "pre": placed["pre"].astype(np.int32),
            "post": placed["post"].astype(np.int32),
            "astrocyte": np.column_stack([placed["astrocyte_x"], placed["astrocyte_y"]]).astype(np.float32),
            "cluster": placed["astrocyte_cluster"].astype(np.int32),
        }
        facts: dict[str, Any] = {
            "radius": self.scenario.astrocytes.radius,
            "cursorRadius": self.scenario.cursor.radius,
            "limit": self.scenario.perturbation.limit,
            "end": self.end,
            "episode": self.scenario.schedule.trials_per_episode,
            "ranges": self._ranges(),
            "fills": FILLS,
            "palette": PALETTE,
            "names": self._names(placed["neuron_kind"]),
        }
        return facts, arrays

    def _names(self, kind: np.ndarray) -> dict[int, str]:
        """Names of inputs and outputs by neuron; empty where neurons have none."""
        network = getattr(self.engine, "network", None)
        names: tuple[str, ...] = getattr(network, "names", ())
        ends = np.flatnonzero((kind == NEURON_KINDS.index("input")) | (kind == NEURON_KINDS.index("output")))
        return {n: names[n] for n in ends.tolist()} if names else {}

    def _ranges(self) -> dict[str, tuple[float, float]]:
        """Ends of the colour scales; what is not named is scaled by what has been seen."""
        s = self.scenario
        rates = {"none": 1.0, "flat": 2.0 * s.exploration.flat_rate, "maturity": s.exploration.initial_rate}
        low = min(s.adaptation.floor, s.astrocytes.threshold)
        high = max(s.adaptation.ceiling, s.astrocytes.threshold)
        return {"threshold": (low, high), "exploration": (0.0, rates[s.exploration.rule] or 1.0)}

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the look of the present moment: facts, and arrays by name.

        Parameters
        ----------
        chosen : int or None
            The astrocyte whose synapses are shown.
        every_weight : bool
            Also all weights.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            fired (uint8), shape (neuron,); eligible and mine (int32), mineWeight and allWeight (float32), shape
            (synapse,), of those meant; activity (float32, 1/trial), silenced (uint8) and the values of
            `Reading.astrocytes` (float32), shape (astrocyte,); cursor (float32, units), shape (2,) or (0,); junction
            (int32), shape (pair, 2); patterns, targets and outputs (uint8), shape (pattern, bit); curve_... as of
            `History.curves`.
        """
        patterns, targets = self.reading.task()
        outputs = self.engine.probe()
        weight = self.engine.weights().astype(np.float32)
        mine = np.empty(0, np.int32) if chosen is None else self.reading.territory(chosen).astype(np.int32)
        arrays = {
            "fired": self.reading.fired(self.present),
            "eligible": self.reading.eligible(self.present).astype(np.int32),
            "mine": mine,
            "mineWeight": weight[mine],
            "allWeight": weight if every_weight else np.empty(0, np.float32),
            "activity": (self._shown / max(self._since, 1)).astype(np.float32),
            "silenced": self.reading.silenced(),
            "cursor": self.reading.cursor().astype(np.float32),
            "junction": self.reading.gap_junctions().astype(np.int32),
            "patterns": patterns,
            "targets": targets,
            "outputs": outputs,
        }
        arrays |= {name: values.astype(np.float32) for name, values in self.reading.astrocytes().items()}
        arrays |= {f"curve_{name}": values for name, values in self._curves().items()}
        self._shown[:] = 0
        self._since = 0
        return self._facts(outputs), arrays

    def _curves(self) -> dict[str, np.ndarray]:
        return self.history.curves()

    def _accuracy(self, measured: dict[str, Any]) -> float:
        """Mean accuracy of the frozen probe."""
        return float(probe_accuracy(measured["pattern_accuracy"], self.sizes["bit"]))

    def _facts(self, outputs: np.ndarray) -> dict[str, Any]:
        present = self.present
        return {
            "trial": self.trial,
            "pattern": -1 if present is None else present.pattern,
            "decision": None if present is None else present.decision,
            "active": [] if present is None else list(present.active),
            "accuracy": self._accuracy(self.engine.measure()),
            "constant": constant_output(outputs),
            "events": self.events(),
        }

    def events(self) -> list[tuple[int, str]]:
        """Return the interventions so far: trial, and what was done."""
        happened = self.engine.happened()
        if not happened:
            return []
        pairs = zip(happened["event_trial"].tolist(), happened["event_action"].tolist(), strict=True)
        return [(trial, ACTIONS[action].replace("_", " ")) for trial, action in pairs]
