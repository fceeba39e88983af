"""Curves over seeds: labelled means with their bands. Units are those of the values."""

from __future__ import annotations

import numpy as np
import xarray as xr

from astrosim.statistics.inference import CONFIDENCE, mean_band


def seed_band(
    values: xr.DataArray, confidence: float = CONFIDENCE, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> xr.Dataset:
    """Return the mean over seeds at each point, with the ends of its pointwise interval; see `mean_band`.

    Parameters
    ----------
    values : xarray.DataArray of float
        With a dimension ``seed``, and any others, as variables of `open_run` have them.
    confidence : float
        Of the band at each point; between 0 and 1.
    bounds : tuple of float
        Least and largest possible value, such as 0 and 1 of a fraction; the band ends there.

    Returns
    -------
    xarray.Dataset
        Variables ``mean``, ``low`` and ``high`` over the other dimensions, with their coordinates and the attributes
        of the values.

    Raises
    ------
    ValueError
        If the values have no dimension ``seed``.
    """
    if "seed" not in values.dims:
        raise ValueError(f"no dimension seed (dimensions are {', '.join(map(str, values.dims)) or 'none'})")
    rest = values.isel(seed=0, drop=True)
    flat = values.transpose("seed", ...).values.reshape(values.sizes["seed"], -1).astype(float)
    band = mean_band(flat, confidence, bounds)
    names = ("mean", "low", "high")
    return xr.Dataset({name: rest.copy(data=one.reshape(rest.shape)) for name, one in zip(names, band, strict=True)})
