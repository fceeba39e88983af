"""The frozen, closed description of a spiking network that learns over windows. Source: Murray 2026, section 4."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from astrosim.scenario.experiment import Experiment, own_code_runs
from astrosim.scenario.interventions import MOST
from astrosim.scenario.section import Real, as_tuple, complain, quantity, table
from astrosim.systems.spiking.learners import recipe
from astrosim.systems.spiking.learning.scenario import interventions
from astrosim.systems.spiking.learning.scenario.interventions import Intervention
from astrosim.systems.spiking.learning.scenario.sections import (
    Calcium,
    CalciumAdaptation,
    WindowAstrocytes,
    WindowDecision,
    WindowJunctions,
    WindowNetwork,
    WindowPerturbation,
    WindowRecord,
    WindowSchedule,
    WindowTask,
    by_calcium,
)

Figure = Literal["solved", "median_trials"]
"""Published figures that a report can set beside its own."""
NAME = "spiking_learning"
"""Of the system in the registry; files say kind = "spiking" and have a field ``task.patterns``."""


class WindowScenario(Experiment):
    """Learning of spiking networks over windows: conditions x seeds."""

    work_sections: ClassVar = ("schedule",)
    tables: ClassVar = {"interventions": Intervention}

    kind: Literal["spiking"] = quantity("spiking", "which family of systems")
    engine: Literal["kernel", "agents"] = quantity("kernel", "kernel: fast; agents: on a Mesa model, the same bits")
    learner: Literal["astrocytes"] = quantity("astrocytes", "who learns: keep or revert by territories", "", "4")
    network: WindowNetwork = table(WindowNetwork)
    task: WindowTask = table(WindowTask)
    astrocytes: WindowAstrocytes = table(WindowAstrocytes)
    calcium: Calcium = table(Calcium, read_if=by_calcium)
    gap_junctions: WindowJunctions = table(WindowJunctions, read_if=by_calcium)
    adaptation: CalciumAdaptation = table(CalciumAdaptation, read_if=by_calcium)
    perturbation: WindowPerturbation = table(WindowPerturbation)
    decision: WindowDecision = table(WindowDecision)
    schedule: WindowSchedule = table(WindowSchedule)
    record: WindowRecord = table(WindowRecord)
    interventions: Annotated[tuple[Intervention, ...], BeforeValidator(as_tuple)] = quantity(
        (), "interventions between trials: tables [[interventions]]", "", max_length=MOST
    )
    reference: dict[str, dict[Figure, Real]] = Field(default_factory=dict, description="published figures by condition")

    @property
    def family(self) -> str:
        """Name of the system."""
        return NAME

    @property
    def work(self) -> int:
        """Trials."""
        return self.schedule.trials

    @property
    def records(self) -> int:
        """Records of a replicate that carries out all its trials."""
        return self.schedule.trials // self.record.every

    @property
    def most_events(self) -> int:
        """The most interventions that may happen in a replicate."""
        return sum(interventions.most_events(item, self.schedule.trials) for item in self.interventions)

    @property
    def recipe(self) -> recipe.Recipe:
        """Numbers of the scenario as learners take them."""
        net, task, own, trials = self.network, self.task, self.astrocytes, self.perturbation
        calcium, junctions, decision = self.calcium, self.gap_junctions, self.decision
        return recipe.Recipe(
            recipe.Clusters(**net.model_dump()),
            recipe.Windows(**task.model_dump()),
            recipe.Astrocytes(
                own.per_cluster, own.radius, own.activation, own.max_active, own.window, own.threshold,
                own.exploration if by_calcium(self) else 0.0, calcium.sensing, calcium.drive, calcium.trial_ms,
                calcium.leap_ms, calcium.parameters, junctions.rule, junctions.reach, junctions.strength,
                junctions.threshold, junctions.width,
            ),
            self.adaptation,
            recipe.Trials(
                trials.sigma, trials.fraction, trials.limit, decision.reward, decision.gain, decision.cap,
                decision.window, decision.race, self.schedule.trials, self.schedule.stop, decision.margin,
                decision.consolidation, decision.rate,
            ),
        )  # fmt: skip

    @model_validator(mode="after")
    def _fits(self) -> WindowScenario:
        found = [f"{problem}." for problem in recipe.problems(self.recipe)] if own_code_runs.get() else []
        bits = [len(side) for side in self.task.patterns[0]]
        for what, count, most in zip(
            ("input", "target"), bits, (self.network.inputs, self.network.outputs), strict=True
        ):
            if count > most:
                field = "inputs" if what == "input" else "outputs"
                found.append(
                    f"task.patterns: {count} {what} bits, but network.{field} = {most}. Write fewer, or more neurons."
                )
        complain([*found, *interventions.problems(self)])
        return self
