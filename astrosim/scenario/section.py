"""What all sections of a scenario share: fields with unit and source, and how a section says what is wrong."""

from __future__ import annotations

import contextlib
import decimal
import math
import numbers
import os
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from astrosim.contracts.loading import find
from astrosim.core.errors import ScenarioError
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
    in_full: bool | Literal["always"] = False,
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
    in_full : bool or "always"
        Whether its fields have no short names; always: nor are they meant by the short name of another field.
    """
    extra: dict[str, Any] = {"read_if": read_if, "fields": fields, "owner": owner, "in_full": in_full}
    return Field(default_factory=section, json_schema_extra=extra)


class Section(BaseModel):
    """Base of all sections: immutable, and closed to unknown keys.

    Fields take numbers of any kind (of NumPy, too), any iterable for a list, and any path-like for a text.

    Raises
    ------
    ScenarioError
        If a field is unknown or wrong, and where a field is to be changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def __init__(self, /, **fields: Any) -> None:
        with _refusals(type(self), fields):
            super().__init__(**fields)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # validators need not call it

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Build from nested tables.

        Raises
        ------
        ScenarioError
            See `Section`.
        """
        with _refusals(cls, obj):
            return super().model_validate(obj, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Build from JSON; see `model_validate`."""
        with _refusals(cls, {}):
            return super().model_validate_json(json_data, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse: a section is immutable."""
        _stays(name)

    def __delattr__(self, name: str) -> None:
        """Refuse: a section is immutable."""
        _stays(name)

    @model_validator(mode="before")
    @classmethod
    def _plain_values(cls, data: Any) -> Any:
        """Numbers and paths of other packages as TOML has them."""
        if not isinstance(data, Mapping):
            return data
        whole, nested = whole_fields(cls), nested_fields(cls)  # nested sections see to their own values
        made = {name: value if name in nested else plain(value) for name, value in data.items()}
        return {name: _whole(value) if name in whole else value for name, value in made.items()}


def validated[S: Section](model: type[S], data: Any, context: Any = None) -> S:
    """Return a section, built from nested tables.

    Raises
    ------
    pydantic.ValidationError
        With all that is wrong, for `astrosim.scenario.problems` to tell.
    """
    section: S = model.__pydantic_validator__.validate_python(data, context=context)
    return section


@contextlib.contextmanager
def _refusals(model: type[Section], data: Any) -> Iterator[None]:
    """Turn the validator's error into this package's."""
    try:
        yield
    except ValidationError as error:
        tables = plain(data) if isinstance(data, Mapping) else {}
        raise find("astrosim.scenario.problems:refusal", "Scenarios need")(error, tables, model) from None


def _stays(name: str) -> NoReturn:
    right = "Build another one: scenario.changed({'schedule.episodes': 100})."
    raise ScenarioError([f"{name}: a scenario stays as it is. {right}"])


@cache
def whole_fields(section: type[Section]) -> frozenset[str]:
    """Return the fields that hold whole numbers and nothing else."""
    return frozenset(name for name, info in section.model_fields.items() if _leaves(info.annotation) == {int})


@cache
def nested_fields(section: type[Section]) -> frozenset[str]:
    """Return the fields that are sections themselves."""
    found = {name: info.annotation for name, info in section.model_fields.items()}
    return frozenset(name for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, Section))


def _leaves(annotation: Any) -> set[Any]:
    """Types of the values that a field holds, at any depth."""
    if typing.get_origin(annotation) is Annotated:
        return _leaves(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is typing.Literal:
        return {typing.Literal}
    parts = typing.get_args(annotation)
    return set().union(*map(_leaves, parts)) if parts else {annotation} - {Ellipsis, type(None)}


PLAIN = frozenset({str, bool, int, float, type(None)})


def plain(value: Any) -> Any:
    """Return a value as TOML has it: Python's own numbers, lists and texts, at any depth."""
    if type(value) in PLAIN or isinstance(value, str | bool | int | float | BaseModel):
        return float(value) if isinstance(value, float) else value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # arrays and scalars of NumPy, pandas, PyTorch
        return plain(value.tolist())
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real | decimal.Decimal):
        return float(value)
    return _plain_collection(value)


def _plain_collection(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    return list(map(plain, value)) if isinstance(value, Iterable) and not isinstance(value, bytes) else value


def _whole(value: Any) -> Any:
    """Take real numbers without a fraction for whole ones, such as 1e3."""
    if isinstance(value, list | tuple):
        return type(value)(map(_whole, value))
    return int(value) if type(value) is float and value.is_integer() else value


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
