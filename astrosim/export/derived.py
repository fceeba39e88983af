"""A run's dataset as it is exported: with what the system works out of it, and with the meanings of codes (CF)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray

from astrosim.contracts.system import System
from astrosim.export.replicates import REPLICATE
from astrosim.scenario import Experiment
from astrosim.store.variables import Variable

Flags = Mapping[str, Mapping[int, str]]
"""Words by code, by variable."""


class Exported(NamedTuple):
    """A run as it is exported.

    Attributes
    ----------
    dataset : Dataset
        Of `open_run`, with the derived variables, `flag_values` and `flag_meanings`.
    variables : tuple of Variable
        Those of the system, then the derived ones.
    flags : mapping
        Words by code, of variables all of whose values are codes.
    """

    dataset: xarray.Dataset
    variables: tuple[Variable, ...]
    flags: Flags


def exported(directory: Path, dataset: xarray.Dataset, scenario: Experiment, system: System) -> Exported:
    """Return what is exported of a run.

    Parameters
    ----------
    directory : Path
    dataset : Dataset
        Of `open_run`.
    scenario : Experiment
        Of the run.
    system : System
        Its parts ``derived`` and ``flags`` are optional.
    """
    own = tuple(system.part("variables"))
    found: Sequence[tuple[Variable, np.ndarray]] = (
        system.part("derived")(directory, scenario, dataset) if system.has("derived") else ()
    )
    flags: Flags = system.part("flags") if system.has("flags") else {}
    whole = dataset.assign({variable.name: _array(variable, values) for variable, values in found})
    for name, meanings in flags.items():
        if name in whole:
            whole[name].attrs.update(flag_attributes(meanings, whole[name].dtype))
    return Exported(whole, (*own, *(variable for variable, _ in found)), flags)


def _array(variable: Variable, values: np.ndarray) -> tuple[Any, ...]:
    values = values.astype(variable.dtype)
    return (*REPLICATE, *variable.dims), values, {"units": variable.unit, "long_name": variable.long_name}


def flag_attributes(meanings: Mapping[int, str], dtype: np.dtype) -> dict[str, Any]:
    """Return the attributes of CF that say what codes mean: `flag_values`, `flag_meanings`."""
    return {"flag_values": np.array(list(meanings), dtype), "flag_meanings": " ".join(meanings.values())}
