"""Where the replicates of the live view come from: a scenario file, or a stored run.

Engines and the store are imported when a replicate is made: the page is to be served before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from astrosim.contracts.registry import find_system
from astrosim.contracts.watched import Phased, Speed, Stride, Watched
from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.experiment import SEED_LIMIT
from astrosim.store.remote import local_copy, without_secrets
from astrosim.view.kinds import astrocyte_scenario, is_watched


class Source(Protocol):
    """Choices of the page.

    Attributes
    ----------
    title : str
    conditions : tuple of str
    stored : bool
        Whether replicates are those of a stored run: then nothing can be changed.
    own : bool
        Whether the system brings replicates of its own: what is said of threshold networks alone is left out.
    step_meaning : str
        See `Watched`.
    """

    title: str
    conditions: tuple[str, ...]
    stored: bool
    own: bool
    step_meaning: str

    def seeds(self, condition: str) -> tuple[int, ...]:
        """Return seeds to choose from; of a scenario any other will do."""

    def resolved(self, condition: str) -> Any:
        """Return the scenario under a condition, nothing changed."""

    def speeds(self, condition: str) -> tuple[tuple[Speed, ...], int]:
        """Return the speeds to choose from, and the place of the first one."""

    def strides(self, condition: str) -> tuple[Stride, ...]:
        """Return the longer strides that have a button."""

    def player(self, condition: str, seed: int, changes: Mapping[str, Any]) -> Watched:
        """Return a replicate before its first trial, with fields changed by dotted path.

        Raises
        ------
        ScenarioError
            If a change does not fit.
        """


class ScenarioSource:
    """Replicates of a scenario file.

    Parameters
    ----------
    path : str or Path
    overrides : sequence of str
        As `load_scenario` takes them.
    conditions : sequence of str, optional
        Only these; all if left out.

    Raises
    ------
    ScenarioError
        If the file is wrong, or of another kind.
    """

    stored = False

    def __init__(self, path: str | Path, overrides: Sequence[str] = (), conditions: Sequence[str] | None = None):
        self._path, self._overrides = Path(path), tuple(overrides)
        scenario = load_scenario(self._path, self._overrides, conditions)
        self._wanted = conditions
        self.own = is_watched(scenario)
        self._watched: Any = find_system(scenario.family).part("watched") if self.own else Phased
        self.step_meaning: str = self._watched.step_meaning
        self._scenario: Any = scenario if self.own else astrocyte_scenario(scenario, str(path))
        self.conditions = condition_names(self._scenario)
        self.title = self._scenario.title or self._scenario.name

    def seeds(self, condition: str) -> tuple[int, ...]:
        """Return the seeds of the file."""
        return self._scenario.seeds

    def resolved(self, condition: str) -> Any:
        """Return the scenario under a condition, nothing changed."""
        return resolve(self._scenario, condition)

    def speeds(self, condition: str) -> tuple[tuple[Speed, ...], int]:
        """Return the speeds of a condition, and the place of the first one."""
        return self._watched.speeds(self.resolved(condition))

    def strides(self, condition: str) -> tuple[Stride, ...]:
        """Return the longer strides of a condition."""
        return self._watched.strides(self.resolved(condition))

    def player(self, condition: str, seed: int, changes: Mapping[str, Any]) -> Watched:
        """See `Source`; changes are read like `--set`, and so are their errors.

        Raises
        ------
        ScenarioError
            If the seed is out of range, or a change does not fit.
        """
        if not 0 <= seed < SEED_LIMIT:
            raise ScenarioError([f"seed: out of range ({seed}). Write a whole number from 0 to {SEED_LIMIT - 1}."])
        if self._scenario.sweep.axes:
            return self._made(resolve(self._scenario, condition).changed(changes), seed, "")
        prefix = f"conditions.{json.dumps(condition)}." if self._scenario.conditions else ""
        texts = [f"--set {prefix}{path}={json.dumps(value)}" for path, value in changes.items()]
        scenario = load_scenario(self._path, (*self._overrides, *texts), self._wanted)
        resolved = resolve(scenario if self.own else astrocyte_scenario(scenario, str(self._path)), condition)
        return self._made(resolved, seed, condition if self._scenario.conditions else "")

    def _made(self, resolved: Any, seed: int, condition: str) -> Any:
        from astrosim.view.player import Player

        made: Any = self._watched(resolved, seed) if self.own else Player(resolved, seed)
        made.condition = condition
        return made


class RunSource:
    """Replicates of a run directory.

    Parameters
    ----------
    directory : str or Path
        Or the address (URL) of one.

    Raises
    ------
    StoreError, ScenarioError
        See `StoredRun`.
    """

    stored = True

    def __init__(self, directory: str | Path) -> None:
        from astrosim.view.stored import StoredRun

        self._run = StoredRun(local_copy(directory))
        self.own = is_watched(self._run.scenario)
        self.step_meaning = self._run.kind.step_meaning
        self.conditions = tuple(self._run.replicates)
        self.title = (
            f"{self._run.scenario.title or self._run.scenario.name} - stored in {without_secrets(str(directory))}"
        )

    def seeds(self, condition: str) -> tuple[int, ...]:
        """Return committed seeds."""
        return tuple(self._run.replicates[condition])

    def resolved(self, condition: str) -> Any:
        """Return the scenario under a condition."""
        return resolve(self._run.scenario, condition)

    def speeds(self, condition: str) -> tuple[tuple[Speed, ...], int]:
        """Return the speeds of a condition, and the place of the first one."""
        return self._run.kind.speeds(self.resolved(condition))

    def strides(self, condition: str) -> tuple[Stride, ...]:
        """Return the longer strides of a condition."""
        return self._run.kind.strides(self.resolved(condition))

    def player(self, condition: str, seed: int, changes: Mapping[str, Any]) -> Watched:
        """See `Source`; nothing can be changed.

        Raises
        ------
        ScenarioError
            If there are changes.
        """
        if changes:
            raise ScenarioError(
                [f"{self._run.path}: a stored run stays as it is. `astrosim view SCENARIO` takes changes."]
            )
        return self._run.replay(condition, seed)
