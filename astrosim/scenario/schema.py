"""The frozen, closed description of an experiment. Units and sources stand beside each field.

Source of the defaults: Murray 2026 ("the report"); section numbers refer to it. Lengths are in units of the report's
plane ("units"), times in trials, everything else is dimensionless.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

SYNAPSE_LIMIT = 20_000_000  # assumed: two gigabytes of state, far above the 10^6 that are measured
NEURON_LIMIT = 2_000_000  # assumed: as above


def quantity(default: Any, doc: str, unit: str = "1", source: str = "", **limits: Any) -> Any:
    """A field with its default, meaning, unit and source; `limits` are pydantic's (ge, gt, le, lt ...)."""
    extra = {"unit": unit, "source": source or "assumed: convention of this package"}
    return Field(default=default, description=doc, json_schema_extra=extra, **limits)


class Section(BaseModel):
    """Base of all sections: immutable, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# A whole number is a valid real number in TOML's eyes of a user: sigma = 1 means 1.0.
Real = Annotated[float, BeforeValidator(lambda v: float(v) if type(v) is int else v)]


class Network(Section):
    """Neurons, their places and their wiring."""

    clusters: int = quantity(2, "number of clusters, on a square lattice", "clusters", "3.1", ge=1, le=100_000)
    inputs: int = quantity(5, "input neurons a cluster", "neurons", "3.1", ge=1, le=10_000)
    outputs: int = quantity(5, "output neurons a cluster", "neurons", "3.1", ge=1, le=10_000)
    modulatory: int = quantity(2, "modulatory neurons a cluster", "neurons", "3.1", ge=0, le=10_000)
    regular: int = quantity(18, "regular neurons a cluster", "neurons", "3.1", ge=0, le=10_000)
    spacing: Real = quantity(15.0, "distance between neighbouring cluster centres", "units", "3.1", gt=0, le=1e6)
    half_width: Real = quantity(
        5.0, "neurons lie within +- this of the centre, on x and y", "units", "program", gt=0, le=1e6
    )
    p_within: Real = quantity(0.6, "connection probability within a cluster", "1", "3.1", ge=0, le=1)
    p_between: Real = quantity(0.5, "connection probability between clusters", "1", "3.1", ge=0, le=1)
    initial_weight: Real = quantity(0.1, "initial weights are uniform in [-this, this)", "1", "program", ge=0, le=2)
    threshold: Real = quantity(
        0.5, "a neuron fires iff its summed input is strictly above", "1", "3.1", ge=-100, le=100
    )
    cell_size: Real = quantity(1.0, "edge of a cell of the agents' 2-D grid", "units", gt=0, le=1e6)

    @property
    def neurons_per_cluster(self) -> int:
        return self.inputs + self.outputs + self.modulatory + self.regular

    @property
    def neurons(self) -> int:
        return self.clusters * self.neurons_per_cluster

    @property
    def expected_synapses(self) -> float:
        """Mean number of synapses over seeds (none onto inputs, none onto itself)."""
        targets = self.neurons_per_cluster - self.inputs
        within = self.clusters * (self.neurons_per_cluster * targets - targets)
        between = self.clusters * (self.clusters - 1) * self.neurons_per_cluster * targets
        return within * self.p_within + between * self.p_between

    @model_validator(mode="after")
    def _size(self) -> Network:
        if self.neurons > NEURON_LIMIT:
            raise ValueError(f"{self.neurons} neurons are more than {NEURON_LIMIT}; choose fewer clusters or neurons")
        if self.expected_synapses > SYNAPSE_LIMIT:
            raise ValueError(
                f"about {self.expected_synapses:.0f} synapses are more than {SYNAPSE_LIMIT}; "
                "lower p_between, p_within or the number of neurons"
            )
        return self


EIGHT_PATTERNS = (
    ("00000", "10101"),
    ("10000", "01010"),
    ("01000", "11001"),
    ("00100", "00110"),
    ("00010", "10011"),
    ("00001", "01100"),
    ("11000", "00101"),
    ("00110", "11010"),
)  # report, table 5; program


class Task(Section):
    """Which inputs should give which outputs. Cluster 0 carries the task."""

    patterns: tuple[tuple[str, str], ...] = quantity(
        EIGHT_PATTERNS, "pairs [input bits, target bits]", "bits", "3.3", min_length=1, max_length=65_535
    )

    @field_validator("patterns", mode="before")
    @classmethod
    def _tuples(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(tuple(v) if isinstance(v, (list, tuple)) else v for v in value)
        return value

    @field_validator("patterns")
    @classmethod
    def _bits(cls, value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for number, pair in enumerate(value, start=1):
            for what, bits in zip(("input", "target"), pair, strict=True):
                if not bits or set(bits) - {"0", "1"}:
                    raise ValueError(f"the {what} of pattern {number} is {bits!r}; write it with 0 and 1, like '01010'")
                if len(bits) != len(value[0][0 if what == "input" else 1]):
                    raise ValueError(
                        f"the {what} of pattern {number} has {len(bits)} bits, that of pattern 1 another number"
                    )
        return value


class Astrocytes(Section):
    """The population that learns."""

    per_cluster: int = quantity(
        4, "astrocytes a cluster, on a lattice over its bounding box", "astrocytes", "3.2", ge=1, le=10_000
    )
    radius: Real = quantity(
        3.0, "territory: neurons of the same cluster within this 2-D distance", "units", "3.2", gt=0, le=1e6
    )
    threshold: Real = quantity(0.5, "activation threshold at the start", "1", "3.2", ge=0, le=100)
    window: int = quantity(20, "remembered outcomes (kept or not)", "activations", "3.2", ge=1, le=255)
    max_active: int = quantity(3, "active astrocytes a trial, at most", "astrocytes", "4.2", ge=1, le=64)


class Sensing(Section):
    """What an astrocyte feels of the last standing pass."""

    rule: Literal["firing", "traffic"] = quantity(
        "traffic",
        "firing: fraction of territory neurons that fired; traffic: mean |weight| of synapses whose pre neuron fired",
        "",
        "4.1",
    )


class Exploration(Section):
    """Spontaneous activation of astrocytes that are below threshold."""

    rule: Literal["none", "flat", "maturity"] = quantity(
        "maturity", "none, a flat rate, or a rate that falls with activations", "", "4.2"
    )
    flat_rate: Real = quantity(0.01, "probability a trial under `flat`", "1/trial", "table 2", ge=0, le=1)
    initial_rate: Real = quantity(
        0.30, "probability a trial of a fresh astrocyte under `maturity`", "1/trial", "4.2", ge=0, le=1
    )
    maturity: Real = quantity(
        2000.0, "activations after which the rate has halved", "activations", "4.2", gt=0, le=1e12
    )


class Perturbation(Section):
    """Which synapses change in a trial, and by how much."""

    scope: Literal["territory", "random", "single", "global"] = quantity(
        "territory",
        "territory: union of the active territories; random: as many, anywhere; single: one; global: all",
        "",
        "7.1",
    )
    sigma: Real = quantity(0.1, "standard deviation of the Gaussian step", "1", "4.3", gt=0, le=16)
    limit: Real = quantity(2.0, "weights stay within [-this, this]", "1", "4.3", gt=0, le=1024)


class Cursor(Section):
    """The single wandering point of experiment 020; 2-D here, 3-D in the published system."""

    radius: Real = quantity(
        2.0, "synapses with a neuron within this distance are eligible", "units", "program", gt=0, le=1e6
    )
    jump: Real = quantity(0.05, "probability of a jump to a uniform place", "1/trial", "program", ge=0, le=1)
    step: Real = quantity(1.5, "else each coordinate moves uniformly by up to this", "units", "program", ge=0, le=1e6)


class Decision(Section):
    """Keep or revert."""

    reward: Literal["soft", "binary"] = quantity(
        "soft", "soft: mean sigmoid distance; binary: fraction of matching bits", "", "4.4"
    )


class Adaptation(Section):
    """Threshold adaptation by recent success."""

    interval: int = quantity(50, "thresholds move every this many trials", "trials", "4.6", ge=1, le=10**9)
    step: Real = quantity(0.01, "size of a move", "1", "4.6", ge=0, le=100)
    upper_success: Real = quantity(0.15, "success rate above which the threshold falls", "1", "4.6", ge=0, le=1)
    lower_success: Real = quantity(0.05, "success rate below which the threshold rises", "1", "4.6", ge=0, le=1)
    floor: Real = quantity(0.1, "lowest threshold", "1", "4.6", ge=0, le=100)
    ceiling: Real = quantity(0.9, "highest threshold", "1", "4.6", ge=0, le=100)

    @model_validator(mode="after")
    def _order(self) -> Adaptation:
        if self.floor > self.ceiling:
            raise ValueError(f"floor ({self.floor}) is above ceiling ({self.ceiling}); exchange them")
        if self.lower_success > self.upper_success:
            raise ValueError(
                f"lower_success ({self.lower_success}) is above upper_success ({self.upper_success}); exchange them"
            )
        return self


class Schedule(Section):
    """How long a cell learns."""

    episodes: int = quantity(20_000, "episodes", "episodes", "6.3", ge=1, le=10**9)
    trials_per_episode: int = quantity(10, "trials an episode", "trials", "program", ge=1, le=10**6)

    @property
    def trials(self) -> int:
        return self.episodes * self.trials_per_episode


class Record(Section):
    """What is written down. Nothing here changes a run."""

    every: int = quantity(250, "record every this many episodes, and the last", "episodes", "program", ge=1, le=10**9)
    decisions: bool = quantity(True, "keep pattern, decision and active astrocytes of every trial")
    weights_at: tuple[int, ...] = quantity(
        (-1,), "weights after these episodes (from 0; -1 is the last)", "episode", max_length=1000
    )

    @field_validator("weights_at", mode="before")
    @classmethod
    def _tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def _seeds(value: Any) -> Any:
    """A list of seeds, or the text first:count."""
    if isinstance(value, str):
        first, colon, count = value.partition(":")
        if not (
            colon and first.isascii() and first.isdigit() and count.isascii() and count.isdigit() and len(first) < 20
        ):
            raise ValueError("seeds are a list like [42, 137] or a text first:count like '1000:200'")
        if not 1 <= len(count) <= 6:
            raise ValueError("at most 999999 seeds; lower the count")
        return tuple(range(int(first), int(first) + int(count)))
    return tuple(value) if isinstance(value, list) else value


Seed = Annotated[int, Field(ge=0, lt=2**53)]
PUBLISHED_SEEDS = (42, 137, 271, 314, 500, 618, 777, 888, 999, 1234)  # spec, section 1


class Scenario(Section):
    """One experiment: conditions x seeds, each pair a cell that runs on its own.

    `conditions` holds overrides as nested tables, e.g. ``{"baseline": {"sensing": {"rule": "firing"}}}``; see
    `astrosim.scenario.resolve`. `reference` holds published figures by condition, shown beside the measured ones.
    """

    kind: Literal["astrocyte"] = quantity("astrocyte", "which family of systems")
    name: str = quantity(
        "unnamed", "short name: names the run directory", "", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
    )
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
    interventions: tuple[dict[str, Any], ...] = quantity((), "scheduled events", max_length=0)
    conditions: dict[str, dict[str, Any]] = Field(default_factory=dict, description="named overrides of any field")
    reference: dict[str, dict[str, Real]] = Field(default_factory=dict, description="published figures by condition")

    @model_validator(mode="before")
    @classmethod
    def _published_values(cls, data: Any) -> Any:
        """The published system has its own sizes: 23 regular neurons a cluster (spec, section 1)."""
        if isinstance(data, dict) and data.get("system") == "published" and isinstance(data.get("network", {}), dict):
            data = {**data, "network": {"regular": 23, **data.get("network", {})}}
        return data

    @field_validator("interventions", mode="before")
    @classmethod
    def _not_yet(cls, value: Any) -> Any:
        if value:
            raise ValueError("interventions are not supported yet; remove this table")
        return tuple(value) if isinstance(value, list) else value

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) != len(value):
            twice = next(s for i, s in enumerate(value) if s in value[:i])
            raise ValueError(f"seed {twice} stands there twice; name each seed once")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Scenario:
        first = self.task.patterns[0]
        if len(first[0]) > self.network.inputs:
            raise ValueError(
                f"task.patterns has {len(first[0])} input bits for network.inputs = {self.network.inputs} neurons"
            )
        if len(first[1]) > self.network.outputs:
            raise ValueError(
                f"task.patterns has {len(first[1])} target bits for network.outputs = {self.network.outputs} neurons"
            )
        if self.network.initial_weight > self.perturbation.limit:
            raise ValueError("network.initial_weight is above perturbation.limit; lower it")
        last = self.schedule.episodes
        for episode in self.record.weights_at:
            if not -last <= episode < last:
                raise ValueError(f"record.weights_at names episode {episode} of {last}; use -{last} to {last - 1}")
        if self.system == "published":
            self._check_published()
        return self

    def _check_published(self) -> None:
        """Only the condition, the length, the records and the seeds of the published system may vary."""
        if self.engine != "kernel":
            raise ValueError("system = 'published' has one engine; remove the field engine")
        fixed = Scenario.model_construct(network=Network(regular=23))
        for section in ("network", "task", "astrocytes", "perturbation", "cursor", "decision", "adaptation"):
            mine, theirs = getattr(self, section), getattr(fixed, section)
            for field in type(mine).model_fields:
                if getattr(mine, field) != getattr(theirs, field):
                    raise ValueError(
                        f"{section}.{field} is fixed at {getattr(theirs, field)!r} in the published system; remove it"
                    )
        for field, value in (("flat_rate", 0.01), ("initial_rate", 0.30), ("maturity", 2000.0)):
            if getattr(self.exploration, field) != value:
                raise ValueError(f"exploration.{field} is fixed at {value} in the published system; remove it")
        if self.schedule.trials_per_episode != 10:
            raise ValueError("schedule.trials_per_episode is fixed at 10 in the published system; remove it")

    @property
    def record_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0) whose records are kept: every `record.every`-th, and the last."""
        last = self.schedule.episodes - 1
        return tuple(range(0, last, self.record.every)) + (last,)

    @property
    def weight_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0, ascending) after which weights are kept."""
        return tuple(sorted({e % self.schedule.episodes for e in self.record.weights_at}))

    @property
    def lattice_columns(self) -> int:
        """Columns of the square lattice that the clusters stand on."""
        return math.isqrt(self.network.clusters - 1) + 1
