"""The frozen, closed description of an experiment: what it is, its sections, and what must fit together.

Validators raise `ValueError` with one line a problem: ``field: what is wrong (value). What would be right.``; `load`
adds file and line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from astrosim.scenario import contents
from astrosim.scenario.inputs import FILE_FIELDS, Located, with_files
from astrosim.scenario.section import Real, Section, as_tuple, complain, quantity, short
from astrosim.scenario.sections import (
    Adaptation,
    Astrocytes,
    Cursor,
    Decision,
    Exploration,
    Network,
    Perturbation,
    Record,
    Schedule,
    Sensing,
    Task,
)

SEED_LIMIT = 2**53  # the published generator keeps its state in a double (spec, section 5)
VERSION = 1  # of the file format
SHARED_FIELDS = ("version", "kind", "name", "title", "source", "seeds", "interventions", "conditions", "reference")
"""Fields that a condition cannot override: they belong to the experiment as a whole."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"


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
Figure = Literal["accuracy", "accept_rate", "distinct_outputs", "ceiling"]
"""Published figures that a report can set beside its own."""
PUBLISHED_SEEDS = (42, 137, 271, 314, 500, 618, 777, 888, 999, 1234)  # spec, section 1
REGULAR = {"described": 18, "published": 23}  # regular neurons a cluster (spec, section 1)


