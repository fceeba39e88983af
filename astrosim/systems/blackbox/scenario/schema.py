"""The frozen, closed description of an experiment on a black box: an environment, or a function of one number."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from astrosim.contracts.registry import ALIASES
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.inputs import SHOWN
from astrosim.scenario.section import Real, complain, quantity, table
from astrosim.systems.blackbox.scenario.sections import (
    Birth,
    EnvironmentTask,
    EpisodeDecision,
    EpisodeRecord,
    EvaluationSchedule,
    ObjectiveBirth,
    ObjectiveDecision,
    ObjectivePerturbation,
    ObjectiveRecord,
    ObjectiveTask,
    PolicyLearner,
    PolicyNetwork,
    PolicyPerturbation,
    PolicyTerritory,
    StepSchedule,
    is_born,
    keeps_or_reverts,
    owns_territories,
)

OURS = ("astrosim.tasks:", "astrosim.systems.blackbox.functions:")
"""Leads of functions that astrosim ships."""
Figure = Literal["test_mean"]
Kind = Annotated[
    Literal["task"], BeforeValidator(lambda value: ALIASES.get(value, value) if isinstance(value, str) else value)
]


class BlackboxScenario(Experiment):
    """Fields and sizes that environments and objectives share: conditions x seeds, each pair a network of its own."""

    file_fields: ClassVar[tuple[tuple[str, str], ...]] = (("task", "module"), ("network", "start"))

    kind: Kind = quantity("task", 'which family of systems; "fields" and "images" are earlier names')
    engine: Literal["kernel", "agents"] = quantity(
        "kernel", "kernel: fast, with compiled twins of known environments; agents: on a Mesa model"
    )
    task: Any = None
    network: PolicyNetwork = table(PolicyNetwork)
    territory: PolicyTerritory = table(PolicyTerritory, read_if=owns_territories, in_full="always")
    perturbation: PolicyPerturbation = table(PolicyPerturbation, read_if=keeps_or_reverts)
    decision: EpisodeDecision = table(EpisodeDecision)
    birth: Birth = table(Birth, read_if=is_born)
    learner: PolicyLearner = table(PolicyLearner)
    schedule: Any = None
    record: EpisodeRecord = table(EpisodeRecord)
    reference: dict[str, dict[Figure, Real]] = Field(default_factory=dict, description="published figures by condition")

    @property
    def named(self) -> str:
        """Name of the environment or the function."""
        raise NotImplementedError

    @property
    def has_network(self) -> bool:
        """Whether weights are those of a network from inputs to outputs."""
        return True

    @property
    def budget(self) -> int:
        """Environment steps, or evaluations, of a replicate."""
        raise NotImplementedError

    @property
    def work(self) -> int:
        """Environment steps, or evaluations, of a replicate."""
        return self.budget

    @property
    def records(self) -> int:
        """Records of a run."""
        return self.budget // self.record.every

    @property
    def names_module(self) -> bool:
        """Whether the task is code of the user's own."""
        return ":" in self.named

    @property
    def own_code(self) -> str:
        """Module of the user's own that is executed, with its file; empty for none."""
        file = self.task.module
        where = f"{file.path}, sha256 {file.sha256[:SHOWN]}" if file is not None else "an installed module"
        return f"{self.named} ({where})" if self.names_module and not self.named.startswith(OURS) else ""

    @property
    def territories(self) -> int:
        """Territories of units."""
        return self.network.units // self.territory.units

    @property
    def actors(self) -> int:
        """Astrocytes: one per territory, and one of the direct path."""
        return self.territories + self.network.direct

    @model_validator(mode="after")
    def _fits(self) -> BlackboxScenario:
        complain(self._problems())
        return self

    def _problems(self) -> list[str]:
        return [*self._code_problems(), *self._unit_problems(), *self._time_problems(), *self._engine_problems()]

    def _code_problems(self) -> list[str]:
        if not self.names_module or self.task.allow_code:
            return []
        field = "environment" if isinstance(self, EnvironmentScenario) else "objective"
        return [f"task.{field}: runs the code of a module ({self.named}). Read it, then write task.allow_code = true."]

    def _unit_problems(self) -> list[str]:
        if not self.has_network:
            return []
        problems, units = [], self.network.units
        if not units and not self.network.direct:
            problems.append(
                "network.units: no path from inputs to outputs (0). Write network.direct = true for a linear policy."
            )
        if units % self.territory.units:
            problems.append(
                f"territory.units: does not divide network.units = {units} ({self.territory.units}). "
                "Write a divisor of it: every unit has one owner."
            )
        if self.learner.rule in ("random_mask", "one_plus_one") and self.network.direct:
            problems.append(f"network.direct: {self.learner.rule} covers hidden units alone (true). Write false.")
        return problems

    def _time_problems(self) -> list[str]:
        field = "evaluations" if isinstance(self, ObjectiveScenario) else "steps"
        if self.record.every > self.budget:
            return [f"record.every: longer than schedule.{field} = {self.budget} ({self.record.every}). Write less."]
        if self.schedule.stop_at == "threshold" and self.task.threshold == "none":
            return ['schedule.stop_at: task.threshold = "none" has no such mean ("threshold"). Write a number.']
        return []

    def _engine_problems(self) -> list[str]:
        problem = self.engine_problem(self.engine, "")
        return [problem] if problem else []

    def engine_problem(self, engine: str, condition: str) -> str:
        """Say why an engine cannot run this resolved scenario; empty if it can."""
        if engine == "agents" and (self.learner.rule != "astrocytes" or not self.has_network):
            return (
                f'engine: agents are astrocytes over a network\'s units ("agents", learner.rule = '
                f'"{self.learner.rule}"). Write engine = "kernel".'
            )
        return ""


