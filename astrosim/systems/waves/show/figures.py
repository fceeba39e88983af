"""Figures of a stored run of calcium-wave networks: the kinds that it has something for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.drawing import Drawn, Kind
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.waves.show import pictures, tables
from astrosim.systems.waves.show.pictures import WaveMaterial
from astrosim.systems.waves.show.summary import WaveSummary


def figures(found: WaveSummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: waves have epochs.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: waves have epochs, not episodes ({choice.episode}). Leave it out.")
    dataset = dataset.assign({name: dataset[name].load() for name in pictures.LOADED})
    material = WaveMaterial(found, dataset, tables.comparison_pairs(found.resolved, found.conditions))
    every = pictures.KINDS | {
        "front": Kind(
            "calcium of every cell, layer by layer, as waves pass through trained networks",
            partial(_front, choice.data),
            lambda one: bool(_kept(one)),
            why="no weights of a wave network were kept, or its front is an autoencoder, which no run keeps",
        )
    }
    kinds = {name: one for name, one in every.items() if one.has(material)}
    return Shown(found.directory, material, kinds, every)


def _kept(material: WaveMaterial) -> list[str]:
    """Conditions whose waves can be shown: their weights are kept, and their front can be rebuilt."""
    if not material.dataset.sizes.get("parameter", 0):
        return []
    resolved = material.summary.resolved
    return [name for name in pictures.waves(material) if resolved[name].front.rule not in ("vae", "covae")]


def _front(data: Path | None, material: WaveMaterial) -> Drawn:
    """Draw waves that pass through trained networks."""
    from astrosim.systems.waves.figures.fronts import front_map  # loads the kernels

    replicates = [(name, int(material.summary.of(name)[0]["seed"])) for name in _kept(material)]
    figure = front_map(material.summary.directory, replicates, data)
    return Drawn(
        "Wave fronts",
        figure,
        "Calcium of every cell as a wave passes from the inputs (layer 0) to the outputs, for the first test inputs; "
        "above each, the input and the network's answer. Grey: no cell. Colours end at the same value in a row.",
    )