class Scenario(Section):
    """One experiment: conditions x seeds, each pair a cell that runs on its own.

    `conditions` holds overrides as nested tables, e.g. ``{"baseline": {"sensing": {"rule": "firing"}}}``; see
    `astrosim.scenario.resolve`. `reference` holds published figures by condition, shown beside the measured ones.
    """

    version: Literal[1] = quantity(VERSION, "version of this file format", "")
    kind: Literal["astrocyte"] = quantity("astrocyte", "which family of systems")
    name: str = quantity("unnamed", "short name: names the run directory", "", pattern=NAME)
    title: str = quantity("", "one line for the report", "", max_length=500)
    source: str = quantity("", "where the experiment comes from", "", max_length=2000)
    system: Literal["described", "published"] = quantity(
        "described", "described: the report's text; published: its program, replayed quirk by quirk"
    )
    engine: Literal["kernel", "agents"] = quantity("kernel", "kernel: fast; agents: readable; bit-identical")
    learner: Literal["astrocytes", "cursor", "none"] = quantity(
        "astrocytes", "who perturbs; none is the untrained control", "", "6.1"
    )
    seeds: Annotated[tuple[Seed, ...], BeforeValidator(_seeds)] = quantity(
        PUBLISHED_SEEDS, "a list, or 'first:count'", "", "program", min_length=1, max_length=999_999
    )
    network: Network = Field(default_factory=Network)
    task: Task = Field(default_factory=Task)
    astrocytes: Astrocytes = Field(default_factory=Astrocytes)
    sensing: Sensing = Field(default_factory=Sensing)
    exploration: Exploration = Field(default_factory=Exploration)
    perturbation: Perturbation = Field(default_factory=Perturbation)
    cursor: Cursor = Field(default_factory=Cursor)
    decision: Decision = Field(default_factory=Decision)
    adaptation: Adaptation = Field(default_factory=Adaptation)
    schedule: Schedule = Field(default_factory=Schedule)
    record: Record = Field(default_factory=Record)
    interventions: Annotated[tuple[dict[str, Any], ...], BeforeValidator(as_tuple)] = quantity(
        (), "scheduled events", ""
    )
    conditions: dict[Name, dict[str, Any]] = Field(default_factory=dict, description="named overrides of any field")
    reference: dict[str, dict[Figure, Real]] = Field(default_factory=dict, description="published figures by condition")

    @classmethod
    def load(cls, path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
        """Read a scenario file; see `astrosim.scenario.load_scenario`."""
        from astrosim.scenario.load import load_scenario

        return load_scenario(path, overrides)

    @model_validator(mode="before")
    @classmethod
    def _published_values(cls, data: Any) -> Any:
        """The published system has its own sizes."""
        if isinstance(data, dict) and data.get("system") == "published" and isinstance(data.get("network", {}), dict):
            data = {**data, "network": {"regular": REGULAR["published"], **data.get("network", {})}}
        return data

    @field_validator("interventions")
    @classmethod
    def _not_yet(cls, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        if value:
            raise ValueError(f"not supported yet ({len(value)} given). Remove the interventions.")
        return value

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) != len(value):
            seen: set[int] = set()
            twice = next(s for s in value if s in seen or seen.add(s))  # type: ignore[func-returns-value]
            raise ValueError(f"a seed stands there twice ({twice}). Name each seed once.")
        return value

    @field_validator("conditions")
    @classmethod
    def _find_files(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: with_files(override) for name, override in value.items()}

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

    @field_validator("reference")
    @classmethod
    def _known_conditions(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Each reference has its condition; a resolved scenario keeps all references, but has no conditions."""
        known = info.data.get("conditions")
        if known:
            right = f"Write one of {', '.join(known)}."
            complain([f"{name}: no such condition ({name}). {right}" for name in value if name not in known])
        return value

    @model_validator(mode="after")
    def _fits(self) -> Scenario:
        problems: list[str | Located] = [*self._task_problems(), *self._record_problems(), *self._file_problems()]
        if self.network.initial_weight > self.perturbation.limit:
            problems.append(
                f"network.initial_weight: above perturbation.limit = {self.perturbation.limit} "
                f"({self.network.initial_weight}). Lower it."
            )
        if self.system == "published":
            problems += self._published_problems()
        complain(problems)
        return self

    def _task_problems(self) -> list[str]:
        bits = [len(side) for side in self.task.patterns[0]]
        where = "task.file" if self.task.file else "task.patterns"
        return [
            f"{where}: more {what} bits than network.{field} = {neurons} ({have}). "
            f"Write at most {neurons}, or raise network.{field}."
            for what, field, neurons, have in (
                ("input", "inputs", self.network.inputs, bits[0]),
                ("target", "outputs", self.network.outputs, bits[1]),
            )
            if have > neurons
        ]

    def _record_problems(self) -> list[str]:
        last = self.schedule.episodes
        return [
            f"record.weights_at: no such episode ({episode}). Write -{last} to {last - 1}."
            for episode in self.record.weights_at
            if not -last <= episode < last
        ]

    def _file_problems(self) -> list[Located]:
        """What is wrong inside the files of the network."""
        net, problems = self.network, []
        if net.positions is not None:
            problems += contents.check_positions(net.positions, net.neurons)
        if net.wiring is not None:
            sizes = net.neurons, net.neurons_per_cluster, net.inputs
            problems += contents.check_wiring(net.wiring, *sizes, self.perturbation.limit)
        return problems

    def _published_problems(self) -> list[str]:
        """Only the condition, the length, the records and the seeds of the published system may vary."""
        fixed = Scenario.model_construct(network=Network(regular=REGULAR["published"]))
        places = [
            (section, field)
            for section in ("network", "task", "astrocytes", "perturbation", "cursor", "decision", "adaptation")
            for field in type(getattr(self, section)).model_fields
            if (section, field) not in FILE_FIELDS
        ]
        places += [("exploration", field) for field in ("flat_rate", "initial_rate", "maturity")]
        places += [("schedule", "trials_per_episode")]
        problems = [
            f"{section}.{field}: fixed in the published system "
            f"({short(getattr(getattr(self, section), field))}). "
            f"Remove it, for {short(getattr(getattr(fixed, section), field))}."
            for section, field in places
            if getattr(getattr(self, section), field) != getattr(getattr(fixed, section), field)
        ]
        files = [(section, field, getattr(getattr(self, section), field)) for section, field in FILE_FIELDS]
        problems += [
            f"{section}.{field}: only the described system takes files ({file.name!r}). Remove it."
            for section, field, file in files
            if file is not None
        ]
        if self.engine != "kernel":
            problems.append(f"engine: the published system has an engine of its own ({self.engine!r}). Remove it.")
        return problems

    @property
    def record_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0) whose records are kept: every `record.every`-th, and the last."""
        last = self.schedule.episodes - 1
        return (*range(0, last, self.record.every), last)

    @property
    def weight_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0, ascending) after which weights are kept."""
        return tuple(sorted({e % self.schedule.episodes for e in self.record.weights_at}))

    @property
    def lattice_columns(self) -> int:
        """Columns of the square lattice that the clusters stand on."""
        return math.isqrt(self.network.clusters - 1) + 1
