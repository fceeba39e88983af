"""Figures of a stored run of images and spiking units: those of all networks on images."""

from __future__ import annotations

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.arrays.show.report import KINDS, material_of
from astrosim.systems.spiking.images.show.summary import ImageSummary


def figures(found: ImageSummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: records are over trials.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: records are over trials, not by episodes ({choice.episode}). Leave it out.")
    material = material_of(found, dataset)
    return Shown(found.directory, material, {name: one for name, one in KINDS.items() if one.has(material)}, KINDS)
