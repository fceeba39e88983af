"""What a scenario of images and spiking units means: its networks, the phases of a trial, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import Phase
from astrosim.explain.tables import heading, names_words, new_table, phases_table, together
from astrosim.explain.workload import work_table
from astrosim.systems.arrays.show import explanation as arrays
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.images.workload import workload

PHASES = (
    Phase("batch", "every few trials the next images, perhaps shifted; everything is computed from scratch"),
    Phase("choose", "one unit's astrocyte, and which side of its unit changes"),
    Phase("perturb", "the chosen synapses take a Gaussian step each"),
    Phase("show", "each image to the cleared unit, if its incoming side changes: frozen spikes in, charge out"),
    Phase(
        "evaluate", "readouts, by difference: linear in the unit's spikes, each with the charge that arrives in time"
    ),
    Phase("decide", "keep the change if the summed reward rose, strictly; else nothing has happened"),
    Phase("adapt", "sigma grows after a kept proposal, shrinks after a reverted one, within bounds"),
)


def explanation(scenario: ImageScenario, resolved: Mapping[str, ImageScenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    return [
        heading(scenario, file, f"spiking units over receptive fields on {scenario.task.data}"),
        networks_table(resolved),
        phases_table("A trial, phase by phase", PHASES, resolved, trial_rule),
        work_table(workload(scenario)),
    ]


def networks_table(resolved: Mapping[str, ImageScenario]) -> Table:
    """Return the network of each condition, and what its astrocytes own."""
    heads = ("spiking\nunits", "hears", "synapses", "astrocytes", "owns")
    table = new_table(
        "\nNetworks", ("condition", {"overflow": "fold"}), *((name, {"justify": "right"}) for name in heads)
    )
    for names in together({name: f"{one.network}" for name, one in resolved.items()}).values():
        one = resolved[names[0]]
        owns = one.incoming + 1 + one.outputs
        cells = f"{one.network.units:,}", hears_words(one), f"{one.synapses:,}", f"{one.astrocytes:,}", f"{owns:,}"
        table.add_row(names_words(names), *cells)
    return table


def hears_words(scenario: ImageScenario) -> str:
    """Describe the inputs of a unit."""
    return f"{scenario.network.field} x {scenario.network.field} pixels"


def trial_rule(phase: str, scenario: ImageScenario) -> str:
    """Describe a phase of a trial under a resolved scenario, with its numbers."""
    rules = {
        "batch": _batch,
        "choose": _choose,
        "perturb": _perturb,
        "show": _show,
        "evaluate": _evaluate,
        "decide": _decide,
        "adapt": _adapt,
    }
    return rules[phase](scenario)


def _batch(scenario: Any) -> str:
    jitter = ", each pixel with a phase that is drawn" if scenario.batches.jitter else ""
    return arrays.trial_rule("batch", scenario) + jitter


def _choose(scenario: ImageScenario) -> str:
    outward = scenario.perturbation.outward
    return f"one of {scenario.astrocytes:,}; outgoing side with probability {outward:g}, else incoming side"


def _perturb(scenario: ImageScenario) -> str:
    rule = scenario.perturbation
    part = f"; each incoming one with probability {rule.fraction:g}" if rule.fraction < 1 else ""
    return f"sigma {rule.sigma:g} at first, times {rule.incoming:g} (incoming) or {rule.outgoing:g} (outgoing){part}"


def _show(scenario: ImageScenario) -> str:
    task = scenario.task
    trains = f"pixels at up to {task.rate_hz:g} Hz, levels: {task.levels:,}, phases: {task.phases}"
    return f"{task.window_ms:g} ms in steps of {task.step_ms:g} ms; {trains}"


def _evaluate(scenario: ImageScenario) -> str:
    race = scenario.decision.race
    early = f"; given up after {race:g} of the batch without a gain" if race < 1 else ""
    return f"mean over the batch: log softmax of the right class{early}"


def _decide(scenario: ImageScenario) -> str:
    mean = scenario.learner.average
    judged = f"; a running mean of the weights is tested, {mean:g} of it stays at each batch" if mean else ""
    return f"kept if after > before, on the whole batch{judged}"


def _adapt(scenario: Any) -> str:
    return f"{arrays.trial_rule('adapt', scenario)}; never below {scenario.perturbation.floor:g}"
