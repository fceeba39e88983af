"""What a scenario of a black box means: its task, its networks, the phases of a trial, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import Phase
from astrosim.explain.tables import heading, names_words, new_table, phases_table
from astrosim.explain.workload import work_table
from astrosim.systems.blackbox.network import FEW_INPUTS
from astrosim.systems.blackbox.rivals.table import RIVALS
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario, EnvironmentScenario, ObjectiveScenario
from astrosim.systems.blackbox.scenario.sections import KEEPING
from astrosim.systems.blackbox.workload import workload

PHASES = (
    Phase("birth", "once: random networks play the same episodes; learning starts from the best"),
    Phase(
        "batch", "every few trials fresh episodes; the current network plays them, its inputs give centre and spread"
    ),
    Phase("choose", "which astrocytes propose, and which side of each territory changes"),
    Phase("perturb", "the chosen synapses take a Gaussian step each, sized by the spread of their inputs"),
    Phase("evaluate", "the changed network plays the same episodes, in order"),
    Phase("decide", "keep the change if the mean return rose, strictly; else nothing has happened"),
    Phase("adapt", "sigma grows after a kept proposal, shrinks after a reverted one"),
)


def explanation(
    scenario: BlackboxScenario, resolved: Mapping[str, BlackboxScenario], file: str
) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    parts: list[RenderableType] = [heading(scenario, file, task_words(scenario))]
    parts += code_words(resolved)
    return [
        *parts,
        networks_table(resolved),
        phases_table("A trial, phase by phase", PHASES, resolved, trial_rule),
        work_table(workload(scenario)),
    ]


def task_words(scenario: BlackboxScenario) -> str:
    """Name the task."""
    kind = "environment" if isinstance(scenario, EnvironmentScenario) else "objective"
    return f"{kind} {scenario.named}"


def code_words(resolved: Mapping[str, BlackboxScenario]) -> list[RenderableType]:
    """Return a line for each module whose code a run would execute; nothing is imported for it."""
    found = {}
    for one in resolved.values():
        if one.names_module:
            file = one.task.module
            where = f"{file.name}, sha256 {file.sha256[:12]}" if file is not None else "an installed module"
            found[one.named] = f"runs code: {one.named} ({where})"
    return list(found.values())


def networks_table(resolved: Mapping[str, BlackboxScenario]) -> Table:
    """Return the network of each condition, and what its astrocytes own."""
    table = new_table(
        "\nNetworks",
        ("condition", {"overflow": "fold"}),
        ("learner", {}),
        ("learns", {"overflow": "fold"}),
        ("astrocytes", {"justify": "right"}),
    )
    shown: dict[tuple[str, ...], list[str]] = {}
    for name, one in resolved.items():
        actors = f"{one.actors:,}" if one.learner.rule == "astrocytes" else "-"
        shown.setdefault((learner_words(one), network_words(one), actors), []).append(name)
    for cells, names in shown.items():
        table.add_row(names_words(names), *cells)
    return table


def learner_words(scenario: BlackboxScenario) -> str:
    """Name the learner."""
    rule = scenario.learner.rule
    return rule if rule in KEEPING else RIVALS[rule].name


def network_words(scenario: BlackboxScenario) -> str:
    """Describe what is learned."""
    if isinstance(scenario, ObjectiveScenario) and not scenario.has_network:
        return f"{scenario.task.size:,} numbers"
    network = scenario.network
    if not network.units:
        return "a linear policy"
    heard = f"{network.features} inputs each" if network.features else f"all inputs up to {FEW_INPUTS}, else 2 sqrt(n)"
    direct = ", and a direct path" if network.direct else ""
    return f"{network.units:,} {network.response} units ({heard}){direct}"


def trial_rule(phase: str, scenario: BlackboxScenario) -> str:
    """Describe a phase of a trial under a resolved scenario, with its numbers."""
    keeps = scenario.learner.rule in KEEPING
    rule, decision, birth = scenario.perturbation, scenario.decision, scenario.birth
    first = f"{birth.networks} networks, {birth.warm} episodes before them for the first spread"
    if scenario.network.start is not None:
        first = f"none: weights and spread of another run ({scenario.network.start.name})"
    if not keeps:
        name = RIVALS[scenario.learner.rule].name
        return {
            "birth": first,
            "batch": f"fresh in each generation: {decision.episodes}",
            "choose": f"{name} samples whole networks",
            "perturb": "as the rival does, in the same scales",
            "evaluate": f"mean over {decision.episodes}",
            "decide": "the rival follows the returns",
            "adapt": "as the rival does",
        }[phase]
    race = f"; given up after {decision.race:g} of them if behind" if decision.race < 1 < decision.episodes else ""
    return {
        "birth": first,
        "batch": f"{decision.episodes} items, {decision.stay:,} trials on them",
        "choose": _choose_words(scenario),
        "perturb": f"sigma {rule.sigma:g} at first, times the scale of each sort of synapse",
        "evaluate": f"mean over {decision.episodes}{race}",
        "decide": "kept if after > before" if decision.accept == "strict" else "kept if after >= before",
        "adapt": _adapt_words(scenario),
    }[phase]


def _choose_words(scenario: BlackboxScenario) -> str:
    rule = scenario.perturbation
    sides = f"; outgoing side with probability {rule.outward:g}, else incoming side and bias"
    sides = sides if scenario.has_network else ""
    together_ = min(rule.together, scenario.actors)
    return {
        "astrocytes": f"{together_} of {scenario.actors:,} astrocytes, as one proposal{sides}",
        "random_mask": f"as many synapses as {together_} territories have, anywhere{sides}",
        "one_plus_one": "the whole network, both sides",
    }[scenario.learner.rule]


def _adapt_words(scenario: BlackboxScenario) -> str:
    rule = scenario.perturbation
    if not rule.grow and not rule.shrink:
        return "sigma stays"
    return f"times exp({rule.grow:g}) or exp(-{rule.shrink:g}); cap {rule.cap:g}"
