"""The frozen, closed description of an astrocyte experiment: its sections, and what must fit together.

Validators raise `ValueError` with one line a problem: ``field: what is wrong (value). What would be right.``; `load`
adds file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from astrosim.rules.choices import NEURON_MODELS, REWARDS
from astrosim.scenario.experiment import PUBLISHED_SEEDS, SHARED_FIELDS, WRITTEN, Experiment, own_code_runs
from astrosim.scenario.inputs import Located
from astrosim.scenario.interventions import MOST
from astrosim.scenario.modules import runs_unasked
from astrosim.scenario.section import Real, as_tuple, complain, quantity, short, table
from astrosim.systems.population.sections import Adaptation, columns_of
from astrosim.systems.threshold.learners.table import BASELINES, LEARNERS, learner_of
from astrosim.systems.threshold.scenario import (
    contents,
    interventions,
    neuron_checks,
    nodes,
    readers,
    relevance,
    trial_records,
)
from astrosim.systems.threshold.scenario.baseline_section import Rival
from astrosim.systems.threshold.scenario.follow import REGULAR, follow
from astrosim.systems.threshold.scenario.interventions import Intervention, When
from astrosim.systems.threshold.scenario.network_section import Network
from astrosim.systems.threshold.scenario.neuron_sections import (
    Chemical,
    Dampening,
    Dynamics,
    Eligibility,
    Flags,
    Frustration,
    Homeostasis,
    Modulation,
    Plasticity,
)
from astrosim.systems.threshold.scenario.sections import (
    Agents,
    Astrocytes,
    Coupling,
    Cursor,
    Decision,
    Exploration,
    Perturbation,
    Record,
    Schedule,
    Sensing,
    Task,
)

__all__ = ["PUBLISHED_SEEDS", "REGULAR", "SHARED_FIELDS", "Figure", "Scenario"]

Figure = Literal["accuracy", "accept_rate", "distinct_outputs", "ceiling"]
"""Published figures that a report can set beside its own."""
EXTENSION = "astrosim.systems.threshold.custom"
"""The module that knows what is wrong with own astrocytes: found by name, as it stands far behind in the flow."""
FIXED_SECTIONS = (
    "network",
    "task",
    "astrocytes",
    "perturbation",
    "cursor",
    "rival",
    "decision",
    "adaptation",
    "coupling",
)  # of the published system
EARLY_FIELDS = (
    ("cursor", "radius"),
    ("perturbation", "sigma"),
    ("decision", "reward"),
    ("decision", "accept"),
    ("schedule", "trials_per_episode"),
)  # free in iterations 1 to 3 of experiment 020


class Scenario(Experiment):
    """One experiment on neurons and astrocytes: conditions x seeds, each pair a replicate that runs on its own.

    `conditions` holds overrides as nested tables, e.g. ``{"baseline": {"sensing": {"rule": "firing"}}}``; see
    `astrosim.scenario.resolve`. `reference` holds published figures by condition, shown beside the measured ones.
    """

    file_fields: ClassVar = contents.FILE_FIELDS
    module_fields: ClassVar = (("agents", "astrocyte", "file"),)
    tables: ClassVar = {"interventions": Intervention, "interventions.when": When}
    work_sections: ClassVar = ("schedule",)

    kind: Literal["astrocyte"] = quantity("astrocyte", "which family of systems")
    system: Literal["described", "published"] = quantity(
        "described", "described: the report's text; published: its program, replayed quirk by quirk"
    )
    engine: Literal["kernel", "agents"] = quantity("kernel", "kernel: fast; agents: readable; bit-identical")
    learner: Literal[*LEARNERS] = quantity(  # type: ignore[valid-type]
        "astrocytes",
        "who learns; neurons: by rules of their own; both: they and astrocytes; none is the untrained control",
        "",
        "6.1",
    )
    network: Network = table(Network)
    task: Task = table(Task)
    astrocytes: Astrocytes = table(Astrocytes, read_if=readers.astrocytes_learn, owner="astrocytes")
    agents: Agents = table(Agents, read_if=readers.astrocytes_learn, owner="astrocytes")
    sensing: Sensing = table(Sensing, read_if=readers.astrocytes_score, owner="astrocytes")
    exploration: Exploration = table(Exploration, read_if=readers.astrocytes_score, owner="astrocytes")
    perturbation: Perturbation = table(Perturbation, read_if=readers.anyone_learns)
    cursor: Cursor = table(Cursor, read_if=readers.cursor_learns)
    rival: Rival = table(Rival, read_if=readers.baseline_learns, fields=readers.fields_of_baseline, in_full=True)
    decision: Decision = table(Decision, read_if=readers.keeps_or_climbs)
    adaptation: Adaptation = table(Adaptation, read_if=readers.astrocytes_score, owner="astrocytes")
    coupling: Coupling = table(Coupling, read_if=readers.astrocytes_learn)
    dynamics: Dynamics = table(Dynamics, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    homeostasis: Homeostasis = table(Homeostasis, read_if=readers.thresholds_follow, owner="neurons", in_full=True)
    eligibility: Eligibility = table(Eligibility, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    dampening: Dampening = table(Dampening, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    flags: Flags = table(Flags, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    modulation: Modulation = table(Modulation, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    chemical: Chemical = table(Chemical, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    plasticity: Plasticity = table(Plasticity, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    frustration: Frustration = table(Frustration, read_if=readers.neurons_learn, owner="neurons", in_full=True)
    schedule: Schedule = table(Schedule)
    record: Record = table(Record)
    interventions: Annotated[tuple[Intervention, ...], BeforeValidator(as_tuple)] = quantity(
        (), "interventions between trials: tables [[interventions]]", "", max_length=MOST
    )
    reference: dict[str, dict[Figure, Real]] = Field(default_factory=dict, description="published figures by condition")

    @classmethod
    def follow(cls, data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
        """Return merged tables in which defaults follow the choices that set them."""
        return follow(data, base, override)

    @classmethod
    def engine_names(cls) -> tuple[str, ...]:
        """Return the names that `--engine` takes; the published system has one engine, which no field names."""
        return (*super().engine_names(), "published")

    def engine_problem(self, engine: str, condition: str) -> str:
        """Say why an engine cannot run this resolved scenario; empty if it can."""
        if (engine == "published") == (self.system == "published"):
            return ""
        right = "--set system=published chooses that system" if engine == "published" else "Leave it out"
        return f"cannot run system = {self.system!r} of condition {condition} ({engine}). {right}."

    def trimmed(self) -> Self:
        """Return the scenario without the sections that none of its conditions reads."""
        return self.model_copy(update=relevance.idle_defaults(self))

    def written(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the tables that a file of this scenario holds: a file of patterns stands for the patterns."""
        if self.task.file is not None:
            del data["task"]["patterns"]
        return data

    @property
    def system_name(self) -> str:
        """Name of the resolved scenario's system in the registry."""
        return "published" if self.system == "published" and not self.neuronal else self.kind

    @property
    def work(self) -> int:
        """Trials of one replicate."""
        return self.schedule.trials

    @model_validator(mode="before")
    @classmethod
    def _published_values(cls, data: Any) -> Any:
        """The published system has its own sizes."""
        if isinstance(data, dict) and data.get("system") == "published" and isinstance(data.get("network", {}), dict):
            data = {**data, "network": {"regular": REGULAR["published"], **data.get("network", {})}}
        return data

    @model_validator(mode="after")
    def _fits(self, info: ValidationInfo) -> Scenario:
        problems: list[str | Located] = [*self._task_problems(), *trial_records.problems(self), *self._file_problems()]
        problems += relevance.problems(self, (info.context or {}).get(WRITTEN))
        if self.network.initial_weight > self.perturbation.limit:
            problems.append(
                f"network.initial_weight: above perturbation.limit = {self.perturbation.limit} "
                f"({self.network.initial_weight}). Lower it."
            )
        problems += self._coupling_problems()
        problems += self._window_problems()
        problems += self._model_problems()
        problems += self._rival_problems()
        problems += interventions.problems(self)
        if self.neuronal:
            problems += neuron_checks.problems(self)
        elif self.system == "published":
            problems += self._published_problems()
        if self.takes_own_astrocytes and own_code_runs.get() and runs_unasked(self.agents.file):
            problems += import_module(EXTENSION).problems(self)
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

    def _window_problems(self) -> list[str]:
        most, chosen = len(self.task.patterns), self.decision
        problems = []
        if chosen.window > most:
            problems.append(f"decision.window: more than the task's patterns ({chosen.window}). Write 0 to {most}.")
        if chosen.race and chosen.accept == "metropolis":
            problems.append(
                'decision.race: under decision.accept = "metropolis" nothing is beyond saving (true). Write false, or '
                "another acceptance."
            )
        if chosen.consolidation == "part" and chosen.rate > 1.0:
            problems.append(f"decision.rate: more than the whole step ({chosen.rate:g}). Write at most 1.")
        return problems

    def _model_problems(self) -> list[str]:
        chosen = self.network.model
        if NEURON_MODELS[chosen].memoryless or self.system == "published":
            return []
        if self.neuronal or learner_of(self.learner).needs_memoryless:
            return [
                f'network.model: learner = "{self.learner}" is for memoryless neurons ("{chosen}"). Write "threshold".'
            ]
        if self.network.cycles == 1 and "leak" in NEURON_MODELS[chosen].needs:
            return [f'network.model: in one cycle nothing leaks ("{chosen}"). Write network.cycles above 1.']
        return []

    def _rival_problems(self) -> list[str]:
        if self.learner not in BASELINES:
            return []
        problems = []
        if self.system == "published":
            problems.append(
                f'learner: no learner of the published system ("{self.learner}"). Write system = "described".'
            )
        if self.engine != "kernel":
            problems.append(f'engine: rivals have one of their own ("{self.engine}"). Remove it.')
        if self.decision.window != 0:
            problems.append(f"decision.window: rivals see all patterns in an update ({self.decision.window}). Write 0.")
        if self.interventions:
            problems.append(f"interventions: rivals take none ({len(self.interventions)}). Remove them.")
        if not REWARDS[self.decision.reward].slope and learner_of(self.learner).needs_slope:
            problems.append(
                f'decision.reward: has no slope that "{self.learner}" could climb ("{self.decision.reward}"). Write '
                '"log_sigmoid".'
            )
        return problems

    def _coupling_problems(self) -> list[str]:
        if self.coupled and not self.astrocytic:
            return [
                f'coupling.graph: only astrocytes that learn are coupled ("{self.coupling.graph}"). '
                'Write learner = "astrocytes", or coupling.graph = "none".'
            ]
        if self.coupled and self.astrocytes.selection == "uniform":
            return [
                'astrocytes.selection: coupled astrocytes act by their scores ("uniform"). Write "score", or '
                'coupling.graph = "none".'
            ]
        last = self.network.clusters * self.astrocytes.per_cluster - 1
        beyond = [number for pair in self.coupling.edges for number in pair if number > last]
        if beyond:
            return [f"coupling.edges: no such astrocyte ({beyond[0]}). Write numbers from 0 to {last}."]
        return []

    def _file_problems(self) -> list[Located]:
        """What is wrong inside the files of the network."""
        net = self.network
        wrong = nodes.check_nodes(net.nodes) if net.nodes is not None else []
        problems = list(wrong)
        if net.positions is not None:
            problems += contents.check_positions(net.positions, net.neurons)
        if net.wiring is not None and not wrong:
            problems += contents.check_wiring(net.wiring, net.closed[0] | net.closed[1], self.perturbation.limit)
        return problems

    def _published_problems(self) -> list[str]:
        """Only the condition, the length, the records and the seeds of the published system may vary."""
        fixed = Scenario.model_construct(network=Network(regular=REGULAR["published"]))
        places = [
            (section, field)
            for section in FIXED_SECTIONS
            for field in type(getattr(self, section)).model_fields
            if (section, field) not in self.file_fields
        ]
        places += [("exploration", field) for field in ("flat_rate", "initial_rate", "maturity")]
        places += [("schedule", "trials_per_episode")]
        places = [place for place in places if place not in self._free_places]
        problems = [
            f"{section}.{field}: fixed in the published system "
            f"({short(getattr(getattr(self, section), field))}). "
            f"Remove it, for {short(getattr(getattr(fixed, section), field))}."
            for section, field in places
            if getattr(getattr(self, section), field) != getattr(getattr(fixed, section), field)
        ]
        files = [(s, field, getattr(getattr(self, s), field)) for s, field in self.file_fields if s != "agents"]
        problems += [
            f"{section}.{field}: only the described system takes files ({file.name!r}). Remove it."
            for section, field, file in files
            if file is not None
        ]
        if self.engine != "kernel":
            problems.append(f"engine: the published system has an engine of its own ({self.engine!r}). Remove it.")
        if self.agents.astrocyte is not None:
            name = short(self.agents.astrocyte)
            problems.append(f"agents.astrocyte: only the described system takes own astrocytes ({name}). Remove it.")
        if self.interventions:
            problems.append(
                f"interventions: only the described system takes them ({len(self.interventions)}). Remove them."
            )
        return problems

    @property
    def _free_places(self) -> tuple[tuple[str, str], ...]:
        """Fields of the published system that its early iterations differ in."""
        return EARLY_FIELDS if self.learner == "cursor" and self.homeostasis.rule == "episode" else ()

    @property
    def record_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0) whose records are kept: every `record.every`-th, and the last."""
        last = self.schedule.episodes - 1
        return (*range(0, last, self.record.every), last)

    @property
    def most_patterns(self) -> int:
        """The most patterns that the task may come to have by interventions."""
        return interventions.most_patterns(len(self.task.patterns), self.interventions)

    @property
    def most_events(self) -> int:
        """The most interventions that may happen in a replicate."""
        length = self.schedule.episodes, self.schedule.trials_per_episode
        return sum(interventions.most_events(item, *length) for item in self.interventions)

    @property
    def neuronal(self) -> bool:
        """Whether neurons learn by rules of their own, or stand as they do in experiments 001 to 018."""
        return self.learner in ("neurons", "both") or self.network.layout == "relay"

    @property
    def astrocytic(self) -> bool:
        """Whether astrocytes learn, alone or beside neurons."""
        return self.learner in ("astrocytes", "both")

    @property
    def takes_own_astrocytes(self) -> bool:
        """Whether an own class of astrocytes is named where one can be."""
        possible = self.system == "described" and (self.learner == "both" or not self.neuronal)
        return possible and self.agents.astrocyte is not None

    @property
    def counts_passes(self) -> bool:
        """Whether passes are counted, and the first solution is noted: not in the report's trials."""
        return self.windowed or (self.neuronal and self.system == "described")

    @property
    def coupled(self) -> bool:
        """Whether astrocytes share gap junctions."""
        return self.coupling.graph != "none"

    @property
    def windowed(self) -> bool:
        """Whether a trial asks more than the report's: several cycles, a tonic drive, a window of patterns, astrocytes
        chosen at random, a sigma that adapts, a race, steps that stay in part, or a rival."""
        return not self.neuronal and (
            self.network.indirect
            or self.learner in BASELINES
            or self.decision.window != 1
            or self.astrocytes.selection != "score"
            or self.perturbation.adapt_sigma
            or self.decision.race
            or self.decision.consolidation != "whole"
        )

    @property
    def weight_episodes(self) -> tuple[int, ...]:
        """Episodes (from 0, ascending) after which weights are kept."""
        return tuple(sorted({e % self.schedule.episodes for e in self.record.weights_at}))

    @property
    def lattice_columns(self) -> int:
        """Columns of the square lattice that the clusters stand on."""
        return columns_of(self.network.clusters)
