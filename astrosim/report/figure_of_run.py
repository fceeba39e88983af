"""One figure of a stored run: which kinds there are, and drawing one of chosen conditions, seeds and moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from astrosim import summary
from astrosim.contracts.registry import find_system
from astrosim.core.errors import AstrosimError, ScenarioError, StoreError
from astrosim.report import sweep
from astrosim.report.drawing import Drawn, Kind
from astrosim.scenario import condition_names
from astrosim.scenario.conditions import unknown_condition
from astrosim.scenario.words import nearest
from astrosim.store import open_replicates
from astrosim.summary import RunSummary
from astrosim.summary.sweep import few, few_words, results_of

LISTED = 12  # seeds or episodes that an error lists


@dataclass(frozen=True)
class Choice:
    """Choice of the part of a run that is shown; None: all of it.

    Attributes
    ----------
    conditions : sequence of str or None
    seeds : sequence of int or None
    episode : int or None
        A recorded episode that figures of one moment show; None: the last.
    data : Path or None
        Where data sets lie.
    measure : str or None
        Column of summary.csv that figures of a sweep show; None: the main one.
    """

    conditions: Sequence[str] | None = None
    seeds: Sequence[int] | None = None
    episode: int | None = None
    data: Path | None = None
    measure: str | None = None


@dataclass(frozen=True)
class Shown:
    """A run's material, and the kinds of figures that it has something for.

    Attributes
    ----------
    directory : Path
    material : object
        What the drawing functions of the kinds take.
    kinds : dict of str to Kind
        In order.
    known : dict of str to Kind
        All kinds of this sort of runs.
    """

    directory: Path
    material: Any
    kinds: Mapping[str, Kind[Any]]
    known: Mapping[str, Kind[Any]]

    def draw(self, kind: str) -> Drawn:
        """Draw a figure.

        Raises
        ------
        AstrosimError
            If there is no such kind, or this run has nothing for it.
        """
        if kind in self.kinds:
            return self.kinds[kind].draw(self.material)
        raise AstrosimError(self._refusal(kind))

    def _refusal(self, kind: str) -> str:
        if kind in self.known:
            why = self.known[kind].why
            text = f"this run has nothing for such a figure ({kind}){': ' if why else ''}{why.rstrip('.')}"
            return f"{self.directory}: {text}. It has {', '.join(self.kinds)}."
        guess = nearest(kind, self.kinds)
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(self.kinds)}."
        return f"{self.directory}: no such figure ({kind}). {right}"


def show(directory: Path, choice: Choice | None = None, kind: str | None = None) -> Shown:
    """Read a run, or the chosen part of it.

    Parameters
    ----------
    directory : Path
    choice : Choice, optional
    kind : str, optional
        Figure that is going to be drawn: an episode can be chosen for figures of one moment only.

    Raises
    ------
    AstrosimError
        If the directory is no run, or a part that was chosen is not there.
    StoreError
        If no replicate is finished.
    """
    choice = choice or Choice()
    found = summary.read(directory)
    if not found.rows:
        raise StoreError(
            f"{directory}: no replicate is finished yet. `astrosim run {directory} --resume` goes on with it."
        )
    rows = chosen_rows(found, choice)
    if found.scenario.sweep.axes and kind in sweep.KINDS:  # of these, all settings are shown
        return _with_sweep(Shown(directory, None, {}, {}), replace(found, rows=rows), choice)
    shown_summary = few(replace(found, rows=rows))
    rows = shown_summary.rows
    dataset = open_replicates(directory).sel(
        condition=list(dict.fromkeys(row["condition"] for row in rows)), seed=sorted({row["seed"] for row in rows})
    )
    shown: Shown = find_system(found.scenario.family).part("figures")(shown_summary, dataset, choice, kind)
    if not found.scenario.sweep.axes:
        return shown
    words = few_words(found, shown_summary)
    told = {name: _saying(one, words) for name, one in shown.kinds.items()}
    return _with_sweep(replace(shown, kinds=told), found, choice)


def _saying(kind: Kind[Any], words: str) -> Kind[Any]:
    """A kind of figures whose captions end with some words."""

    def draw(material: Any) -> Drawn:
        drawn = kind.draw(material)
        return drawn._replace(caption=f"{drawn.caption} {words}".rstrip())

    return kind._replace(draw=draw)


def _with_sweep(shown: Shown, found: RunSummary[Any], choice: Choice) -> Shown:
    """The figures of a sweep before those of its system."""
    results = results_of(found, choice.measure)
    known = {name: _of(one, results) for name, one in sweep.KINDS.items()}
    here = {name: known[name] for name, one in sweep.KINDS.items() if one.has(results)}
    return replace(shown, kinds={**here, **shown.kinds}, known={**known, **shown.known})


def _of(kind: Kind[Any], results: Any) -> Kind[Any]:
    """A kind of figures that shows some results, whatever else a run has."""
    return kind._replace(draw=lambda material: kind.draw(results), has=lambda material: kind.has(results))


def chosen_rows(found: RunSummary[Any], choice: Choice) -> list[dict[str, Any]]:
    """Return rows of the chosen conditions and seeds.

    Raises
    ------
    ScenarioError
        If the scenario has no such condition.
    StoreError
        If no replicate of the chosen conditions is finished.
    AstrosimError
        If a chosen seed is not there.
    """
    known = condition_names(found.scenario)
    wrong = [name for name in choice.conditions or () if name not in known]
    if wrong:
        raise ScenarioError([f"--condition: {unknown_condition(name, known)}" for name in wrong])
    rows = [row for row in found.rows if choice.conditions is None or row["condition"] in choice.conditions]
    if not rows:
        raise StoreError(f"{found.directory}: no replicate of {', '.join(choice.conditions or ())} is finished yet.")
    seeds = sorted({row["seed"] for row in rows})
    missing = [seed for seed in choice.seeds or () if seed not in seeds]
    if missing:
        raise AstrosimError(f"--seed: no such finished seed ({missing[0]}). Write one of {_some(seeds)}.")
    return [row for row in rows if choice.seeds is None or row["seed"] in choice.seeds]


def _some(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:LISTED])) + (", ..." if len(values) > LISTED else "")
