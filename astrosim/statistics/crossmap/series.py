"""Series of a stored run, to be cross-mapped (units as stored, one value per record)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from xarray import Dataset


def run_series(dataset: Dataset, name: str, *, difference: bool = False, **where: object) -> np.ndarray:
    """Return one series of a run: a variable of `astrosim.open_run` at one replicate and one place, along the only axis
    left.

    Parameters
    ----------
    dataset : Dataset
    name : str
        A variable, e.g. ``mean_soft_reward`` or ``threshold``.
    difference : bool
        Give the changes from record to record: a trend that both share is no coupling.
    **where
        Labels of the other dimensions, e.g. ``condition="maturity", seed=1, astrocyte=3``. A dimension that the
        variable does not have is ignored, so that two variables can share them.

    Returns
    -------
    ndarray of float64, shape (record,)
        Up to the last record that has a value.

    Raises
    ------
    ValueError
        If there is no such variable or label, or not exactly one dimension is left; the text names what there is.
    """
    if name not in dataset:
        raise ValueError(f"no variable {name!r}. Give one of {', '.join(map(str, dataset.data_vars))}.")
    variable = dataset[name]
    for dimension, label in where.items():
        if dimension in variable.dims:
            if label not in variable[dimension].values:
                raise ValueError(f"no {dimension} {label!r}. Give one of {variable[dimension].values.tolist()}.")
            variable = variable.sel({dimension: label})
    if variable.ndim != 1:
        sizes = ", ".join(f"{dimension} ({size})" for dimension, size in variable.sizes.items())
        raise ValueError(f"{name} has the dimensions {sizes or '(none)'} left. Choose labels until one is left.")
    values = variable.values.astype(float)
    known = np.flatnonzero(np.isfinite(values))
    values = values[: known[-1] + 1 if len(known) else 0]
    return np.diff(values) if difference else values
