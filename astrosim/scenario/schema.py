"""The frozen, closed description of an experiment. Units and sources stand beside each field.

Source of the defaults: Murray 2026 ("the report"); section numbers refer to it. Lengths are in units of the report's
plane ("units"), times in trials, everything else is dimensionless. "program" stands for the report's public program,
"spec" for the statement of its rules that this package follows.

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
from astrosim.scenario.inputs import FILE_FIELDS, InputFile, Located, with_files
from astrosim.scenario.section import Real, Section, as_tuple, complain, quantity, short

SYNAPSE_LIMIT = 20_000_000  # assumed: two gigabytes of state, far above the 10^6 that are measured
NEURON_LIMIT = 2_000_000  # assumed: as above
GRID_LIMIT = 20_000_000  # cells; assumed: the agents' grid stays below a gigabyte
SEED_LIMIT = 2**53  # the published generator keeps its state in a double (spec, section 5)
VERSION = 1  # of the file format
SHARED_FIELDS = ("version", "kind", "name", "title", "source", "seeds", "interventions", "conditions", "reference")
"""Fields that a condition cannot override: they belong to the experiment as a whole."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"


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
    threshold: Real = quantity(0.5, "a neuron fires iff its summed input is strictly above", "1", "3.1", ge=0, le=100)
    cell_size: Real = quantity(1.0, "edge of a cell of the agents' 2-D grid", "units", gt=0, le=1e6)
    positions: InputFile | None = quantity(None, "file of positions (CSV neuron,x,y[,z]); none: drawn", "1")
    wiring: InputFile | None = quantity(None, "file of synapses (CSV or NPZ pre,post,weight); none: drawn", "1")

    @property
    def neurons_per_cluster(self) -> int:
        """Neurons of all kinds in one cluster."""
        return self.inputs + self.outputs + self.modulatory + self.regular

    @property
    def neurons(self) -> int:
        """Neurons of all kinds in all clusters."""
        return self.clusters * self.neurons_per_cluster

    @property
    def expected_synapses(self) -> float:
        """Mean number of synapses over seeds (none onto inputs, none onto itself), or those of the file."""
        if self.wiring is not None:
            return contents.synapse_count(self.wiring)
        targets = self.neurons_per_cluster - self.inputs
        within = self.clusters * (self.neurons_per_cluster * targets - targets)
        between = self.clusters * (self.clusters - 1) * self.neurons_per_cluster * targets
        return within * self.p_within + between * self.p_between

    @property
    def grid_cells(self) -> float:
        """Cells of the agents' 2-D grid."""
        if self.positions is not None:
            width, height = contents.extent(self.positions)
            return (width / self.cell_size + 1.0) * (height / self.cell_size + 1.0)
        edge = math.isqrt(self.clusters - 1) * self.spacing + 2 * self.half_width
        columns = max(1.0, edge / self.cell_size)
        return columns * columns  # inf where the square does not fit a float; a power would raise

    @model_validator(mode="after")
    def _size(self) -> Network:
        problems = []
        if self.neurons > NEURON_LIMIT:
            problems.append(
                f"clusters: too many neurons ({self.neurons}). At most {NEURON_LIMIT} fit: lower network.clusters, "
                "network.regular, network.inputs, network.outputs or network.modulatory."
            )
        if self.wiring is not None and self.expected_synapses > SYNAPSE_LIMIT:
            problems.append(f"wiring: too many synapses ({self.expected_synapses:.0f}). At most {SYNAPSE_LIMIT} fit.")
        elif self.expected_synapses > SYNAPSE_LIMIT:
            problems.append(
                f"p_between: too many synapses (about {self.expected_synapses:.3g}). At most {SYNAPSE_LIMIT} fit: "
                "lower network.p_between, network.p_within, network.clusters, network.regular, network.inputs, "
                "network.outputs or network.modulatory."
            )
        if self.grid_cells > GRID_LIMIT:
            problems.append(
                f"cell_size: too many grid cells (about {self.grid_cells:.3g}). At most {GRID_LIMIT} fit: "
                "raise network.cell_size, or lower network.clusters, network.spacing or network.half_width."
            )
        complain(problems)
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
    file: InputFile | None = quantity(None, "file of patterns (CSV input,target), in place of `patterns`", "1")

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, data: Any) -> Any:
        """A file gives the patterns."""
        if not isinstance(data, dict) or data.get("file") is None:
            return data
        try:
            file = InputFile.of(data["file"])
        except ValueError:
            return data  # the field itself says why
        patterns = contents.read_patterns(file)
        if cls._tuples(data.get("patterns", patterns)) != patterns:
            raise ValueError(f"patterns: not those of task.file ({file.name!r}). Remove one of the two.")
        return {**data, "file": file, "patterns": patterns}

    @field_validator("patterns", mode="before")
    @classmethod
    def _tuples(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(tuple(v) if isinstance(v, (list, tuple)) else v for v in value)
        return value

    @field_validator("patterns")
    @classmethod
    def _bits(cls, value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        problems = []
        for number, pair in enumerate(value, start=1):
            for side, what in enumerate(("input", "target")):
                bits, first = pair[side], value[0][side]
                if not bits or set(bits) - {"0", "1"}:
                    problems.append(
                        f"the {what} of pattern {number} is not made of bits ({bits!r}). Write 0 and 1 only."
                    )
                elif len(bits) != len(first):
                    problems.append(
                        f"the {what} of pattern {number} has another length than that of pattern 1 ({bits!r}). "
                        f"Write {len(first)} bits."
                    )
        complain(problems[:10])
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
        problems = []
        if self.floor > self.ceiling:
            problems.append(f"floor: above adaptation.ceiling = {self.ceiling} ({self.floor}). Exchange the two.")
        if self.lower_success > self.upper_success:
            problems.append(
                f"lower_success: above adaptation.upper_success = {self.upper_success} ({self.lower_success}). "
                "Exchange the two."
            )
        complain(problems)
        return self


class Schedule(Section):
    """How long a cell learns."""

    episodes: int = quantity(20_000, "episodes", "episodes", "6.3", ge=1, le=10**9)
    trials_per_episode: int = quantity(10, "trials an episode", "trials", "program", ge=1, le=10**6)

    @property
    def trials(self) -> int:
        """Trials of one cell."""
        return self.episodes * self.trials_per_episode


class Record(Section):
    """What is written down. Nothing here changes a run."""

    every: int = quantity(250, "record every this many episodes, and the last", "episodes", "program", ge=1, le=10**9)
    decisions: bool = quantity(True, "keep pattern, decision and active astrocytes of every trial")
    weights_at: Annotated[tuple[int, ...], BeforeValidator(as_tuple)] = quantity(
        (-1,), "weights after these episodes (from 0; -1 is the last)", "episode", max_length=1000
    )


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
