"""One figure of a stored run: which kinds there are, and drawing one of chosen conditions, seeds and moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xarray import Dataset

from astrosim import summary
from astrosim.contracts.registry import find
from astrosim.core.errors import AstrosimError, ScenarioError, StoreError
from astrosim.report import tables
from astrosim.report.drawing import Drawn, Kind
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.load import unknown_condition
from astrosim.scenario.problems import nearest
from astrosim.store import open_run
from astrosim.summary import Summary
from astrosim.systems.images.show import report
from astrosim.systems.images.show.summary import FieldSummary
from astrosim.systems.threshold.figures.events import before
from astrosim.systems.threshold.show import pictures
from astrosim.systems.threshold.show.pictures import Material
from astrosim.systems.waves.show import pictures as wave_pictures
from astrosim.systems.waves.show import tables as wave_tables
from astrosim.systems.waves.show.pictures import WaveMaterial
from astrosim.systems.waves.show.summary import WaveSummary

FRONTS = "astrosim.systems.waves.figures.fronts:front_map"
LISTED = 12  # seeds or episodes that an error lists


@dataclass(frozen=True)
class Choice:
    """What of a run is to be shown; None: all of it.

    Attributes
    ----------
    conditions : sequence of str or None
    seeds : sequence of int or None
    episode : int or None
        A recorded episode that figures of one moment show; None: the last.
    data : Path or None
        Where data sets lie.
    """

    conditions: Sequence[str] | None = None
    seeds: Sequence[int] | None = None
    episode: int | None = None
    data: Path | None = None


@dataclass(frozen=True)
class Shown:
    """A run's material, and the kinds of figures that it has something for.

    Attributes
    ----------
    directory : Path
    material : Material or WaveMaterial
    kinds : dict of str to Kind
        In order.
    known : tuple of str
        Kinds that other runs of this sort have something for, too.
    """

    directory: Path
    material: Any
    kinds: Mapping[str, Kind[Any]]
    known: tuple[str, ...]

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
            return f"{self.directory}: this run has nothing for such a figure ({kind}). It has {', '.join(self.kinds)}."
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
        What is going to be drawn: an episode can be chosen for figures of one moment only.

    Raises
    ------
    AstrosimError
        If the directory is no run, no cell is finished, or what was chosen is not there.
    """
    choice = choice or Choice()
    found = summary.read(directory)
    if not found.rows:
        raise StoreError(f"{directory}: no cell is finished yet. `astrosim run {directory} --resume` goes on with it.")
    rows = chosen_rows(found, choice)
    dataset = open_run(directory).sel(
        condition=list(dict.fromkeys(row["condition"] for row in rows)), seed=sorted({row["seed"] for row in rows})
    )
    if isinstance(found, WaveSummary):
        return _shown_waves(replace(found, rows=rows), dataset, choice)
    if isinstance(found, FieldSummary):
        return _shown_fields(replace(found, rows=rows), dataset, choice)
    return _shown_astrocytes(replace(found, rows=rows), dataset, choice, kind)


def chosen_rows(found: Summary | WaveSummary | FieldSummary, choice: Choice) -> list[dict[str, Any]]:
    """Rows of the chosen conditions and seeds.

    Raises
    ------
    AstrosimError
        If a condition or a finished seed is not there.
    """
    known = condition_names(found.scenario)
    wrong = [name for name in choice.conditions or () if name not in known]
    if wrong:
        raise ScenarioError([f"--condition: {unknown_condition(name, known)}" for name in wrong])
    rows = [row for row in found.rows if choice.conditions is None or row["condition"] in choice.conditions]
    if not rows:
        raise StoreError(f"{found.directory}: no cell of {', '.join(choice.conditions or ())} is finished yet.")
    seeds = sorted({row["seed"] for row in rows})
    missing = [seed for seed in choice.seeds or () if seed not in seeds]
    if missing:
        raise AstrosimError(f"--seed: no such finished seed ({missing[0]}). Write one of {_some(seeds)}.")
    return [row for row in rows if choice.seeds is None or row["seed"] in choice.seeds]


def _some(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:LISTED])) + (", ..." if len(values) > LISTED else "")


def _shown_astrocytes(found: Summary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    resolved = {name: resolve(found.scenario, name) for name in map(str, dataset["condition"].values)}
    if choice.episode is not None:
        _check_episode(dataset, choice.episode, kind)
        dataset = dataset.sel(episode=slice(None, choice.episode), weight_episode=slice(None, choice.episode))
    material = Material.of(dataset, found, resolved, tables.condition_rows(found))
    if choice.episode is not None:
        material = replace(material, events=before(material.events, choice.episode), episode=choice.episode)
    kinds = {name: one for name, one in pictures.KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, tuple(pictures.KINDS))


def _check_episode(dataset: Dataset, episode: int, kind: str | None) -> None:
    recorded = dataset["episode"].values.tolist()
    moments = [name for name, one in pictures.KINDS.items() if one.moment]
    if kind not in moments:
        raise AstrosimError(f"--episode: no figure of one moment ({kind}). It goes with {' and '.join(moments)}.")
    if episode not in recorded:
        near = min(recorded, key=lambda one: abs(one - episode))
        raise AstrosimError(f"--episode: not recorded ({episode}). The nearest one that is recorded is {near}.")


def _shown_waves(found: WaveSummary, dataset: Dataset, choice: Choice) -> Shown:
    if choice.episode is not None:
        raise AstrosimError(f"--episode: waves have epochs, not episodes ({choice.episode}). Leave it out.")
    dataset = dataset.assign({name: dataset[name].load() for name in wave_pictures.LOADED})
    material = WaveMaterial(found, dataset, wave_tables.comparison_pairs(found.resolved, found.conditions))
    every = wave_pictures.KINDS | {
        "front": Kind(
            "calcium of every cell, layer by layer, as waves pass through trained networks",
            partial(_front, choice.data),
            lambda one: bool(wave_pictures.waves(one)) and one.dataset.sizes.get("parameter", 0) > 0,
        )
    }
    kinds = {name: one for name, one in every.items() if one.has(material)}
    return Shown(found.directory, material, kinds, tuple(every))


def _shown_fields(found: FieldSummary, dataset: Dataset, choice: Choice) -> Shown:
    if choice.episode is not None:
        raise AstrosimError(f"--episode: fields have records, not episodes ({choice.episode}). Leave it out.")
    material = report.material_of(found, dataset)
    kinds = {name: one for name, one in report.KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, tuple(report.KINDS))


def _front(data: Path | None, material: WaveMaterial) -> Drawn:
    """Drawn by the leaf that knows how waves pass, which nothing imports."""
    cells = [(name, int(material.summary.of(name)[0]["seed"])) for name in wave_pictures.waves(material)]
    figure = find(FRONTS, "This figure needs")(material.summary.directory, cells, data)
    return Drawn(
        "Wave fronts",
        figure,
        "Calcium of every cell as a wave passes from the inputs (layer 0) to the outputs, for the first test inputs; "
        "above each, the input and the network's answer. Grey: no cell. Colours end at the same value in a row.",
    )
