"""Figures of a stored run on a black box: the kinds that it has something for."""

from __future__ import annotations

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.blackbox.show.pictures import KINDS, material_of
from astrosim.systems.blackbox.show.summary import BlackboxSummary


def figures(found: BlackboxSummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: records are by steps.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: records are by steps, not by episodes ({choice.episode}). Leave it out.")
    material = material_of(found, dataset)
    kinds = {name: one for name, one in KINDS.items() if one.has(material)}
    return Shown(found.directory, material, kinds, KINDS)
