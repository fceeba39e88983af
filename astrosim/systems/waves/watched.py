"""A calcium-wave network that learns while it is watched, update by update (calcium and losses: 1).

Looking never changes a run: updates are those of the run's own learner, one at a time. Activities and losses that are
shown come from passes of the frozen network, which change nothing that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from astrosim.contracts.watched import MOST_POINTS, Curves, Phased
from astrosim.core.errors import ScenarioError
from astrosim.explain.sentence import figures, listed, trial_sentence
from astrosim.plot.palette import PALETTE
from astrosim.runs.replicate import Replicate
from astrosim.scenario.words import counted
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.waves.learners.choose import in_torch
from astrosim.systems.waves.lockstep import Group, Trainee, make_groups
from astrosim.systems.waves.mesh.graph import positions
from astrosim.systems.waves.program import IN_FIRST, IN_STOP, KIND, OUT_FIRST, OUT_STOP, PRODUCT
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.explanation import PHASES_BY_RULE

FORWARD = ("forward", "evaluate before")
"""Phases in which the wave travels, step by step."""
LEFT_OUT = ("project", "disturb", "evaluate after")
"""Phases that are not shown by themselves."""
TRIED = ("perturb", "decide", "adapt", "backward", "Adam", "")
"""Phases in which synapses are drawn that the update moves."""
KNOWN = ("decide", "adapt", "Adam", "")
"""Phases in which it is known what came of the update."""


@dataclass(frozen=True)
class Update:
    """An update, as it was carried out.

    Attributes
    ----------
    number : int
        From 0.
    decision : int or None
        KEPT or REVERTED; None where nothing is decided.
    active : tuple of int
        Astrocytes: cells behind the inputs, from 0.
    moved : int
        Weights, biases included.
    before, after : float
        Mean losses on the batch; nan where it is not known.
    early, late : ndarray of float32, shape (cell,)
        Activities of the cells for the image that is shown, before and after the update.
    """

    number: int
    decision: int | None
    active: tuple[int, ...]
    moved: int
    before: float
    after: float
    early: np.ndarray
    late: np.ndarray


class WatchedWaves(Phased):
    """One replicate, advanced by its viewer.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved.
    seed : int

    Raises
    ------
    ScenarioError
        If torch trains it.
    """

    step_meaning: ClassVar = "one update"

    def __init__(self, scenario: WaveScenario, seed: int) -> None:
        if in_torch(scenario):
            raise ScenarioError(
                ['engine: the live view shows waves on the kernel ("torch"). Write engine = "kernel", device = "cpu".']
            )
        self.scenario, self.seed = scenario, seed
        trainee = Trainee(Replicate("", seed, 0, 0), scenario, None, None)  # type: ignore[arg-type]
        self.group: Group = make_groups([trainee], None)[0]
        self.member = trainee
        learner: Any = self.group.learner
        self.mesh: Any = learner.replicates[0] if hasattr(learner, "replicates") else None
        self.network: Any = learner.networks[0] if self.mesh is None else self.mesh.network
        self.steps = len(scenario.chain().steps)
        names = [phase for phase in PHASES_BY_RULE[scenario.training.rule][1] if phase.name not in LEFT_OUT]
        self._phases = names
        self._moments = [
            (phase.name, step)
            for phase in names
            for step in (range(1, self.steps + 1) if phase.name in FORWARD else [self.steps])
        ]
        self.present: Update | None = None
        self.curves = Curves("trial", "loss")
        self._recent: list[float] = []

    @property
    def trial(self) -> int:
        """Updates that have been shown to their end."""
        return self.member.done - self.within

    @property
    def phases(self) -> int:
        """Phases of an update, the steps of the wave counted one by one."""
        return len(self._moments) if self.present is not None else 0

    @property
    def last(self) -> int | None:
        """The last update, once it is reached."""
        return self.member.done if self.group.finished else None

    def begin(self) -> None:
        """Carry out an update; see `Phased.begin`."""
        self._next(True)
        self.at = 0

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Carry out updates, the present one counted; fewer if `until`, asked now and then, says so."""
        left = count - self.within
        for number in range(left):
            stops = until is not None and until()
            self._next(stops or number == left - 1)
            if stops:
                break
        self.show_all()

    def _next(self, shown: bool) -> None:
        """Carry out an update, with its activities if it is shown; nothing at the end."""
        group, done = self.group, self.member.done
        if group.finished:
            return
        while group.fronts[0].behind(group.place.epoch):
            group.advance(1)
        features, rows = group.batch_of(0)
        values, counts = self.network.values.copy(), self._counts()
        early = self._activity(features[rows[:1]], group.labels[rows[:1]]) if shown else np.zeros(0, np.float32)
        group.advance(1)
        before = float(self.member.history.last_loss)
        self._note(done + 1, before)
        if not shown:
            self.present = None
            return
        labels = group.labels[rows]
        moved = int((self.network.values != values).sum())
        after = float(self.network.judge(features[rows], labels).loss)
        decision: int | None = None
        active: tuple[int, ...] = ()
        if self.mesh is not None:
            active, decision, moved = self._decided(counts, moved)
            after = after if decision == KEPT else float("nan")
        late = self._activity(features[rows[:1]], labels[:1])
        self.present = Update(done, decision, active, moved, before, after, early, late)

    def _counts(self) -> tuple[np.ndarray, int]:
        """Activations of each astrocyte, and perturbations kept, so far."""
        if self.mesh is None:
            return np.zeros(0, np.int64), 0
        return self.mesh.learning.population.activations.copy(), self.mesh.decided[0]

    def _decided(self, before: tuple[np.ndarray, int], moved: int) -> tuple[tuple[int, ...], int, int]:
        """Who was active, what was decided, and how many weights took a step."""
        activations, kept = self._counts()
        active = np.flatnonzero(activations != before[0])
        decision = KEPT if kept > before[1] else REVERTED
        if decision == REVERTED:
            mesh = self.mesh.mesh
            cells = np.unique(np.concatenate([mesh.member[mesh.start[a] : mesh.start[a + 1]] for a in active]))
            moved = int((mesh.first[cells + 1] - mesh.first[cells]).sum() + (mesh.bias[cells] >= 0).sum())
        return tuple(active.tolist()), decision, moved

    def _activity(self, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Activities of all cells for one image: float32, shape (cell,), layer by layer, inputs first."""
        self.network.judge(features, labels)
        values, ops = self.network.scratch.values, self.network.program.ops
        layers = [values[row[IN_FIRST] : row[IN_STOP], 0] for row in ops if row[KIND] == PRODUCT]
        return np.concatenate([*layers, values[ops[-1][OUT_FIRST] : ops[-1][OUT_STOP], 0]]).astype(np.float32)

    def _note(self, update: int, loss: float) -> None:
        self._recent.append(loss)
        if update % max(1, self.scenario.updates // MOST_POINTS) == 0:
            self.curves.add(update, np.mean(self._recent))
            self._recent.clear()

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            place (float32, cells), shape (cell, 2); layer (int32), shape (cell,).
        """
        chain = self.scenario.chain()
        places = positions(chain)
        facts = {
            "kind": "waves",
            "task": self.scenario.task.data,
            "classes": self.group.data.classes,
            "rule": self.scenario.training.rule,
            "step_ms": float(getattr(self.scenario.schedule, "step_ms", 0.0)),
            "widths": [len(one) for one in places],
            "grid": any(rows > 1 for rows, _ in chain.grids),
            "end": self.scenario.updates,
            "images": self.scenario.images_per_update,
            "palette": PALETTE,
            "phases": [[phase.name, phase.sentence, ""] for phase in self._phases],
        }
        layer = np.repeat(np.arange(len(places)), [len(one) for one in places])
        return facts, {"place": np.concatenate(places).astype(np.float32), "layer": layer.astype(np.int32)}

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
            activity (float32), shape (cell,), or (0,) before the first; active (int32): cells of the whole network that
            act; curve_trial and curve_loss (float32), shape (point,).
        """
        present, phase, step = self.present, *self._moment
        first = len(positions(self.scenario.chain())[0])
        early = phase not in KNOWN
        activity = np.zeros(0, np.float32) if present is None else present.early if early else present.late
        acting = () if present is None or phase not in (*TRIED, "activate") else present.active
        arrays = {
            "activity": activity,
            "active": np.array([first + a for a in acting], np.int32),
            **self.curves.arrays(),
        }
        return self._facts(phase, step), arrays

    @property
    def _moment(self) -> tuple[str, int]:
        """Name of the phase that is shown (empty between two updates), and the steps that the wave has gone."""
        return self._moments[self.at] if self.within else ("", self.steps)

    def _facts(self, phase: str, step: int) -> dict[str, Any]:
        present, history = self.present, self.member.history
        accuracy = history.curves["test_accuracy"]
        facts: dict[str, Any] = {
            "trial": self.trial,
            "epoch": self.group.place.epoch,
            "accuracy": float(accuracy[-1]) if accuracy else None,
            "phase": phase,
            "step": step,
            "decision": None,
            "verdict": None,
            "sentence": "",
            "shown_trial": -1 if present is None else present.number,
            "compared": [],
        }
        if present is None:
            return facts
        losses = [present.before, *([present.after] if phase in KNOWN and np.isfinite(present.after) else [])]
        verdict = present.decision if phase in KNOWN else None
        known = phase not in ("batch", *FORWARD)
        told = {"compared": losses if known else [], "verdict": verdict, "decision": verdict}
        return facts | told | {"sentence": self._words(phase, step, present)}

    def _words(self, phase: str, step: int, present: Update) -> str:
        """What happened in a phase, in words; in the update as a whole where the phase is one of the last."""
        names = [f"A{a}" for a in present.active]
        loss, take = (
            figures(present.before, present.before)[0],
            "take a random step" if self.mesh else "have a gradient",
        )
        travelled = f"the wave has gone {counted(step, 'step')} of {self.steps}"
        told = {
            "batch": f"{counted(self.scenario.images_per_update, 'image')} of the pass, one of them is drawn",
            **dict.fromkeys(FORWARD, travelled),
            **dict.fromkeys(("loss", "sense"), f"mean loss {loss} on the batch"),
            "activate": f"{listed(names)} {'is' if len(names) == 1 else 'are'} active",
            **dict.fromkeys(("perturb", "backward"), f"{counted(present.moved, 'weight')} {take}"),
        }
        if phase in told:
            return told[phase]
        if self.mesh is None:
            return trial_sentence(["the gradient"], present.moved, present.before, present.after, "", measure="loss")
        outcome = "kept" if present.decision == KEPT else f"reverted, the loss of {loss} did not fall"
        return trial_sentence(names, present.moved, present.before, present.after, outcome, measure="loss")
