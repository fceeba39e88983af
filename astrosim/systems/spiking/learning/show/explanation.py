"""What a scenario of learning over spiking windows means: its network, the phases of a trial, the work to come."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import Phase
from astrosim.explain.interventions import interventions_table
from astrosim.explain.tables import heading, names_words, new_table, phases_table, together
from astrosim.explain.workload import work_table
from astrosim.rules.choices import CONSOLIDATION, REWARDS
from astrosim.systems.population.words import adaptation_words
from astrosim.systems.spiking.learners.circuit import cluster_network, territories
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario
from astrosim.systems.spiking.learning.workload import workload

PHASES = (
    Phase("present", "the patterns of the trial: their standing windows are known, or shown again"),
    Phase("activate", "one astrocyte at random, or those with the highest calcium over threshold"),
    Phase("perturb", "a part of their territories' synapses takes a Gaussian step each"),
    Phase("show", "each pattern to the cleared network: frozen spikes in, readout currents out"),
    Phase("decide", "keep the change if the mean reward rose, strictly; else restore every weight"),
    Phase("live", "traffic of the standing windows brings IP3; calcium goes on for the time of a trial"),
    Phase("adapt", "active astrocytes remember the outcome; thresholds follow recent success"),
    Phase("record", "write down what the record plan names; this changes nothing"),
)


def explanation(scenario: WindowScenario, resolved: Mapping[str, WindowScenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    return [
        heading(scenario, file, "spiking network that learns over windows"),
        networks_table(resolved),
        *([interventions_table(resolved)] if any(one.interventions for one in resolved.values()) else []),
        phases_table("A trial, phase by phase", PHASES, resolved, trial_rule),
        work_table(workload(scenario)),
    ]


def networks_table(resolved: Mapping[str, WindowScenario]) -> Table:
    """Return neurons, synapses and territories of each condition's network, of the first seed."""
    table = new_table(
        "\nNetworks (of the first seed)",
        ("condition", {"overflow": "fold"}),
        ("neurons", {"justify": "right"}),
        ("synapses", {"justify": "right"}),
        ("astrocytes", {"justify": "right"}),
        ("synapses per territory", {"justify": "right"}),
    )
    rows = {name: "|".join(network_words(one)) for name, one in resolved.items()}
    for names in together(rows).values():
        table.add_row(names_words(names), *network_words(resolved[names[0]]))
    return table


def network_words(scenario: WindowScenario) -> tuple[str, str, str, str]:
    """Return neurons, synapses, astrocytes, and the synapses of a territory (mean) of the first seed's network."""
    recipe = scenario.recipe
    network = cluster_network(recipe, scenario.seeds[0])
    held = territories(recipe, network)
    sizes = f"{held.synapses.sizes.mean():,.0f}"
    return f"{network.kind.size:,}", f"{network.post.size:,}", f"{len(held):,}", sizes


def trial_rule(phase: str, scenario: WindowScenario) -> str:
    """Describe a phase of a trial under a resolved scenario, with its numbers."""
    told = {
        "present": _present,
        "activate": _activate,
        "perturb": _perturb,
        "show": _show,
        "decide": _decide,
        "live": _live,
        "adapt": _adapt,
        "record": _record,
    }
    return told[phase](scenario)


def _present(scenario: WindowScenario) -> str:
    shown, every = scenario.decision.window, len(scenario.task.patterns)
    return "all patterns" if not shown or shown >= every else f"{shown} of {every}, drawn afresh"


def _activate(scenario: WindowScenario) -> str:
    own = scenario.astrocytes
    if own.activation == "random":
        return f"{own.max_active} at random"
    idle = "; no trial while none is above" if own.activation == "strict" else "; at least one"
    return f"calcium over threshold, at most {own.max_active}{idle}; exploration {own.exploration:g} per trial"


def _perturb(scenario: WindowScenario) -> str:
    own = scenario.perturbation
    return f"{own.fraction:g} of a territory in all; sigma {own.sigma:g}, clipped to +-{own.limit:g}"


def _show(scenario: WindowScenario) -> str:
    task = scenario.task
    return (
        f"{task.window_ms:g} ms in steps of {task.step_ms:g} ms; on-bits at {task.rate_hz:g} Hz; an output is 1 above "
        f"{task.threshold_pa:g} pA"
    )


def _decide(scenario: WindowScenario) -> str:
    own = scenario.decision
    race = "; given up once it cannot be saved" if own.race else ""
    beyond = f" by more than {own.margin:g}" if own.margin else ""
    stays = CONSOLIDATION[own.consolidation].told(rate=own.rate)
    return f"{REWARDS[own.reward].told(gain=f'{own.gain:g} x ', cap=own.cap)}, kept if it rose{beyond}{stays}{race}"


def _live(scenario: WindowScenario) -> str:
    if scenario.astrocytes.activation == "random":
        return "nothing: calcium decides nothing here"
    own, recipe = scenario.calcium, scenario.recipe
    time = recipe.astrocytes.trial_ms or recipe.windows.window_ms * (
        recipe.trials.window or len(recipe.windows.patterns)
    )
    gap = scenario.gap_junctions
    junctions = "" if gap.rule == "none" else f"; gap junctions {gap.rule}, within {gap.reach:g} units"
    return f"{time:g} ms, in leaps of {own.leap_ms:g} ms at most; IP3 by mean {own.sensing} x {own.drive:g}{junctions}"


def _adapt(scenario: WindowScenario) -> str:
    if scenario.astrocytes.activation == "random":
        return "nothing: thresholds decide nothing here"
    return adaptation_words(scenario.adaptation, scenario.astrocytes.window)


def _record(scenario: WindowScenario) -> str:
    log = ", and every decision" if scenario.record.decisions else ""
    return f"every {scenario.record.every} trials{log}"
