"""Figures of a stored simulation: the kinds that it has something for."""

from __future__ import annotations

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.spiking.show.pictures import KINDS, material_of
from astrosim.systems.spiking.show.summary import SpikingSummary


def figures(found: SpikingSummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: records are over time.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: records are over time, not by episodes ({choice.episode}). Leave it out.")
    material = material_of(found, dataset)
    kinds = {name: one for name, one in KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, KINDS)
