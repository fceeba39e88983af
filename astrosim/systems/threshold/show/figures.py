"""Figures of a stored run of threshold networks: the kinds that it has something for."""

from __future__ import annotations

from dataclasses import replace

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.scenario import resolve
from astrosim.systems.threshold.figures.events import before
from astrosim.systems.threshold.show import pictures, tables
from astrosim.systems.threshold.show.pictures import Material
from astrosim.systems.threshold.show.summary import Summary


def figures(found: Summary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`."""
    resolved = {name: resolve(found.scenario, name) for name in map(str, dataset["condition"].values)}
    if choice.episode is not None:
        _check_episode(dataset, choice.episode, kind)
        dataset = dataset.sel(episode=slice(None, choice.episode), weight_episode=slice(None, choice.episode))
    material = Material.of(dataset, found, resolved, tables.condition_rows(found))
    if choice.episode is not None:
        material = replace(material, events=before(material.events, choice.episode), episode=choice.episode)
    kinds = {name: one for name, one in pictures.KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, pictures.KINDS)


def _check_episode(dataset: Dataset, episode: int, kind: str | None) -> None:
    recorded = dataset["episode"].values.tolist()
    moments = [name for name, one in pictures.KINDS.items() if one.moment]
    if kind not in moments:
        raise AstrosimError(f"--episode: no figure of one moment ({kind}). It goes with {' and '.join(moments)}.")
    if episode not in recorded:
        near = min(recorded, key=lambda one: abs(one - episode))
        raise AstrosimError(f"--episode: not recorded ({episode}). The nearest one that is recorded is {near}.")
