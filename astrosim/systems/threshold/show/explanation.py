"""What an astrocyte scenario means: the phases of a trial with their rules, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.errors import AstrosimError
from astrosim.core.phases import NEURON_PHASES, Phase
from astrosim.explain.interventions import interventions_table
from astrosim.explain.tables import (
    heading,
    new_table,
    phases_table,
)
from astrosim.explain.workload import work_table
from astrosim.rules.choices import NEURON_MODELS, REWARDS
from astrosim.scenario.words import counted
from astrosim.systems.threshold.learners.table import carrier_of
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import record_words
from astrosim.systems.threshold.workload import workload

if TYPE_CHECKING:
    from astrosim.systems.threshold.custom import Overrides


def explanation(scenario: Scenario, resolved: Mapping[str, Scenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    planned = any(condition.interventions for condition in resolved.values())
    extended = any(condition.agents.astrocyte is not None for condition in resolved.values())
    return [
        heading(scenario, file, f"system {scenario.system}"),
        *([own_astrocytes_table(resolved)] if extended else []),
        *([interventions_table(resolved)] if planned else []),
        *_trials(resolved),
        work_table(workload(scenario)),
    ]


def _trials(resolved: Mapping[str, Scenario]) -> list[Table]:
    """The phases of a trial; neurons that learn by themselves have others, and so have both together."""
    groups: dict[tuple[Phase, ...], dict[str, Scenario]] = {}
    for name, scenario in resolved.items():
        groups.setdefault(carrier_of(scenario).phases, {})[name] = scenario
    return [phases_table("A trial, phase by phase", phases, own, rule) for phases, own in groups.items()]


def own_astrocytes_table(resolved: Mapping[str, Scenario]) -> Table:
    """Return the class of each condition's astrocytes, where it comes from, and what it overrides."""
    table = new_table(
        "\nOwn astrocytes", ("condition", {"no_wrap": True}), ("class", {}), ("from", {}), ("what it changes", {})
    )
    for name, scenario in resolved.items():
        if scenario.agents.astrocyte is None or not scenario.astrocytic:
            table.add_row(name, "-", "-", "nothing")
            continue
        kind, overrides = _own_class(scenario)
        file = scenario.agents.file
        place = f"module {scenario.agents.astrocyte.partition(':')[0]}" if file is None else file.path.name
        table.add_row(name, kind.__name__, place, str(overrides))
    return table


def rule(phase: str, scenario: Scenario) -> str:
    """Describe a phase under a resolved scenario, with its numbers, and what an own class changes of it."""
    text = _told(phase, scenario)
    if scenario.agents.astrocyte is None or not scenario.astrocytic:
        return text
    kind, overrides = _own_class(scenario)
    changed = overrides.of(phase)
    return f"{kind.__name__}: {', '.join(changed)}; else: {text}" if changed else text


def _own_class(scenario: Scenario) -> tuple[type, Overrides]:
    """The class of the astrocytes, and what it changes."""
    from astrosim.systems.threshold.custom import (  # loads Mesa, which no other explanation needs
        astrocyte_class,
        overrides_of,
    )

    kind = astrocyte_class(scenario)
    return kind, overrides_of(kind)


def _told(phase: str, scenario: Scenario) -> str:
    """A phase in words: the common ones, else the learner's."""
    learner = carrier_of(scenario)
    if learner.phases == NEURON_PHASES:
        return learner.words(phase, scenario, "")
    if phase == "record" or (phase == "present" and scenario.learner != "both"):
        return _common_rule(phase, scenario)
    return learner.words(phase, scenario, _judged(scenario))


def _common_rule(phase: str, scenario: Scenario) -> str:
    if phase == "present":
        most, window = len(scenario.task.patterns), scenario.decision.window
        shown = "all" if window in (0, most) else f"{window} per trial"
        part = f", {shown}" if window != 1 else ""
        return f"{counted(most, 'pattern')}{part}; episodes of {counted(scenario.schedule.trials_per_episode, 'trial')}"
    if phase == "record":
        return record_words(scenario)
    raise AstrosimError(f"phase: none that all learners share ({phase!r}).")


def _judged(scenario: Scenario) -> str:
    """How a pass is judged."""
    chosen = scenario.decision
    gain = "" if chosen.gain == 1.0 else f"{chosen.gain:g} x "
    reward = REWARDS[chosen.reward].told(gain=gain, cap=chosen.cap)
    over = "" if chosen.window == 1 else ", mean over the patterns"
    return f"{_pass(scenario)}{chosen.reward} reward = {reward}{over}"


def _pass(scenario: Scenario) -> str:
    """What a pass is beyond one cycle; empty for the report's."""
    cycles, tonic = scenario.network.cycles, scenario.network.tonic
    steps = [] if cycles == 1 else [f"{cycles} synchronous cycles"]
    drive = [] if tonic == 0 else [f"{tonic} tonic neuron{'' if tonic == 1 else 's'}"]
    own = NEURON_MODELS[scenario.network.model].told(leak=scenario.network.leak)
    told = [*steps, *drive, *([own] if own else [])]
    return ", ".join(told) + "; " if told else ""
