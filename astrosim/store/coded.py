"""Variables whose values are codes: the store says what they mean, in the attributes of the CF conventions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.store.variables import Variable

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Coded(Variable):
    """Variable of codes.

    Attributes
    ----------
    meanings : tuple of (int, str)
        Codes and their words, each one word.
    """

    meanings: tuple[tuple[int, str], ...] = ()


def attributes_of(variable: Variable) -> dict[str, Any]:
    """Return the attributes of a variable in the store: units, long_name, and of codes flag_values, flag_meanings."""
    found: dict[str, Any] = {"units": variable.unit, "long_name": variable.long_name}
    if isinstance(variable, Coded):
        codes, words = zip(*variable.meanings, strict=True)
        found |= {"flag_values": list(codes), "flag_meanings": " ".join(words)}
    return found


def typed_flags(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return a dataset whose `flag_values` are of the type of their variables, as the conventions have it."""
    for variable in dataset.variables.values():
        if "flag_values" in variable.attrs:
            variable.attrs["flag_values"] = np.array(variable.attrs["flag_values"], variable.dtype)
    return dataset
