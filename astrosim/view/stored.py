"""Back and forth in a stored run: its scenario is replayed, and every recorded episode compared (times in trials).

A replay passes every episode once and leaves snapshots behind, so that going back costs a short stretch only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.registry import find_system
from astrosim.core.errors import StoreError
from astrosim.scenario import load_run, resolve
from astrosim.store.read import open_replicates
from astrosim.systems.threshold.diagnostics import probe_accuracy
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.history import stored_curves
from astrosim.view.kinds import astrocyte_scenario
from astrosim.view.player import CHUNK, Player

SNAPSHOTS = 48  # of a whole replicate; assumed: going back takes a fiftieth of going through
MEMORY = 500_000_000  # bytes of all snapshots at most; assumed: a fraction of a laptop's memory
COMPARED = (
    "threshold",
    "score",
    "output",
    "activations",
    "calcium",
)  # variables of the store that a replay must give again


class StoredRun:
    """A run directory: its scenario, and the replicates that are committed.

    Parameters
    ----------
    directory : str or Path

    Attributes
    ----------
    scenario : Experiment
    kind : type
        Class of its replicates.
    replicates : dict of str to list of int
        Committed seeds by condition, in the order of the run.

    Raises
    ------
    StoreError
        If the directory holds no run, or no committed replicate, or a damaged one.
    ScenarioError
        If it is a run of another kind of scenario.
    """

    def __init__(self, directory: str | Path) -> None:
        self.path = Path(directory)
        self.dataset = open_replicates(self.path)
        scenario = load_run(self.path)
        system = find_system(scenario.family)
        own = system.has("replayed")
        self.scenario: Any = scenario if own else astrocyte_scenario(scenario, str(directory))
        self.kind: Any = system.part("replayed") if own else StoredReplicate
        committed = self.dataset["committed"].values
        names, seeds = (self.dataset[name].values.tolist() for name in ("condition", "seed"))
        self.replicates = {
            name: [seed for seed, there in zip(seeds, row, strict=True) if there]
            for name, row in zip(names, committed, strict=True)
            if row.any()
        }
        if not self.replicates:
            raise StoreError(
                f"{directory}: no replicate of this run is committed yet. "
                f"`astrosim run {directory} --resume` goes on with it."
            )

    def replay(self, condition: str, seed: int) -> Any:
        """Return the replay of one committed replicate."""
        replicate = self.dataset.sel(condition=condition, seed=seed)
        scenario = resolve(self.scenario, condition)
        if self.kind is not StoredReplicate:
            return self.kind(scenario, seed, replicate)
        recorded = np.array(scenario.record_episodes)
        names = (*COMPARED, "mean_binary_reward", "accept_rate", "pattern_accuracy")
        stored = {name: replicate[name].values[: recorded.size] for name in names if name in replicate}
        return StoredReplicate(scenario, seed, recorded, stored)


class StoredReplicate(Player):
    """A stored replicate, carried out again.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    episodes : ndarray of int, shape (record,)
        Recorded episodes, from 0.
    stored : dict of str to ndarray
        `COMPARED`, mean_binary_reward, accept_rate and pattern_accuracy; shape (record, ...).

    Attributes
    ----------
    compared : int
        Recorded episodes that have been compared.
    mismatches : list of str
        The first difference of each episode that differs.
    """

    def __init__(self, scenario: Scenario, seed: int, episodes: np.ndarray, stored: dict[str, np.ndarray]) -> None:
        super().__init__(scenario, seed)
        self.stored = stored
        self.mismatches: list[str] = []
        self._rows = {(int(e) + 1) * scenario.schedule.trials_per_episode: row for row, e in enumerate(episodes)}
        self._ends = sorted(self._rows)
        self._passed: set[int] = set()
        size = max(1, sum(array.nbytes for array in self.engine.state().values()))
        self._spacing = -(-self.end // max(2, min(SNAPSHOTS, MEMORY // size)))
        self._snapshots = {0: self.engine.state()}

    @property
    def _takes_interventions(self) -> bool:
        return False

    @property
    def compared(self) -> int:
        """Recorded episodes that have been compared."""
        return len(self._passed)

    @property
    def last(self) -> int:
        """The end of the run."""
        return self.end

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Carry out trials, up to the end of the run at most."""
        goal = min(self.trial + count, self.end)
        self._forward(goal, until, until is None or count == 1 or self._may_tell())

    def go(self, trial: int) -> None:
        """Go to the moment after `trial` trials, backwards or forwards."""
        trial = max(0, min(trial, self.end))
        if trial <= self.done:
            # One trial before the goal at least, so that the last trial can be shown
            start = max(place for place in self._snapshots if place < max(trial, 1))
            self.engine.restore(self._snapshots[start])
            self.present = self.film = self.told = None
        self._forward(trial)

    def _forward(self, goal: int, until: Callable[[], bool] | None = None, tells: bool = True) -> None:
        self.show_all()
        while self.done < goal:
            if tells and self.done == goal - 1:
                super().begin()
                self.show_all()
            else:
                self._stretch(min(self._next_stop(), goal - tells, self.done + CHUNK) - self.done)
            self._pass()
            if until is not None and until():
                return

    def begin(self) -> None:
        """Carry out a trial, and take it apart; at the end of the run, nothing."""
        if self.done < self.end:
            super().begin()
            self._pass()

    def _pass(self) -> None:
        """Take a snapshot, and compare, where that is due."""
        if self.done % self._spacing == 0:
            self._snapshots.setdefault(self.done, self.engine.state())
        if self.done in self._rows and self.done not in self._passed:
            self._compare(self._rows[self.done])
            self._passed.add(self.done)

    def _next_stop(self) -> int:
        """The next recorded episode's end or place for a snapshot."""
        snapshot = (self.done // self._spacing + 1) * self._spacing
        after = np.searchsorted(self._ends, self.done, side="right")
        return min(snapshot, self._ends[after] if after < len(self._ends) else snapshot)

    def _compare(self, row: int) -> None:
        """Compare what was recorded with what came out."""
        measured = self.engine.measure()
        for name in (name for name in COMPARED if name in measured and name in self.stored):
            was, came = self.stored[name][row], np.asarray(measured[name])
            here = was[tuple(slice(n) for n in came.shape)]  # the store has room for the largest condition
            if not np.array_equal(here, came, equal_nan=True):
                place = tuple(int(i) for i in np.argwhere(here != came)[0])
                episode = self.done // self.scenario.schedule.trials_per_episode - 1
                self.mismatches.append(
                    f"episode {episode}: {name}{list(place)} is {came[place]:g}, stored was {here[place]:g}"
                )
                return

    def _curves(self) -> dict[str, np.ndarray]:
        """The stored curves, at the ends of the recorded episodes."""
        thresholds = self.stored["threshold"][:, : self.sizes["astrocyte"]]
        return stored_curves(
            np.array(self._ends),
            self.stored["mean_binary_reward"],
            probe_accuracy(self.stored["pattern_accuracy"], self.sizes["bit"]),
            self.stored["accept_rate"],
            thresholds,
        )

    def _facts(self, outputs: np.ndarray) -> dict[str, Any]:
        told = {"compared": self.compared, "records": len(self._rows), "mismatches": self.mismatches[:3]}
        return super()._facts(outputs) | {"stored": told}
