"""What scenarios of every kind share: names, source, seeds and conditions, and the checks of these."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from astrosim.contracts.loading import find
from astrosim.scenario.inputs import with_files
from astrosim.scenario.section import Section, as_tuple, complain, quantity, table
from astrosim.scenario.sweep.section import Sweep

SEED_LIMIT = 2**53  # the published generator keeps its state in a double (spec, section 5)
VERSION = 1  # of the file format
SHARED_FIELDS = ("version", "kind", "name", "title", "source", "seeds", "conditions", "sweep", "reference")
"""Fields that a condition cannot override: they belong to the experiment as a whole."""
MISSING = ("NA", "NULL", "NaN", "None", "nan", "null")
"""Names of conditions that pandas or R take from a table as missing."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
own_code_runs = ContextVar("own_code_runs", default=True)
"""Whether validation runs the user's own Python code; listings do without."""
WRITTEN = "written"
"""Key of a validator's context: the tables that a condition, or a caller, has written over others."""
PUBLISHED_SEEDS = (42, 137, 271, 314, 500, 618, 777, 888, 999, 1234)  # spec, section 1


def _seeds(value: Any) -> Any:
    """A list of seeds, or the text first:count."""
    if not isinstance(value, str):
        return as_tuple(value)
    match = re.fullmatch(r"([0-9]{1,16}):([0-9]{1,6})", value)
    if not match or int(match[2]) < 1 or int(match[1]) + int(match[2]) > SEED_LIMIT:
        raise ValueError(f"no range of seeds ({value!r}). Write first:count, such as '1000:200', or a list of seeds.")
    return tuple(range(int(match[1]), int(match[1]) + int(match[2])))


Seed = Annotated[int, Field(ge=0, lt=SEED_LIMIT)]
Name = Annotated[str, Field(pattern=NAME)]


class Experiment(Section):
    """Conditions x seeds, each pair a replicate that runs on its own.

    `conditions` holds overrides as nested tables, e.g. ``{"baseline": {"sensing": {"rule": "firing"}}}``; see
    `astrosim.scenario.resolve`. A subclass is one kind of scenario: it names its `kind`, declares `reference`, the
    published figures by condition, and overrides what differs below.

    Attributes
    ----------
    file_fields : tuple of (str, str)
        Section and field of each file that a scenario may name.
    module_fields : tuple of (str, str, str)
        Section and field that names ``module:Class``, and the field that takes the module's file.
    tables : mapping of str to Section type
        Entries of lists of tables, by dotted path, such as ``interventions``.
    work_sections : tuple of str
        Sections that `work` is computed from; empty: any.
    """

    file_fields: ClassVar[tuple[tuple[str, str], ...]] = ()
    module_fields: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    tables: ClassVar[Mapping[str, type[Section]]] = {}
    work_sections: ClassVar[tuple[str, ...]] = ()

    version: Literal[1] = quantity(VERSION, "version of this file format", "")
    kind: str = quantity("", "which family of systems")
    name: str = quantity("unnamed", "short name: names the run directory", "", pattern=NAME)
    title: str = quantity("", "one line for the report", "", max_length=500)
    source: str = quantity("", "where the experiment comes from", "", max_length=2000)
    seeds: Annotated[tuple[Seed, ...], BeforeValidator(_seeds)] = quantity(
        PUBLISHED_SEEDS, "a list, or 'first:count'", "", "program", min_length=1, max_length=999_999
    )
    conditions: dict[Name, dict[str, Any]] = Field(default_factory=dict, description="named overrides of any field")
    sweep: Sweep = table(Sweep, read_if=lambda scenario: bool(scenario.sweep.axes), in_full="always")

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], overrides: Sequence[str] = (), conditions: Sequence[str] | None = None
    ) -> Any:
        """Read a scenario file, of whatever kind it is; see `astrosim.scenario.load_scenario`."""
        return find("astrosim.scenario.load:load_scenario", "Scenario files need")(path, overrides, conditions)

    @classmethod
    def follow(cls, data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
        """Return merged tables in which defaults follow the choices that set them.

        Parameters
        ----------
        data : dict
            `base` with `override` merged in.
        base, override : mapping
            Tables of a scenario, and those of a condition.
        """
        return data

    @property
    def family(self) -> str:
        """Name in the registry of the system that generic tools ask."""
        return self.kind

    @property
    def own_code(self) -> str:
        """Code of others that a resolved scenario's task executes: name, file and checksum; empty for none."""
        return ""

    @property
    def system_name(self) -> str:
        """Name of the resolved scenario's system in the registry."""
        return self.family

    @property
    def work(self) -> int:
        """Units of work of one replicate of a resolved scenario: trials or updates."""
        raise NotImplementedError

    @classmethod
    def engine_names(cls) -> tuple[str, ...]:
        """Return the names that the option `--engine` takes."""
        return get_args(cls.model_fields["engine"].annotation) if "engine" in cls.model_fields else ()

    def engine_problem(self, engine: str, condition: str) -> str:
        """Say why an engine cannot run this resolved scenario; empty if it can."""
        return ""

    def changed(self, values: Mapping[str, Any]) -> Self:
        """Return the scenario with other values of some fields; see `astrosim.scenario.choose.changed`."""
        other: Self = find("astrosim.scenario.choose:changed", "Scenarios need")(self, values)
        return other

    def trimmed(self) -> Self:
        """Return the scenario without the sections that none of its conditions reads."""
        return self

    def written(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the tables that a file of this scenario holds, from all its fields."""
        return data

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) != len(value):
            seen: set[int] = set()
            twice = next(s for s in value if s in seen or seen.add(s))  # type: ignore[func-returns-value]
            raise ValueError(f"a seed is listed twice ({twice}). Name each seed once.")
        return value

    @field_validator("conditions")
    @classmethod
    def _no_missing_value(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        lost = [name for name in value if name in MISSING]
        if lost:
            raise ValueError(
                f"a name that other programs read as a missing value ({lost[0]}). Write another, such as {lost[0]}_."
            )
        return value

    @field_validator("conditions")
    @classmethod
    def _find_files(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: with_files(override, cls.file_fields) for name, override in value.items()}

    @field_validator("conditions")
    @classmethod
    def _nothing_shared(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        complain(
            [
                f"{name}.{field}: the same for all conditions. Set {field} outside the conditions."
                for name, override in value.items()
                for field in SHARED_FIELDS
                if field in override
            ]
        )
        return value

    @field_validator("sweep")
    @classmethod
    def _fits_the_kind(cls, value: Sweep, info: ValidationInfo) -> Sweep:
        """Swept fields are fields of this kind, which no condition sets."""
        fitted: Sweep = value
        if value != Sweep():
            fitted = find("astrosim.scenario.sweep.fit:fitted", "Sweeps need")(
                cls, value, info.data.get("conditions", {})
            )
        return fitted

    @field_validator("reference", check_fields=False)
    @classmethod
    def _known_conditions(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Each reference has its condition; a resolved scenario keeps all references, but has no conditions."""
        known = info.data.get("conditions")
        if known:
            right = f"Write one of {', '.join(known)}."
            complain([f"{name}: no such condition ({name}). {right}" for name in value if name not in known])
        return value
