"""What all sections of a scenario share: fields with unit and source, and how a section says what is wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from astrosim.scenario.inputs import ComplaintError, Located

PATTERN_LIMIT = 65_535  # patterns of a task: the log of trials holds 16 bits of each


def quantity(default: Any, doc: str, unit: str = "1", source: str = "", **limits: Any) -> Any:
    """A field with its default, meaning, unit and source; `limits` are pydantic's (ge, gt, le, lt ...)."""
    extra: dict[str, Any] = {"unit": unit, "source": source or "assumed: convention of this package"}
    return Field(default=default, description=doc, json_schema_extra=extra, **limits)


class Section(BaseModel):
    """Base of all sections: immutable, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def real(value: Any) -> Any:
    """Take a whole number for a real one: nobody writes sigma = 1.0 who means 1."""
    if type(value) is not int:
        return value
    return float(value) if abs(value) < 2**1000 else math.inf


def as_tuple(value: Any) -> Any:
    """TOML knows lists only; frozen sections hold tuples."""
    return tuple(value) if isinstance(value, list) else value


def short(value: Any) -> str:
    """The value as text of at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def complain(problems: Sequence[str | Located]) -> None:
    """Raise what is wrong, if anything is."""
    if problems:
        raise ComplaintError(problems)


Real = Annotated[float, BeforeValidator(real)]
