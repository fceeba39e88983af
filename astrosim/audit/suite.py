"""The published scenarios as one suite: they are run, each into a folder of its own, and their summaries are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from xarray import Dataset

from astrosim.audit.parallel import run_parallel
from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario
from astrosim.scenario.bundled import bundled
from astrosim.scenario.words import nearest
from astrosim.store import open_replicates
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary

FOLDER = "published/"
MOST_WORDS = 3  # answers that are told one by one
CONDITIONS = ("baseline", "ambient", "dampening", "full")
NUMBERS = ("002", "003", "004", "005", "006", "009", "010", "010b", "011", "012b", *map("0{}".format, range(13, 19)))
SIXTEEN = tuple(f"exp{number}" for number in NUMBERS)
"""The configurations of experiments 002 to 018 that were published with ten seeds; spec, headline 2."""


def scenarios() -> dict[str, Path]:
    """Return files of the published scenarios by name."""
    return {name.removeprefix(FOLDER): path for name, path in bundled().items() if name.startswith(FOLDER)}


def published(names: Sequence[str] = (), overrides: Sequence[str] = ()) -> dict[str, Scenario]:
    """Return published scenarios by name; all if none are named.

    Parameters
    ----------
    names : sequence of str
        Such as ``exp002``.
    overrides : sequence of str
        As of `load_scenario`.

    Raises
    ------
    ScenarioError
        If a name is none of a published scenario.
    """
    known = scenarios()
    wrong = [name for name in names if name not in known]
    if wrong:
        guess = nearest(wrong[0], list(known))
        right = f"Did you mean {guess}?" if guess else "`astrosim list` shows them."
        raise ScenarioError([f"{wrong[0]}: no published scenario. {right}"])
    loaded = {name: load_scenario(known[name], overrides) for name in names or known}
    return {name: scenario for name, scenario in loaded.items() if isinstance(scenario, Scenario)}


@dataclass(frozen=True)
class Suite:
    """The runs of the published scenarios.

    Attributes
    ----------
    directory : Path
        With a run directory a scenario.
    chosen : mapping of str to Scenario
        Scenarios by name.
    """

    directory: Path
    chosen: Mapping[str, Scenario]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return tuple(self.chosen)

    def run(self, workers: int | None, told: Callable[[str], None], command: str = "") -> None:
        """Carry out what is not there yet: see `run_parallel`."""
        run_parallel(self.chosen, self.directory, workers, told, command)

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        """Summaries by scenario."""
        return {name: Summary.read(self.directory / name) for name in self.names}

    def scenario(self, name: str) -> Scenario:
        """Return the scenario of a run."""
        return self.summaries[name].scenario

    def dataset(self, name: str) -> Dataset:
        """Return the trajectories of a run."""
        return open_replicates(self.directory / name)

    def column(self, name: str, condition: str, column: str) -> np.ndarray:
        """Return a column of a condition's rows: float64, shape (seed,)."""
        return self.summaries[name].column(condition, column)

    def mean(self, name: str, condition: str, column: str = "mean_accuracy") -> float:
        """Return the mean of a column over seeds."""
        return float(self.column(name, condition, column).mean())

    def last(self, name: str, condition: str, variable: str) -> np.ndarray:
        """Return a variable at the last record of a condition: float64, shape (seed,)."""
        values = self.dataset(name)[variable].sel(condition=condition).values.astype(float)
        known = np.isfinite(values) & (values >= 0.0)
        return np.array([row[ok][-1] for row, ok in zip(values, known, strict=True)])

    def answers(self, name: str, condition: str) -> list[str]:
        """Return the answer of each seed's frozen network: the constant vector, or "varies"."""
        rows = [row for row in self.summaries[name].rows if row["condition"] == condition]
        vectors = [set(str(row["outputs"]).split("|")) for row in rows]
        return [next(iter(found)) if len(found) == 1 else "varies" for found in vectors]

    def count(self, name: str, condition: str, answer: str) -> int:
        """Return seeds that answer so."""
        return self.answers(name, condition).count(answer)

    @cached_property
    def sixteen(self) -> Counter[str]:
        """Answers over the sixteen published configurations, four conditions and ten seeds."""
        pairs = [(name, condition) for name in SIXTEEN for condition in CONDITIONS]
        return Counter(answer for pair in pairs for answer in self.answers(*pair))

    def answer_words(self, name: str, condition: str) -> str:
        """Return the answers of a condition in words, the most frequent first."""
        answers = Counter(self.answers(name, condition)).most_common()
        found = sorted(answers, key=lambda pair: (pair[0] == "varies", pair[1]), reverse=True)  # those that vary first
        words = [f"{n} x {answer}" if answer != "varies" else f"{n} vary" for answer, n in found[:MOST_WORDS]]
        rest = sum(n for _, n in found[MOST_WORDS:])
        return ", ".join(words + ([f"{rest} with other constants"] if rest else []))
