"""What all sections of a scenario share: fields with unit and source, and how a section says what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from astrosim.scenario.inputs import ComplaintError, Located

PATTERN_LIMIT = 65_535  # patterns of a task: the log of trials holds 16 bits of each


Condition = Callable[[Any], bool]
"""Whether a resolved scenario reads something."""


def quantity(
    default: Any, doc: str, unit: str = "1", source: str = "", *, read_if: Condition | None = None, **limits: Any
) -> Any:
    """Return a field with its default, meaning, unit and source.

    Parameters
    ----------
    default : Any
    doc, unit, source : str
    read_if : callable, optional
        Whether a resolved scenario that reads the section reads the field; always if left out.
    limits : keyword arguments
        Those of pydantic: ge, gt, le, lt ...
    """
    extra: dict[str, Any] = {"unit": unit, "source": source or "assumed: convention of this package"}
    return Field(default=default, description=doc, json_schema_extra=extra | {"read_if": read_if}, **limits)


def table(
    section: type[Section],
    *,
    read_if: Condition | None = None,
    fields: Callable[[Any], Collection[str]] | None = None,
    owner: str = "",
    in_full: bool = False,
) -> Any:
    """Return a section of a scenario, and who reads it; see `astrosim.scenario.relevance`.

    Parameters
    ----------
    section : Section type
    read_if : callable, optional
        Whether a resolved scenario reads any field of it; always if left out.
    fields : callable, optional
        Names of the fields that a resolved scenario reads; all if left out.
    owner : str
        Who alone has such a section: writing it where another learns is an error. Empty: no error.
    in_full : bool
        Whether its fields have no short names.
    """
    extra: dict[str, Any] = {"read_if": read_if, "fields": fields, "owner": owner, "in_full": in_full}
    return Field(default_factory=section, json_schema_extra=extra)


class Section(BaseModel):
    """Base of all sections: immutable, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def real(value: Any) -> Any:
    """Take a whole number for a real one: nobody writes sigma = 1.0 who means 1."""
    if type(value) is not int:
        return value
    return float(value) if abs(value) < 2**1000 else math.inf


def as_tuple(value: Any) -> Any:
    """Return a list as a tuple: TOML knows lists only, frozen sections hold tuples."""
    return tuple(value) if isinstance(value, list) else value


def short(value: Any) -> str:
    """Return the value as text of at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def complain(problems: Sequence[str | Located]) -> None:
    """Raise ComplaintError with all problems, if there are any."""
    if problems:
        raise ComplaintError(problems)


Real = Annotated[float, BeforeValidator(real)]
