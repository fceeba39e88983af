"""Sensitivity of a result to swept parameters, through SALib (Herman & Usher 2017): shares of a variance, 1.

Points arranged as Saltelli et al. (2010) do give Sobol indices of first and total order. A Latin hypercube gives those
of first order, by RBD-FAST (Tarantola et al. 2006, its bias corrected as Tissot & Prieur 2012 do).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from astrosim.statistics.inference import CONFIDENCE, RANDOM_SEED

RESAMPLES = 1000  # of the bootstrap intervals; assumed: their ends move by a hundredth of their width
HARMONICS = 4  # of RBD-FAST; assumed: responses are smooth
LEAST_POINTS = (
    40  # settings; assumed: half of them, as its intervals are resampled, are some times the harmonics' eight
)


@dataclass(frozen=True)
class Index:
    """A sensitivity index of each parameter.

    Attributes
    ----------
    name : str
    values, half_widths : ndarray of float64, shape (parameter,)
        Bootstrap intervals are values plus or minus their half-widths.
    """

    name: str
    values: np.ndarray
    half_widths: np.ndarray


def sobol_indices(values: np.ndarray, names: Sequence[str]) -> tuple[Index, ...]:
    """Return Sobol indices of first and of total order.

    Parameters
    ----------
    values : ndarray of float64, shape (setting,)
        Results of settings arranged for them: see `astrosim.scenario.sweep.designs.draw_points`.
    names : sequence of str
        Of the parameters.
    """
    found = _analysis("sobol")(
        _problem(names),
        values,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=RANDOM_SEED,
    )
    return (
        Index("first order", np.asarray(found["S1"]), np.asarray(found["S1_conf"])),
        Index("total order", np.asarray(found["ST"]), np.asarray(found["ST_conf"])),
    )


def first_order_indices(points: np.ndarray, values: np.ndarray, names: Sequence[str]) -> tuple[Index, ...]:
    """Return the first-order index of each parameter, from points that are spread evenly along each axis.

    Parameters
    ----------
    points : ndarray of float64, shape (setting, parameter)
        Between 0 and 1.
    values : ndarray of float64, shape (setting,)
    names : sequence of str
        Of the parameters.
    """
    found = _analysis("rbd_fast")(
        _problem(names),
        points,
        values,
        M=HARMONICS,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=RANDOM_SEED,
    )
    return (Index("first order", np.asarray(found["S1"]), np.asarray(found["S1_conf"])),)


def _analysis(method: str) -> Any:
    """The function of SALib that carries out a method."""
    return import_module(f"SALib.analyze.{method}").analyze  # late, as it is an extra


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
