"""A replicate on images or rows of a table that learns while it is watched, trial by trial (rewards: mean per row).

Looking never changes a run: batches and trials are those of the kernel's learner, cut into single trials. What a
reverted proposal would have given is evaluated once more, which changes nothing that counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.contracts.watched import GIVEN_UP, RECENT, Curves, Phased, kept_share
from astrosim.core.errors import ScenarioError
from astrosim.explain.sentence import figures, trial_sentence
from astrosim.plot.palette import PALETTE
from astrosim.runs.replicate import Replicate
from astrosim.scenario.words import counted
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.arrays.kernel.loop import race_through
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, mean_reward
from astrosim.systems.arrays.network import plane_of
from astrosim.systems.arrays.recording import Recording
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.show.explanation import PHASES, trial_rule
from astrosim.systems.proposals.deciding import KEPT as KEPT_TALLY
from astrosim.systems.proposals.deciding import TRIED, race_blocks
from astrosim.systems.proposals.likelihood import BLOCK

KEEPING = {"astrocytes": "", "random_mask": "a random mask", "one_plus_one": "a step of the whole network"}
"""Learners that are shown, and who proposes where no astrocyte does."""
EARLY = ("batch", "choose")
"""Phases before a proposal is made."""
POINTS = 10  # of the curves per batch
HOLD = 20  # looks that a row stays


@dataclass(frozen=True)
class Trial:
    """A trial, as it was carried out.

    Attributes
    ----------
    decision : int
        KEPT, REVERTED or GIVEN_UP.
    actor : int
        The astrocyte that proposed.
    before, after : float
        Mean rewards on the rows that were put through.
    rows, of : int
        Rows that were put through, of those of the batch.
    sides : ndarray of uint8, shape (unit,)
        1: incoming synapses changed, 2: outgoing ones.
    moved : int
        Synapses.
    """

    decision: int
    actor: int
    before: float
    after: float
    rows: int
    of: int
    sides: np.ndarray
    moved: int


class WatchedRows(Phased):
    """One replicate, advanced by its viewer.

    Parameters
    ----------
    scenario : ArrayScenario
        Resolved.
    seed : int

    Raises
    ------
    ScenarioError
        If its learner is not one that is shown.
    """

    def __init__(self, scenario: ArrayScenario, seed: int) -> None:
        rule, side_by_side = scenario.learner.rule, scenario.decision.proposals
        if rule not in KEEPING or scenario.engine != "kernel" or side_by_side > 1:
            what = f'"{rule}", engine "{scenario.engine}", {counted(side_by_side, "proposal")} side by side'
            raise ScenarioError(
                [
                    f"learner.rule: the live view shows proposals of the kernel, one after the other ({what}). "
                    "Choose another condition; `astrosim report` shows such runs."
                ]
            )
        self.scenario, self.seed = scenario, seed
        self.recording: Any = Recording(Replicate("", seed, 0, 0), scenario, None, None)  # type: ignore[arg-type]
        learner: Any = self.recording.learner
        self.learner: KernelLearner = learner
        self.state = self.recording.learning
        self.batch, self.left, self.carried = self.recording.batches.at(0), 0, 0
        self.present: Trial | None = None
        self.curves = Curves("trial", "reward", "accuracy", "accept")
        self._recent = deque[int](maxlen=RECENT)
        self._looks = 0
        self._open()

    @property
    def trial(self) -> int:
        """Trials that have been shown to their end."""
        return self.carried - self.within

    @property
    def phases(self) -> int:
        """Phases of a trial."""
        return len(PHASES) if self.present is not None else 0

    @property
    def last(self) -> int | None:
        """The last trial, once it is reached: there are no batches beyond it."""
        return self.carried if self.recording.finished else None

    def begin(self) -> None:
        """Carry out a trial; see `Phased.begin`."""
        self._next()
        self.at = 0

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Carry out trials, the present one counted; fewer if `until`, asked now and then, says so."""
        for _ in range(count - self.within):
            self._next()
            if until is not None and until():
                break
        self.show_all()

    def _open(self) -> None:
        """Present the next batch, if there is one."""
        own = self.recording
        if not own.finished:
            self.batch = own.batches.at(own.stays)
            self.learner.present(self.batch)
            self.left = self.scenario.batches.stay

    def _next(self) -> None:
        """Carry out a trial, and note it; nothing once all batches are done."""
        own = self.recording
        if own.finished:
            return
        self.present = self._tried()
        self._recent.append(self.present.decision)
        self.carried, self.left = self.carried + 1, self.left - 1
        if self.left % max(1, self.scenario.batches.stay // POINTS) == 0:
            self.curves.add(self.carried, self.reward, self.accuracy, self.accept_rate)
        if not self.left:
            self.state.take_mean(self.scenario.learner.average)
            own.stays += 1
            self._open()

    def _tried(self) -> Trial:
        """Carry out one trial of the present batch."""
        learner, state, batch = self.learner, self.state, self.batch
        workspace, tally = learner.workspace, state.tally.copy()
        rewards = workspace.standing.rewards.copy()
        learner.advance(batch, self.carried, 1, float(self.scenario.caps[self.recording.stays]))
        actor = int(np.flatnonzero(state.tally[TRIED] != tally[TRIED])[0])
        kept = bool(state.tally[KEPT_TALLY, actor] != tally[KEPT_TALLY, actor])
        rows, after = batch.images, self.reward
        if not kept:
            early = race_blocks(learner.params.race, len(batch.labels))
            gained, rows = race_through(state.net, batch, workspace, early)
            after = _mean(rewards, int(rows)) + float(gained) / int(rows)
        decision = KEPT if kept else REVERTED if rows == batch.images else GIVEN_UP
        sides, moved = self._moved()
        return Trial(decision, actor, _mean(rewards, int(rows)), after, int(rows), batch.images, sides, moved)

    def _moved(self) -> tuple[np.ndarray, int]:
        """Sides of units that the proposal changes, uint8, shape (unit,), and the number of synapses."""
        own = self.learner.workspace.proposal
        used = slice(0, int(own.slots[0]))
        inward, outward = own.taps[used] >= 0, own.outward[used]
        sides = np.zeros(len(self.state.net.bias), np.uint8)
        np.bitwise_or.at(sides, own.unit[used], (inward + 2 * outward).astype(np.uint8))
        return sides, int(np.maximum(own.taps[used], 0).sum() + outward.sum() * own.out_step.shape[1])

    @property
    def reward(self) -> float:
        """Mean reward of the present network on the batch."""
        return mean_reward(self.learner.workspace.standing, self.batch)

    @property
    def accuracy(self) -> float:
        """Share of the batch's rows that are answered right; nan where numbers are learned."""
        if self.scenario.regression:
            return float("nan")
        answers = self.learner.workspace.standing.logits.argmax(axis=1)
        known = self.batch.labels >= 0
        return float((answers == self.batch.labels)[known].mean())

    @property
    def accept_rate(self) -> float:
        """Share of the last proposals that were kept; nan before the first."""
        return kept_share(self._recent)

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name.

        Returns
        -------
        facts : dict
        arrays : dict of str to ndarray
            taps (int32), shape (unit, synapse); owner (int32), shape (unit,), -1: nobody's; place (float32, pixels),
            shape (unit, 2), where inputs are an image.
        """
        net, scenario = self.state.net, self.scenario
        owner = np.full(len(net.bias), -1, np.int32)
        if scenario.learner.rule == "astrocytes":
            for astrocyte, units in enumerate(net.owned):
                owner[units] = astrocyte
        image = scenario.task.of_images
        places = plane_of(scenario, self.seed).units if image else np.zeros((0, 2))
        facts = {
            "kind": "rows",
            "task": str(scenario.task.data),
            "inputs": scenario.inputs,
            "outputs": scenario.outputs,
            "image": list(scenario.image_shape) if image else [],
            "field": scenario.network.field if scenario.network.connections == "fields" else 0,
            "regression": scenario.regression,
            "end": scenario.schedule.trials,
            "palette": PALETTE,
            "phases": [[phase.name, phase.sentence, trial_rule(phase.name, scenario)] for phase in PHASES],
        }
        return facts, {"taps": net.taps.astype(np.int32), "owner": owner, "place": places.astype(np.float32)}

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
            incoming and outgoing (float32), shape (unit, synapse) and (unit, output), after the trial; changed (uint8),
            shape (unit,): 1 incoming, 2 outgoing synapses under test; row (float32, 0 to 1 of an image, else as it is
            scaled), shape (input,); outputs (float32), shape (output,): what the network answers to that row;
            curve_trial, curve_reward, curve_accuracy and curve_accept (float32), shape (point,).
        """
        self._looks += 1
        block, place = divmod((self._looks // HOLD) % self.batch.images, BLOCK)
        net, standing = self.state.net, self.learner.workspace.standing
        row = self.batch.pixels[block, :, place].astype(np.float32)
        hidden = self.present is None or self._phase in EARLY
        arrays = {
            "incoming": net.incoming.astype(np.float32),
            "outgoing": net.outgoing.astype(np.float32),
            "changed": np.zeros(len(net.bias), np.uint8) if hidden else self._sides,
            "row": row * np.float32(net.scale if self.scenario.task.of_images else 1.0),
            "outputs": standing.logits[block, :, place].astype(np.float32),
            **self.curves.arrays(),
        }
        label = int(self.batch.labels[block, place])
        targets = self.batch.targets
        wanted = targets[block, :, place].tolist() if len(targets) else label
        return self._facts() | {"row": block * BLOCK + place, "wanted": wanted}, arrays

    @property
    def _sides(self) -> np.ndarray:
        assert self.present is not None
        return self.present.sides

    @property
    def _phase(self) -> str:
        """The phase that is shown; empty between two trials."""
        return PHASES[self.at].name if self.within else ""

    def _facts(self) -> dict[str, Any]:
        present, phase, accept, right = self.present, self._phase, self.accept_rate, self.accuracy
        facts: dict[str, Any] = {
            "trial": self.trial,
            "batch": self.recording.stays,
            "rows": self.batch.images,
            "reward": self.reward,
            "right": right if np.isfinite(right) else None,
            "accept": accept if np.isfinite(accept) else None,
            "phase": phase,
            "decision": None,
            "verdict": None,
            "sentence": "",
            "shown_trial": self.carried - 1,
            "compared": [],
        }
        if present is None:
            return facts
        both = [] if phase in EARLY else [present.before] if phase == "perturb" else [present.before, present.after]
        decided = present.decision if phase in ("decide", "adapt", "") else None
        return facts | {
            "compared": both,
            "verdict": decided,
            "decision": decided,
            "sentence": self._words(phase, present),
        }

    def _words(self, phase: str, present: Trial) -> str:
        """What happened in a phase, in words; in the trial as a whole where the phase is one of the last."""
        who = KEEPING[self.scenario.learner.rule] or f"A{present.actor}"
        if phase == "batch":
            kind = "image" if self.scenario.task.of_images else "row"
            return f"{counted(present.of, kind)}, mean reward {figures(present.before, present.before)[0]}"
        if phase == "choose":
            return f"{who} proposes"
        if phase == "perturb":
            moved = present.moved
            return f"{counted(moved, 'synapse')} {'takes' if moved == 1 else 'take'} a random step"
        if phase == "evaluate":
            first, second = figures(present.before, present.after)
            return (
                f"mean reward {first} before, {second} with the proposal, over {present.rows:,} of {present.of:,} rows"
            )
        outcome = {KEPT: "kept", REVERTED: "reverted"}.get(present.decision, f"given up after {present.rows:,} rows")
        return trial_sentence([who], present.moved, present.before, present.after, outcome)


def _mean(rewards: np.ndarray, rows: int) -> float:
    """Mean over the first rows of a batch, from shape (block, BLOCK)."""
    return float(rewards.reshape(-1)[:rows].astype(np.float64).sum() / rows)
