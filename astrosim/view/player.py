"""A replicate in motion, between the frames of the live view: it knows neither Solara nor a browser (times in trials).

Looking never changes a run: the engine is advanced, and read. Whatever the stretches, its bits are those of a run that
nobody watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.contracts.watched import ACTIONS as CLICKS
from astrosim.contracts.watched import Action, Phased
from astrosim.plot.palette import FILLS, PALETTE
from astrosim.scenario.by_hand import intervention_lines, planned
from astrosim.scenario.interventions import ACTIONS
from astrosim.statistics.outputs import constant_output
from astrosim.store.variables import KEPT, NEURON_KINDS, REVERTED
from astrosim.systems.threshold.diagnostics import probe_accuracy
from astrosim.systems.threshold.engines import make_quick_engine
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.scenario import interventions
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.explanation import rule
from astrosim.systems.threshold.simulation import ThresholdSimulation
from astrosim.view.history import History
from astrosim.view.meanings import meanings
from astrosim.view.probes import Present, reading_of
from astrosim.view.trials.choice import camera_of, shown_phases
from astrosim.view.trials.film import NO_REWARDS, Film, Moment

CHUNK = 10_000  # trials between two looks at whether anything was asked; some 20 ms of the paper's network
TOLD_EVERY = 0.3  # s between two trials that are told while many go by; assumed: more cannot be read
SHARE = 10.0  # times what telling one takes: the least time between two that are told


class Player(Phased):
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
    film : Film or None
        The last trial, taken apart; None before the first, and where it went by too fast.
    told : Film or None
        The last trial that was told.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.engine: Any = make_quick_engine(scenario, seed)
        self.reading = reading_of(self.engine, self.scenario)
        self.sizes = self.engine.sizes()
        self.present: Present | None = None
        self.history = History(self.scenario.schedule.trials_per_episode)
        self._shown = np.zeros(self.sizes["astrocyte"], np.int64)  # activations since the last frame
        self._since = 0  # trials since the last frame
        self.film: Film | None = None
        self.told: Film | None = None
        self._camera: Any = None
        self._planned: tuple[Any, ...] = scenario.interventions
        self._by_hand: list[Any] = []
        self._told_at = self._cost = 0.0  # s

    @property
    def phases(self) -> int:
        """Phases of the film."""
        return len(self.film.moments) if self.film is not None else 0

    @property
    def moment(self) -> Moment | None:
        """The phase that is shown; None between two trials."""
        return self.film.moments[self.at] if self.film is not None and self.within else None

    @property
    def trial(self) -> int:
        """Trials that have been shown to their end."""
        return self.done - self.within

    @property
    def done(self) -> int:
        """Trials that have been carried out."""
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
        """Carry out trials, the present one counted; fewer if `until`, asked now and then, says so."""
        count -= self.within
        self.show_all()
        tells = count > 0 and (until is None or count == 1 or self._may_tell())
        count -= tells
        while count > 0:
            step = min(count, CHUNK)
            self._stretch(step)
            count -= step
            if until is not None and until():
                return
        if tells:
            self.begin()
            self.show_all()

    def _may_tell(self) -> bool:
        """Whether there is time to tell a trial, while many go by."""
        return time.monotonic() - self._told_at >= max(TOLD_EVERY, SHARE * self._cost)

    @property
    def actions(self) -> tuple[Action, ...]:
        """See `Watched.actions`."""
        agents = {"neuron"} | ({"astrocyte"} if self.astrocytes else set())
        return tuple(one for one in CLICKS if one.agent in agents) if self._takes_interventions else ()

    @property
    def at_once(self) -> tuple[str, ...]:
        """See `Watched.at_once`."""
        own = self.scenario
        idle = {"coupling": not own.coupled, "cursor": own.learner != "cursor"}
        if not self._takes_interventions:
            return ()
        return tuple(path for path in interventions.CHANGEABLE if not idle.get(path.partition(".")[0]))

    @property
    def _takes_interventions(self) -> bool:
        own = self.scenario
        return isinstance(self.engine, ThresholdSimulation) and not own.neuronal and own.learner not in BASELINES

    def intervene(self, action: str, **fields: Any) -> None:
        """See `Watched.intervene`."""
        made = interventions.Intervention.model_validate({"action": action, "at_trial": self.done, **fields})
        self.scenario = planned(self.scenario, made, interventions.problems)
        self.engine.interventions.add(made)
        if self._camera is not None:
            self._camera.model.interventions.add(made)
        self._by_hand.append(made)

    def begin(self) -> None:
        """Carry out a trial, and take it apart; see `Phased.begin`."""
        if self._camera is None:
            self._camera = camera_of(self.scenario, self.seed)
        begin, before = time.monotonic(), self.engine.state()
        self._stretch(1)
        self.film = self.told = self._camera.shoot(before, self.engine)
        self.at, self._told_at = 0, time.monotonic()
        self._cost = self._told_at - begin

    def _stretch(self, trials: int) -> None:
        self.film, self.at = None, 0
        log = self.engine.advance(trials, measure=True)
        measured = self.engine.measure()
        self.present = Present.of(self.done - 1, log.pattern[-1], log.decision[-1], log.active[-1])
        self._shown += np.bincount(log.active[log.active >= 0], minlength=self._shown.size)
        self._since += trials
        kept = int(np.sum(log.decision == KEPT))
        self.history.add(
            self.done,
            trials,
            self.reading.reward(measured, trials),
            self._accuracy(measured),
            kept,
            kept + int(np.sum(log.decision == REVERTED)),
            self.reading.thresholds(measured),
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
            "meanings": meanings(self.scenario),
            "actions": [[one.name, one.words, one.agent] for one in self.actions],
            "phases": [
                [phase.name, phase.sentence, rule(phase.name, self.scenario)] for phase in shown_phases(self.scenario)
            ],
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
        arrays |= {name: values.astype(np.float32) for name, values in self.reading.agents().items()}
        arrays |= self._of_film(arrays, mine, every_weight)
        arrays |= {f"curve_{name}": values for name, values in self._curves().items()}
        self._shown[:] = 0
        self._since = 0
        return self._facts(outputs), arrays

    def _of_film(self, arrays: dict[str, np.ndarray], mine: np.ndarray, every_weight: bool) -> dict[str, np.ndarray]:
        """What differs from the present state in the phase that is shown, and the rewards of the trial."""
        told, moment = self.told, self.moment
        own = {"rewards": told.rewards if told is not None else NO_REWARDS}
        if self.film is not None and not arrays["eligible"].size:
            own["eligible"] = self.film.moved
        if moment is None:
            return own
        own |= {name: values for name, values in moment.arrays.items() if name != "weight"}
        if "weight" in moment.arrays:
            weight = moment.arrays["weight"]
            own |= {"mineWeight": weight[mine]} | ({"allWeight": weight} if every_weight else {})
        return own

    def _told(self) -> dict[str, Any]:
        """Facts of the trial that is told: its phase, its words, and the two rewards."""
        told, moment = self.told, self.moment
        if told is None:
            return {"phase": "", "sentence": "", "shown_trial": -1, "compared": [], "verdict": None, "patterns": []}
        own = moment if self.film is not None else None
        known = told.compared if own is None else own.compared
        return {
            "phase": "" if own is None else own.phase,
            "sentence": told.sentence if own is None else own.told,
            "shown_trial": told.trial,
            "compared": [one if np.isfinite(one) else None for one in known],
            "verdict": told.decision if own is None else own.decision,
            "patterns": list(told.patterns),
        }

    def _curves(self) -> dict[str, np.ndarray]:
        return self.history.curves()

    def _accuracy(self, measured: dict[str, Any]) -> float:
        """Mean accuracy of the frozen probe."""
        return float(probe_accuracy(measured["pattern_accuracy"], self.sizes["bit"]))

    def _facts(self, outputs: np.ndarray) -> dict[str, Any]:
        present, moment = self.present, self.moment
        active: tuple[int, ...] = () if present is None else present.active
        decision = None if present is None else present.decision
        return self._told() | {
            "trial": self.trial,
            "pattern": -1 if present is None else present.pattern,
            "decision": decision if moment is None else moment.decision,
            "active": list(active if moment is None else moment.active),
            "accuracy": self._accuracy(self.engine.measure()),
            "constant": constant_output(outputs),
            "events": self.events(),
            "lines": intervention_lines(self._planned, self._by_hand, self.condition),
            "astrocytes": self.astrocytes,
        }

    def events(self) -> list[tuple[int, str]]:
        """Return the interventions so far: trial, and what was done."""
        happened = self.engine.happened()
        if not happened:
            return []
        pairs = zip(happened["event_trial"].tolist(), happened["event_action"].tolist(), strict=True)
        return [(trial, ACTIONS[action].replace("_", " ")) for trial, action in pairs]