class EnvironmentScenario(BlackboxScenario):
    """One experiment on an environment, played in episodes."""

    module_fields: ClassVar[tuple[tuple[str, str, str], ...]] = (("task", "environment", "module"),)

    task: EnvironmentTask = table(EnvironmentTask)
    schedule: StepSchedule = table(StepSchedule)

    @property
    def family(self) -> str:
        """Name in the registry of the system that generic tools ask."""
        return "environment"

    @property
    def named(self) -> str:
        """Name of the environment."""
        return self.task.environment

    @property
    def budget(self) -> int:
        """Environment steps of a replicate."""
        return self.schedule.steps


class ObjectiveScenario(BlackboxScenario):
    """One experiment on a function that gives one number."""

    module_fields: ClassVar[tuple[tuple[str, str, str], ...]] = (("task", "objective", "module"),)

    task: ObjectiveTask = table(ObjectiveTask)
    perturbation: ObjectivePerturbation = table(ObjectivePerturbation, read_if=keeps_or_reverts)
    decision: ObjectiveDecision = table(ObjectiveDecision)
    birth: ObjectiveBirth = table(ObjectiveBirth, read_if=is_born)
    schedule: EvaluationSchedule = table(EvaluationSchedule)
    record: ObjectiveRecord = table(ObjectiveRecord)

    @property
    def family(self) -> str:
        """Name in the registry of the system that generic tools ask."""
        return "objective"

    @property
    def named(self) -> str:
        """Name of the function."""
        return self.task.objective

    @property
    def has_network(self) -> bool:
        """Whether weights are those of a network from inputs to outputs."""
        return not self.task.size

    @property
    def budget(self) -> int:
        """Evaluations of a replicate."""
        return self.schedule.evaluations

    @property
    def territories(self) -> int:
        """Territories: of units, or of numbers where there is no network."""
        if self.has_network:
            return super().territories
        return len(self.territory.groups) or math.ceil(self.task.size / self.per_territory)

    @property
    def actors(self) -> int:
        """Astrocytes: one per territory, and one of the direct path."""
        return self.territories + (self.has_network and self.network.direct)

    @property
    def per_territory(self) -> int:
        """Numbers of a territory that is drawn at random, where there is no network."""
        return self.territory.size or max(1, math.isqrt(self.task.size))

    def _problems(self) -> list[str]:
        return [*super()._problems(), *self._size_problems()]

    def _size_problems(self) -> list[str]:
        task, problems = self.task, []
        sized = task.inputs and task.outputs
        if not task.size and not sized:
            problems.append(
                "task.size: how many numbers are learned is missing (0). Write it, or task.inputs and task.outputs of "
                "a network."
            )
        if task.size and (task.inputs or task.outputs):
            problems.append(f"task.size: a vector of numbers and a network at once ({task.size}). Write one of them.")
        groups = self.territory.groups
        if groups and task.size:
            flat = sorted(number for group in groups for number in group)
            if flat != list(range(task.size)):
                problems.append(
                    f"territory.groups: not each number below task.size = {task.size} once ({len(flat)} numbers). "
                    "Every weight has one owner."
                )
        return problems
