"""The frozen, closed description of a simulation of a spiking network. Source: NEST 3.10, Stimberg et al. 2018."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from astrosim.scenario.experiment import Experiment, own_code_runs
from astrosim.scenario.inputs import Located
from astrosim.scenario.interventions import MOST
from astrosim.scenario.section import Real, as_tuple, complain, quantity, table
from astrosim.systems.spiking.scenario import interventions
from astrosim.systems.spiking.scenario.interventions import Intervention
from astrosim.systems.spiking.scenario.plain import named_files, plain_problems
from astrosim.systems.spiking.scenario.sections import (
    TABLES,
    GapJunctions,
    SpikingInput,
    SpikingNetwork,
    SpikingRecord,
    SpikingSchedule,
)

Figure = Literal["rate_hz", "mean_calcium"]
"""Published figures that a report can set beside its own."""


class SpikingScenario(Experiment):
    """One simulation of a spiking network: conditions x seeds."""

    file_fields: ClassVar = (
        ("network", "neurons"),
        ("network", "astrocytes"),
        ("network", "synapses"),
        ("network", "tripartite"),
        ("input", "spikes"),
    )
    tables: ClassVar = {**TABLES, "interventions": Intervention}

    kind: Literal["spiking"] = quantity("spiking", "which family of systems")
    engine: Literal["kernel", "agents"] = quantity("kernel", "kernel: fast; agents: on a Mesa model, the same bits")
    learner: Literal["none"] = quantity("none", "none: a simulation without learning", "")
    network: SpikingNetwork = table(SpikingNetwork)
    gap_junctions: GapJunctions = table(GapJunctions)
    input: SpikingInput = table(SpikingInput)
    schedule: SpikingSchedule = table(SpikingSchedule)
    record: SpikingRecord = table(SpikingRecord)
    interventions: Annotated[tuple[Intervention, ...], BeforeValidator(as_tuple)] = quantity(
        (), "interventions between steps: tables [[interventions]]", "", max_length=MOST
    )
    reference: dict[str, dict[Figure, Real]] = Field(default_factory=dict, description="published figures by condition")

    @property
    def steps(self) -> int:
        """Steps of the grid."""
        return round(self.schedule.duration_ms / self.schedule.step_ms)

    @property
    def work(self) -> int:
        """Steps of the grid."""
        return self.steps

    @property
    def most_events(self) -> int:
        """The most interventions that may happen in a replicate."""
        return sum(interventions.most_events(item, self.schedule.duration_ms) for item in self.interventions)

    @model_validator(mode="after")
    def _fits(self) -> SpikingScenario:
        problems: list[str | Located] = [*plain_problems(self), *interventions.problems(self)]
        if own_code_runs.get():  # a listing loads no compiler
            problems += network_problems(self)
        complain(problems)
        return self


def network_problems(scenario: SpikingScenario) -> list[str | Located]:
    """Return what is wrong with files, populations, inputs and records."""
    from astrosim.systems.spiking.scenario import contents, populations

    return contents.file_problems(scenario) if named_files(scenario) else list(populations.problems(scenario))
