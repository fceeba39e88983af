"""What a scenario means: its values with units and sources, the phases of a trial, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from astrosim.phases import PHASES
from astrosim.scenario import Scenario, condition_names, resolve
from astrosim.scenario.fields import FIELDS, FieldFacts
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.problems import show
from astrosim.workload import Workload, engine_name, workload

TABLES = ("conditions", "reference", "interventions")  # no fields of their own
VARIES = "by condition"
MOOT = {
    "astrocytes": ("cursor.",),
    "cursor": ("astrocytes.", "sensing.", "exploration.", "adaptation."),
    "none": ("astrocytes.", "sensing.", "exploration.", "adaptation.", "cursor.", "perturbation.", "decision."),
}
"""Fields that mean nothing under a learner."""
NOTHING = "nothing (nobody learns)"


def explain(scenario: Scenario, console: Console, *, file: str = "") -> None:
    """Print the explanation of a scenario.

    Parameters
    ----------
    scenario : Scenario
    console : Console
        100 columns or more read best.
    file : str
        Where the scenario comes from.
    """
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    console.print(_heading(scenario, file))
    for part in (
        values_table(resolved),
        differences_table(resolved),
        phases_table(resolved),
        work_table(workload(scenario)),
    ):
        console.print(part)


def value_at(scenario: Scenario, path: str) -> Any:
    """The value of a field by its dotted path."""
    value: Any = scenario
    for part in path.split("."):
        value = getattr(value, part)
    return value


def differing(resolved: Mapping[str, Scenario]) -> list[str]:
    """Dotted paths of the fields whose value is not the same in all conditions."""
    first, *others = resolved.values()
    return [
        path
        for path in FIELDS
        if path not in TABLES and any(value_at(other, path) != value_at(first, path) for other in others)
    ]


def _heading(scenario: Scenario, file: str) -> RenderableType:
    lines = [Text(scenario.title or scenario.name, style="bold")]
    if scenario.source:
        lines.append(Text(f"Source: {scenario.source}"))
    where = f" ({file})" if file else ""
    lines.append(Text(f"Scenario {scenario.name}{where}, system {scenario.system}"))
    return Group(*lines, Text(f"Seeds: {_shown(scenario.seeds)}"), Text())


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, InputFile):
        return value.path.name
    if isinstance(value, tuple):
        return _shown_list(value)
    return f"{value:g}" if isinstance(value, float) else show(value).strip('"')


def _shown_list(values: tuple[Any, ...]) -> str:
    if values and isinstance(values[0], tuple):
        return f"{len(values)} patterns, {len(values[0][0])} bits to {len(values[0][1])}"
    if len(values) > 2 and values == tuple(range(values[0], values[0] + len(values))):
        return f'"{values[0]}:{len(values)}"'
    text = ", ".join(str(v) for v in values)
    return f"[{text}]"


def _table(title: str, *columns: tuple[str, dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, options in columns:
        table.add_column(name, header_style="underline", **options)
    return table


def values_table(resolved: Mapping[str, Scenario]) -> Table:
    """All fields: value with unit, range, source, meaning; ``*`` marks what is not the default."""
    table = _table(
        "Values (* not the default)",
        ("field", {"no_wrap": True}),
        ("value", {"no_wrap": True, "max_width": 23, "overflow": "ellipsis"}),
        ("range", {"max_width": 13}),
        ("source", {"no_wrap": True}),
        ("meaning", {"min_width": 16}),
    )
    varying, section = set(differing(resolved)), ""
    first = next(iter(resolved.values()))
    for path, facts in FIELDS.items():
        if path in TABLES:
            continue
        head, _, name = path.rpartition(".")
        if head != section:
            table.add_row(Text(f"[{head}]", style="bold"))
            section = head
        table.add_row(f"  {name}" if head else name, *_facts(facts, first, path in varying))
    return table


def _facts(facts: FieldFacts, scenario: Scenario, varies: bool) -> tuple[RenderableType, ...]:
    value = value_at(scenario, facts.path)
    unit = "" if facts.unit == "1" or isinstance(value, tuple) else facts.unit
    mark = "*" if value != facts.default else ""
    shown = VARIES if varies else " ".join(part for part in (_shown(value), unit, mark) if part)
    source = "assumed" if facts.source.startswith("assumed") else facts.source
    return Text(shown), Text(facts.interval), Text(source), Text(facts.meaning)


def differences_table(resolved: Mapping[str, Scenario]) -> RenderableType:
    """The fields that differ between conditions, a row a condition."""
    paths = differing(resolved)
    if not paths:
        return Text(
            f"\nOne condition: {', '.join(resolved)}\n" if len(resolved) == 1 else "\nConditions do not differ\n"
        )
    table = _table("\nConditions", ("condition", {"no_wrap": True}), *((path, {}) for path in paths))
    for name, scenario in resolved.items():
        moot = MOOT[scenario.learner]
        table.add_row(name, *("-" if p.startswith(moot) else Text(_shown(value_at(scenario, p))) for p in paths))
    return table


def phases_table(resolved: Mapping[str, Scenario]) -> Table:
    """The phases of a trial in order, with the rule that each condition chose."""
    table = _table(
        "\nA trial, phase by phase",
        ("", {"justify": "right"}),
        ("phase", {"no_wrap": True}),
        ("what happens", {"max_width": 36}),
        ("with which rule", {}),
    )
    for number, phase in enumerate(PHASES, start=1):
        table.add_row(str(number), phase.name, phase.sentence, _rules(phase.name, resolved))
    return table


def _rules(phase: str, resolved: Mapping[str, Scenario]) -> Text:
    """The rule of a phase; conditions that share one share a line."""
    groups: dict[str, list[str]] = {}
    for name, scenario in resolved.items():
        groups.setdefault(rule(phase, scenario), []).append(name)
    if len(groups) == 1:
        return Text(next(iter(groups)))
    return Text("\n").join(Text.assemble((", ".join(names), "bold"), f": {text}") for text, names in groups.items())


def rule(phase: str, scenario: Scenario) -> str:
    """What a phase does under a resolved scenario, with its numbers."""
    if phase in ("present", "record", "evaluate before", "evaluate after"):
        return _common_rule(phase, scenario)
    if scenario.learner == "none":
        return NOTHING
    if phase == "perturb":
        return _perturb_rule(scenario)
    if phase == "decide":
        return "kept if after > before"
    return _cursor_rule(phase, scenario) if scenario.learner == "cursor" else _astrocyte_rule(phase, scenario)


def _common_rule(phase: str, scenario: Scenario) -> str:
    if phase == "present":
        return f"{len(scenario.task.patterns)} patterns; episodes of {scenario.schedule.trials_per_episode} trials"
    if phase == "record":
        decisions = ", and every decision" if scenario.record.decisions else ""
        return f"every {scenario.record.every} episodes and the last{decisions}"
    if scenario.learner == "none" and phase == "evaluate after":
        return NOTHING
    reward = {
        "soft": "mean sigmoid of the outputs' distance from threshold",
        "binary": "fraction of matching bits",
    }
    return f"{scenario.decision.reward} reward = {reward[scenario.decision.reward]}"


def _cursor_rule(phase: str, scenario: Scenario) -> str:
    if phase == "adapt":
        return "nothing (the cursor does not adapt)"
    if phase == "sense":
        return "nothing (the cursor senses nothing)"
    cursor = scenario.cursor
    return f"after the first pass the cursor jumps (p = {cursor.jump:g}) or steps (up to {cursor.step:g} units)"


def _astrocyte_rule(phase: str, scenario: Scenario) -> str:
    if phase == "sense":
        firing = "firing = fraction of territory neurons that fired"
        traffic = "traffic = mean |weight| of territory synapses whose pre neuron fired"
        return firing if scenario.sensing.rule == "firing" else traffic
    if phase == "activate":
        return f"at most {scenario.astrocytes.max_active}; {_exploration(scenario)}"
    adaptation = scenario.adaptation
    return (
        f"every {adaptation.interval} trials by {adaptation.step:g}: down above {adaptation.upper_success:g} success, "
        f"up below {adaptation.lower_success:g}; within {adaptation.floor:g} to {adaptation.ceiling:g}"
    )


def _exploration(scenario: Scenario) -> str:
    exploration = scenario.exploration
    if exploration.rule == "none":
        return "no exploration"
    if exploration.rule == "flat":
        return f"exploration {exploration.flat_rate:g} a trial, flat"
    return f"exploration {exploration.initial_rate:g} / (1 + activations / {exploration.maturity:g}) a trial"


def _perturb_rule(scenario: Scenario) -> str:
    perturbation = scenario.perturbation
    where = {
        "territory": "union of the active territories",
        "random": "as many synapses as the active territories hold, anywhere",
        "single": "one synapse, anywhere",
        "global": "all synapses",
    }[perturbation.scope]
    if scenario.learner == "cursor" and perturbation.scope == "territory":
        where = f"synapses with a neuron within {scenario.cursor.radius:g} units of the cursor"
    return f"{where}; sigma {perturbation.sigma:g}, clipped to +-{perturbation.limit:g}"


def work_table(work: Workload) -> Table:
    """The size of the work to come."""
    table = _table("\nThe work to come", ("", {}), ("", {"justify": "right"}), ("", {}))
    table.show_header = False
    rows = (
        ("cells", f"{work.cells:,}", f"{work.conditions:,} conditions x {work.seeds:,} seeds"),
        ("neurons", f"{work.neurons:,}", "in the largest condition"),
        ("synapses", f"{work.synapses:,}", "expected, mean over seeds"),
        ("astrocytes", f"{work.astrocytes:,}", ""),
        ("trials a cell", f"{work.trials_per_cell:,}", "in the longest condition"),
        ("trials", f"{work.trials:,}", "over all cells"),
        ("  that learn", f"{work.learning_trials:,}", ""),
        ("records", f"{work.records:,}", f"episodes; {work.records_per_cell:,} in a cell"),
        ("on disk", f"about {bytes_words(work.disk_bytes)}", "before compression"),
        ("time", f"about {seconds_words(work.seconds)}", "on one core at a nominal rate; workers share it"),
    )
    for row in rows:
        table.add_row(*row)
    return table


def bytes_words(count: float) -> str:
    """A number of bytes with a decimal unit."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            break
        count /= 1000
    return f"{count:.3g} {unit}" if count < 1000 else f"{count:,.0f} {unit}"


def seconds_words(seconds: float) -> str:
    """A duration in the unit that reads best."""
    for unit, length in (("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.3g} {unit}" if seconds < 1000 * length else f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


__all__ = ["engine_name", "explain", "rule", "work_table"]
