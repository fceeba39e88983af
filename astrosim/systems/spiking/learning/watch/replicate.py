"""A replicate that learns over spiking windows, in the live view (trials; steps of windows; ms, mV, pA, uM)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from astrosim.contracts.watched import ACTIONS, Action, Speed, Stride, Watched
from astrosim.explain.sentence import trial_sentence
from astrosim.scenario.by_hand import intervention_lines, planned
from astrosim.store.variables import IDLE, KEPT
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.model import gathered
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import IAF_PSC_EXP
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.scenario.interventions import CHANGEABLE, Intervention, problems
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario
from astrosim.systems.spiking.learning.scenario.sections import coupled
from astrosim.systems.spiking.learning.watch.film import (
    ACTIVATE,
    DECIDE,
    LIVE,
    PRESENT,
    SHOW,
    Camera,
    Film,
    Shown,
    pieces,
)
from astrosim.systems.spiking.learning.watch.history import History
from astrosim.systems.spiking.learning.watch.scene import scene_facts
from astrosim.systems.spiking.network.description import connections
from astrosim.systems.spiking.watch.flights import Flights
from astrosim.systems.spiking.watch.pace import paces

FIRST_PACE = 20.0  # ms of biological time per second: a window is seen for a second
FASTEST = 1000.0  # ms per second; beyond, trials are counted
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # trials per frame
MS_PER_S = 1000.0
CHUNK = 100  # trials between two looks at whether anything was asked; some ms
WORDS = {1: "kept", 0: "reverted", -1: "idle"}


class WatchedLearning(Watched):
    """One replicate, advanced by its viewer on the kernel: both engines give the same bits.

    Parameters
    ----------
    scenario : WindowScenario
        Resolved.
    seed : int

    Attributes
    ----------
    learner : WindowLearning
    film : Film or None
        The trial that is shown; None before the first.
    at : int
        Steps of the film that have been shown.
    neuron, astrocyte : int
        Those that are chosen.
    """

    step_meaning: ClassVar = "one trial"

    def __init__(self, scenario: WindowScenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.learner = WindowLearning(scenario.recipe, seed, scenario=scenario)
        self.learner.right_bits()
        self.camera, self.history = Camera(self.learner), History()
        self.steps = self.learner.system.circuit.steps
        self.film: Film | None = None
        self.at, self._looked = 0, 0
        self._planned: tuple[Any, ...] = scenario.interventions
        self._by_hand: list[Any] = []
        self.strip: list[tuple[str, int, int]] = []
        self._was = self._now()
        self.select(int(self.learner.network.outputs[0]))
        self.astrocyte = 0
        self._note(float(self.learner.workspace.standing.reward.mean()))

    @classmethod
    def speeds(cls, scenario: WindowScenario) -> tuple[tuple[Speed, ...], int]:
        """Return the paces of biological time, then whole trials, and the place of the first one."""
        slow, first = paces(scenario.task.step_ms, FIRST_PACE, FASTEST)
        steady = tuple(Speed(one.label, one.amount, True, "step") for one in slow)
        return steady + tuple(Speed(f"{n:,} trial{'s' * (n > 1)} per frame", n) for n in COUNTS), first

    @classmethod
    def strides(cls, scenario: WindowScenario) -> tuple[Stride, ...]:
        """Return the strides of a phase, and of a step of a window."""
        grid = f"{scenario.task.step_ms:g} ms"
        return (
            Stride("phase", "Next phase", "go on to the next phase, or window, of the trial"),
            Stride("step", grid, f"go on by a step of the window's grid, {grid}"),
        )

    @property
    def trial(self) -> int:
        """Trials that have been shown to their end."""
        return self.learner.done - self.within

    @property
    def within(self) -> bool:
        """Whether a part of a trial is shown, and not its end."""
        return self.film is not None and self.at < self.length

    @property
    def last(self) -> int | None:
        """The last trial, once it is known: all bits are right, or the schedule ends."""
        return self.learner.done if self.learner.finished else None

    @property
    def length(self) -> int:
        """Steps of the film."""
        return sum(steps for _, _, steps in self.strip)

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Carry out trials, the present one counted; the last is shown as it ends."""
        left = count - self.within
        self.at = self.length
        while left > 1 and not self.learner.finished and not (until is not None and until()):
            left -= self._carry(min(CHUNK, left - 1))
        if left > 0:
            self._shoot()
        self.at = self.length

    def go_on(self, stride: str, count: int, until: Callable[[], bool] | None = None) -> None:
        """Go on by steps of the film, or phases; see `Watched.go_on`."""
        if stride not in ("step", "phase"):
            return super().go_on(stride, count, until)
        for _ in range(count):
            if self.at >= self.length and not self._shoot():
                return None
            ends = np.cumsum([steps for _, _, steps in self.strip])
            self.at = self.at + 1 if stride == "step" else int(ends[np.searchsorted(ends, self.at, side="right")])
        return None

    def _carry(self, count: int) -> int:
        """Carry out trials unseen; return their number. One that turns out to be the last is left to be shown."""
        saved = self.learner.state()
        log = self.learner.advance(count)
        done = int(log.decision.size)
        if self.learner.finished:
            self.learner.restore(saved)
            done = int(self.learner.advance(done - 1).decision.size)
            if not done:
                return count
        self._note(float(log.reward[:done].mean()))
        return done

    def _shoot(self) -> bool:
        """Carry out a trial and begin to show it; return whether there was one left."""
        self._was = self._now()
        film = self.camera.shoot()
        if film is None:
            return False
        self.film, self.at, self._looked = film, 0, 0
        self.strip = pieces(film, self.steps, self.steps)
        self._fly()
        self._note(float(np.mean([one.reward for one in film.before]) if film.decision != KEPT else film.reward_after))
        return True

    def _note(self, reward: float) -> None:
        right, now = self.learner.right_bits() / self.learner.system.targets.size, self._now()
        self.history.add(self.learner.done, reward, right, now["calcium"], now["threshold"])

    def _now(self) -> dict[str, np.ndarray]:
        """The learner's state as it is shown: float, shape (astrocyte,) each, and readouts."""
        own, count = self.learner.learning, len(self.learner.acts)
        return {
            "calcium": gathered(own.cells, li_rinzel.CALCIUM, count).copy(),
            "threshold": own.astrocytes.threshold.copy(),
            "readout": self.learner.workspace.standing.readout.copy(),
        }

    @property
    def actions(self) -> tuple[Action, ...]:
        """See `Watched.actions`."""
        return ACTIONS

    @property
    def at_once(self) -> tuple[str, ...]:
        """See `Watched.at_once`; none where a replicate may end before it, as in a scenario file."""
        own = self.scenario
        idle = () if coupled(own) else ("gap_junctions",)
        return () if own.schedule.stop else tuple(p for p in CHANGEABLE if p.partition(".")[0] not in idle)

    def intervene(self, action: str, **fields: Any) -> None:
        """See `Watched.intervene`; a replicate that may end before it takes none, as in a scenario file."""
        made = Intervention.model_validate({"action": action, "at_trial": self.learner.done, **fields})
        self.scenario = planned(self.scenario, made, problems)
        self.learner.interventions.add(made, self.scenario)
        self._by_hand.append(made)

    def select(self, node: int) -> None:
        """Choose a neuron, or (numbered after all neurons) an astrocyte."""
        neurons = self.learner.network.kind.size
        if neurons <= node < neurons + len(self.learner.acts):
            self.astrocyte = node - neurons
        elif 0 <= node < neurons:
            self.neuron, net = node, self.learner.network
            own = np.flatnonzero((net.pre == node) | (net.post == node))
            self.mine = np.stack([net.pre[own], net.post[own]], axis=1).astype(np.int32)
            self._fly()

    def _fly(self) -> None:
        """Follow spikes along the chosen neuron's synapses and those that are moved."""
        net, moved = self.learner.network, self.film.changed if self.film is not None else np.zeros(0, "i8")
        own = np.union1d(np.flatnonzero((net.pre == self.neuron) | (net.post == self.neuron)), moved).astype("i8")
        delay = np.full(len(own), self.learner.recipe.network.delay_ms)
        self.flights = Flights(connections(net.pre[own], net.post[own], np.ones(len(own)), delay), net.kind.size)

    def place(self) -> tuple[str, int, int]:
        """Return phase, number of its window (-1: none) and step in it, of the moment that is shown."""
        left = self.at
        for phase, window, steps in self.strip:
            if left <= steps and (left or self.at == 0):
                return phase, window, left
            left -= steps
        return "", -1, 0

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            neuron and astrocyte (float32, units), shape (node, 2); population (int32), low and high (float32, mV),
            shape (neuron,); pre and post, of no connection; junction (int32: numbers of nodes), shape (pair, 2);
            patterns and targets (uint8), shape (pattern, bit).
        """
        net, learner = self.learner.network, self.learner
        neurons, values = net.kind.size, IAF_PSC_EXP.defaults(1) | learner.recipe.network.parameters
        pairs = learner.pairs if coupled(self.scenario) else np.zeros((0, 2), "i8")
        patterns = learner.recipe.windows.patterns
        arrays: dict[str, np.ndarray] = {
            "neuron": net.position.astype(np.float32),
            "astrocyte": learner.territories.position.astype(np.float32),
            "population": net.kind.astype(np.int32),
            "low": np.full(neurons, values["E_L"], np.float32),
            "high": np.full(neurons, values["V_th"], np.float32),
            "pre": np.zeros(0, np.int32),
            "post": np.zeros(0, np.int32),
            "junction": (neurons + pairs).astype(np.int32),
            "patterns": np.array([[int(bit) for bit in given] for given, _ in patterns], np.uint8),
            "targets": learner.system.targets,
        }
        facts = scene_facts(learner, self.scenario) | {"actions": [[one.name, one.words, one.agent] for one in ACTIONS]}
        return facts, arrays

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
            fired (uint8: since the last look) and membrane (float32, mV), shape (neuron,); calcium and threshold
            (float32, uM), active (uint8), shape (astrocyte,); changed and mine (int32: numbers of neurons), shape
            (synapse, 2); flight and share as of `Flights`; film_at (int32) and film_neuron (int32), shape (spike,): of
            the whole trial; film_membrane (float32, mV), shape (step,); rewards (float32), shape (2, pattern), nan
            where not shown again; outputs (uint8), shape (pattern, bit); curve_... as of `History.curves`.
        """
        phase, number, step = self.place()
        own = self._now() if phase in (LIVE, "") else self._was
        arrays = {
            "calcium": own["calcium"].astype(np.float32),
            "threshold": own["threshold"].astype(np.float32),
            "active": self._active(phase),
            "changed": self._changed(phase),
            "mine": self.mine,
            "outputs": (self._readout(phase) > self.learner.params.threshold).astype(np.uint8),
            **self._window(phase, number, step),
            **self._strip(),
            **self.history.curves(self.astrocyte),
        }
        self._looked = self.at
        return self._facts(phase, number, step), arrays

    def _active(self, phase: str) -> np.ndarray:
        """Active astrocytes, once that is known: 1, or 2 by exploration; uint8, shape (astrocyte,)."""
        found = np.zeros(len(self.learner.acts), np.uint8)
        if self.film is not None and phase != PRESENT:
            found[list(self.film.active)] = [1 + explored for explored in self.film.explored]
        return found

    def _changed(self, phase: str) -> np.ndarray:
        """Ends of the synapses that are moved, once they are: int32, shape (synapse, 2)."""
        if self.film is None or phase in (PRESENT, ACTIVATE):
            return np.zeros((0, 2), np.int32)
        net = self.learner.network
        return np.stack([net.pre[self.film.changed], net.post[self.film.changed]], axis=1).astype(np.int32)

    def _readout(self, phase: str) -> np.ndarray:
        """Readouts of all patterns as they stand at the moment: float64, pA, shape (pattern, bit)."""
        return self._now()["readout"] if phase in (DECIDE, LIVE, "") else self._was["readout"]

    def _windows(self) -> list[tuple[int, Shown]]:
        """Windows of the film, each with the step at which it begins."""
        film, found, begin = self.film, [], 0
        for phase, number, steps in self.strip if film is not None else ():
            if film is not None and number >= 0:
                found.append((begin, (film.before if phase == PRESENT else film.after)[number]))
            begin += steps
        return found

    def _window(self, phase: str, number: int, step: int) -> dict[str, np.ndarray]:
        """Neurons at a step of a window, and what is under way; all at rest where none is shown."""
        neurons, own = self.learner.network.kind.size, self.learner.system.circuit
        fired, membrane = np.zeros(neurons, np.uint8), np.full(neurons, np.nan, np.float32)
        flight, share = np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
        for begin, window in self._windows():
            at = begin + window.stamp
            fired[window.neuron[(at > self._looked) & (at <= self.at)]] = 1
        if self.film is not None and number >= 0:
            window = (self.film.before if phase == PRESENT else self.film.after)[number]
            membrane, past = window.membrane[step], window.stamp <= step
            flight, share = self.flights.under_way(window.neuron[past], window.stamp[past] * own.step, step * own.step)
        return {"fired": fired, "membrane": membrane, "flight": flight, "share": share}

    def _strip(self) -> dict[str, np.ndarray]:
        """The whole film: spikes, the chosen neuron's membrane, rewards of each pattern before and after."""
        windows = self._windows()
        at = np.concatenate([np.zeros(0, "i8"), *(begin + one.stamp for begin, one in windows)])
        neuron = np.concatenate([np.zeros(0, "i8"), *(one.neuron for _, one in windows)])
        membrane = np.full(self.length + 1, np.nan, np.float32)
        for begin, one in windows:
            membrane[begin : begin + len(one.membrane)] = one.membrane[:, self.neuron]
        return {
            "film_at": at.astype(np.int32),
            "film_neuron": neuron.astype(np.int32),
            "film_membrane": membrane,
            "rewards": self._rewards(),
        }

    def _rewards(self) -> np.ndarray:
        """Rewards of the trial's patterns before, and of those that were shown again: float32, shape (2, pattern)."""
        film = self.film
        if film is None:
            return np.zeros((2, 0), np.float32)
        again = {one.pattern: one.reward for one in film.after}
        return np.array([[one.reward, again.get(one.pattern, np.nan)] for one in film.before], np.float32).T.copy()

    def _facts(self, phase: str, number: int, step: int) -> dict[str, Any]:
        """Facts of the moment; what is not known yet in the course of the trial is not told."""
        film = self.film
        known = film is not None and (phase in (DECIDE, LIVE, "") or (phase == ACTIVATE and not film.active))
        patterns = [one.pattern for one in film.before] if film is not None else []
        again = film.after if film is not None and phase == SHOW else []
        shown = film.before if film is not None and phase == PRESENT else again
        return {
            "trial": self.trial,
            "shown_trial": -1 if film is None else film.trial,
            "time_s": self.learner.done * self.learner.trial_ms / MS_PER_S,
            "phase": phase,
            "window": [number, len(shown)] if number >= 0 else None,
            "pattern": shown[number].pattern if number >= 0 and shown else -1,
            "step": step,
            "at": self.at,
            "strip": self.strip,
            "patterns": patterns,
            "order": [one.pattern for one in film.after] if film is not None else [],
            "decision": film.decision if film is not None and known else None,
            "sentence": self.sentence if known else "",
            "compared": [film.reward_before, film.reward_after] if film is not None and known and film.active else None,
            "right": self.history.bits[-1],
            "neuron": self.neuron,
            "astrocyte": self.learner.network.kind.size + self.astrocyte,
            "solved": self.learner.solved,
            "lines": intervention_lines(self._planned, self._by_hand, self.condition),
        }

    @property
    def sentence(self) -> str:
        """The trial that is shown, in words."""
        film = self.film
        if film is None:
            return ""
        if film.decision == IDLE:
            return "No astrocyte was above its threshold, and none explored: nothing was tried."
        names = [f"A{a}{' (exploring)' * own}" for a, own in zip(film.active, film.explored, strict=True)]
        part = film.decision == KEPT and self.scenario.decision.consolidation != "whole"
        outcome = "kept in part" if part else WORDS[film.decision]
        told = trial_sentence(names, len(film.changed), film.reward_before, film.reward_after, outcome, film.given_up)
        return told + (f", given up after {len(film.after)} of {len(film.before)} windows" if film.given_up else "")
