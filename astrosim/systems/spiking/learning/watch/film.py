"""A trial taken apart: its windows before and after the perturbation, what was moved, and what came of it (steps, pA).

The kernel carries the trial out; then its windows are shown again, from the weights before and those that were tried,
on arrays of their own. So looking changes nothing, and what is seen is what was decided upon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from astrosim.rules import decision, race, reward
from astrosim.store.variables import NOBODY
from astrosim.systems.spiking.kernel import windows
from astrosim.systems.spiking.kernel.model import LANES
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import REST
from astrosim.systems.spiking.learners.windows import WindowLearning

MOST_VALUES = 20_000_000  # of membranes of all windows; assumed: 160 MB; beyond, no membrane is shown
PRESENT, ACTIVATE, PERTURB, SHOW, DECIDE, LIVE = "present", "activate", "perturb", "show", "decide", "live"
UNTOUCHED = -1
"""In place of a window that a perturbation cannot reach, or that was not shown again."""


class Shown(NamedTuple):
    """A window as it went.

    Attributes
    ----------
    pattern : int
    stamp, neuron : ndarray of int64, shape (spike,)
        By stamp, then neuron; stamps from 1.
    membrane : ndarray of float32, shape (step + 1, neuron)
        mV, at the start and after each step; nan where it is not followed.
    readout : ndarray of float64, shape (bit,)
        pA.
    reward : float
    """

    pattern: int
    stamp: np.ndarray
    neuron: np.ndarray
    membrane: np.ndarray
    readout: np.ndarray
    reward: float


@dataclass(frozen=True)
class Film:
    """One trial.

    Attributes
    ----------
    trial : int
        From 0.
    decision : int
        KEPT, REVERTED or IDLE.
    active : tuple of int
    explored : tuple of bool
        Whether each was active by exploration alone.
    changed : ndarray of int32, shape (change,)
        Synapses that were moved.
    new : ndarray of float32, shape (change,)
        Weights that were tried; where only a part of a kept step stays, those that stay.
    before, after : list of Shown
        Windows with the weights at the trial's start; those that were shown again, in that order, with `new`, and the
        rewards of what was tried.
    order : ndarray of int64, shape (pattern of the trial,)
        Patterns in the order of showing again.
    untouched : ndarray of bool, shape (pattern of the trial,)
        Which of them the perturbation cannot reach; their rewards stay.
    reward_before, reward_after : float
        Means that were compared; the latter at best, if the perturbation was given up.
    given_up : bool
    """

    trial: int
    decision: int
    active: tuple[int, ...]
    explored: tuple[bool, ...]
    changed: np.ndarray
    new: np.ndarray
    before: list[Shown]
    after: list[Shown]
    order: np.ndarray
    untouched: np.ndarray
    reward_before: float
    reward_after: float
    given_up: bool


class Camera:
    """Arrays in which windows are shown again.

    Parameters
    ----------
    learner : WindowLearning
    """

    def __init__(self, learner: WindowLearning) -> None:
        self.learner = learner
        self._lay_out()

    def _lay_out(self) -> None:
        """Lay out the arrays by the learner's present system: interventions exchange it."""
        learner, self._system = self.learner, self.learner.system
        own, neurons = learner.system.circuit, learner.network.kind.size
        patterns = len(learner.system.targets)
        self._followed = patterns * (own.steps + 1) * neurons * len(windows.KEPT) <= MOST_VALUES
        self._circuit = own._replace(every=1 if self._followed else own.steps)
        cells = learner.workspace.room.cells.copy()
        self._room = windows.make_room(cells, neurons, self._circuit)
        self._course = windows.make_course(patterns, neurons, len(own.lanes), self._circuit)
        self._rest = cells.reshape(len(cells), -1, LANES)[:, REST // LANES].reshape(-1)[:neurons]

    def window(self, pattern: int) -> Shown:
        """Show a pattern with the weights that were filled in last."""
        own, course = self._circuit, self._course
        course.mark[pattern, 0] = self.learner.workspace.standing.mark[pattern, 0]
        windows.settle(own, course, self._room, pattern)
        given, free = slice(*own.train_first[pattern : pattern + 2]), slice(0, int(course.spikes[pattern]))
        stamp = np.concatenate([own.train_stamp[given], course.stamp[pattern, free]]).astype("i8")
        neuron = np.concatenate([own.train_neuron[given], course.neuron[pattern, free]]).astype("i8")
        order = np.lexsort((neuron, stamp))
        readout = course.readout[pattern].copy()
        return Shown(
            pattern, stamp[order], neuron[order], self._membrane(pattern), readout, self.judged(pattern, readout)
        )

    def fill(self, weight: np.ndarray) -> None:
        """Take over weights: float32, shape (synapse,)."""
        windows.fill(self._room.matrix, self._circuit, weight, self.learner.network.driven)

    def judged(self, pattern: int, readout: np.ndarray) -> float:
        """Return the reward of a readout (pA), shape (bit,)."""
        p = self.learner.params
        target = self.learner.system.targets[pattern]
        return float(reward.reward(p.reward, readout, target, p.threshold, p.gain, p.cap))

    def _membrane(self, pattern: int) -> np.ndarray:
        """Membrane potentials of a window: float32, mV, shape (step + 1, neuron)."""
        neurons, steps = len(self._rest), self._circuit.steps
        if not self._followed:
            return np.full((steps + 1, neurons), np.nan, np.float32)
        above = self._course.mark[pattern, :, :, windows.KEPT.index(windows.U)].reshape(steps + 1, -1)[:, :neurons]
        return np.asarray(self._rest + above, np.float32)

    def shoot(self) -> Film | None:
        """Let the learner carry out one trial, and take it apart; None if no trial is left."""
        learner, own = self.learner, self.learner.workspace
        weight, trial = learner.learning.weight.copy(), learner.done
        own.changed[:] = NOBODY  # a workspace: whatever a trial needs it writes first
        log = learner.advance(1)
        if not log.decision.size:
            return None
        if self._system is not learner.system:
            self._lay_out()
        active = log.active[0] != NOBODY
        count = int(np.argmax(own.changed == NOBODY)) if (own.changed == NOBODY).any() else own.changed.size
        changed, new = own.changed[:count].copy(), own.new[:count].copy()
        self.fill(weight)
        before = [self.window(pattern) for pattern in own.shown.tolist()]
        mean = float(reward.mean_reward(np.array([one.reward for one in before])))
        film = Film(
            trial, int(log.decision[0]), tuple(log.active[0][active].tolist()),
            tuple(log.explored[0][active].tolist()), changed, new, before, [], own.shown.copy(),
            np.ones(len(before), bool), mean, mean, False,
        )  # fmt: skip
        return self._tried(film, weight) if active.any() else film

    def _tried(self, film: Film, weight: np.ndarray) -> Film:
        """The film with its windows after the perturbation, as far as they were shown: those that it reaches."""
        p, own = self.learner.params, self.learner.workspace
        weight[film.changed] = film.new
        self.fill(weight)
        was, untouched = np.array([one.reward for one in film.before]), own.mark[own.shown] < 0
        best = np.where(untouched, was, reward.highest_reward(p.reward, p.cap))
        order = np.zeros(len(was), np.int64)
        race.by_standing(was, order)
        after: list[Shown] = []
        for place in order[~untouched[order]].tolist():
            best[place] = own.after[place]
            after.append(self.window(int(own.shown[place]))._replace(reward=float(best[place])))
            mean = float(reward.mean_reward(best))
            if p.race and race.is_lost(decision.STRICT, mean, film.reward_before, p.offset):
                break
        given_up = len(after) < int((~untouched).sum())
        return Film(
            **{**film.__dict__, "after": after, "order": own.shown[order], "untouched": untouched[order],
               "reward_after": float(reward.mean_reward(best)), "given_up": given_up}
        )  # fmt: skip


def pieces(film: Film, steps: int, hold: int) -> list[tuple[str, int, int]]:
    """Return the pieces of a film: phase, number of the window in it (-1: none), steps that it is shown.

    Parameters
    ----------
    film : Film
    steps, hold : int
        Of a window; of a phase in which no time goes by.
    """
    found = [(PRESENT, k, steps) for k in range(len(film.before))]
    found.append((ACTIVATE, UNTOUCHED, hold))
    if film.active:
        found.append((PERTURB, UNTOUCHED, hold))
        found += [(SHOW, k, steps) for k in range(len(film.after))]
        found.append((DECIDE, UNTOUCHED, hold))
    return [*found, (LIVE, UNTOUCHED, hold)]
