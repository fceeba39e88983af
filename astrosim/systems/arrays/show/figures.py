"""Figures of a stored run of image networks: the kinds that it has something for."""

from __future__ import annotations

from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.figure_of_run import Choice, Shown
from astrosim.systems.arrays.show import report
from astrosim.systems.arrays.show.summary import ArraySummary


def figures(found: ArraySummary, dataset: Dataset, choice: Choice, kind: str | None) -> Shown:
    """Return the material of a run, and its kinds of figures; see `astrosim.report.figure_of_run.show`.

    Raises
    ------
    AstrosimError
        If an episode is chosen: receptive fields have records.
    """
    if choice.episode is not None:
        raise AstrosimError(f"--episode: fields have records, not episodes ({choice.episode}). Leave it out.")
    material = report.material_of(found, dataset)
    every = report.kinds_of(found)
    kinds = {name: one for name, one in every.items() if one.has(material)}
    return Shown(found.directory, material, kinds, every)
