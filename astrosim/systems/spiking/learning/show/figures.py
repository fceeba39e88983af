"""Figures of a stored run of learning over spiking windows: the kinds that it has something for."""

from __future__ import annotations

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.spiking.learning.show.pictures import KINDS, material_of
from astrosim.systems.spiking.learning.show.summary import WindowSummary


def figures(found: WindowSummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: records are over trials.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: records are over trials, not by episodes ({choice.episode}). Leave it out.")
    material = material_of(found, dataset)
    kinds = {name: one for name, one in KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, KINDS)
