"""What a scenario on images or tables means: its networks, the phases of a trial, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from astrosim.core.phases import Phase
from astrosim.explain.tables import (
    heading,
    names_words,
    new_table,
    phases_table,
    together,
)
from astrosim.explain.workload import work_table
from astrosim.scenario.words import counted
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.tables.remarks import remarks
from astrosim.systems.arrays.tables.sources import runs_code
from astrosim.systems.arrays.tables.table import table_of
from astrosim.systems.arrays.workload import workload

PHASES = (
    Phase("batch", "every few trials the next images of a pass, perhaps shifted; everything is computed from scratch"),
    Phase("choose", "whose turn it is, and which side of the territory changes"),
    Phase("perturb", "the chosen synapses take a Gaussian step each"),
    Phase("evaluate", "what changes for the batch, by difference to the standing sums and logits"),
    Phase("decide", "keep the change if the summed reward rose, strictly; else nothing has happened"),
    Phase("adapt", "sigma grows after a kept proposal, shrinks after a reverted one, below a cap"),
)
TOGETHER = {
    "joint": "all of them if they gain more together than the best alone, else the best",
    "each": "all of them",
    "best": "the best of them",
}
"""What is kept of proposals that gained side by side."""


def explanation(scenario: ArrayScenario, resolved: Mapping[str, ArrayScenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    what = "receptive fields on" if scenario.task.of_images else "rows of"
    head = heading(scenario, file, f"{what} {scenario.task.data}")
    phases = phases_table("A trial, phase by phase", PHASES, resolved, trial_rule)
    code = sorted({text for one in resolved.values() if (text := runs_code(one.task.data, one.task.file))})
    told = [Text(f"\n{line}") for line in code]
    if not all(one.sizes.known for one in resolved.values()):
        return [head, *told, Text("Sizes are known once that code has run."), phases]
    data: list[RenderableType] = []
    if not all(one.task.of_images for one in resolved.values()):
        data = [data_table(resolved), *_remarks(resolved)]
    return [head, *told, *data, networks_table(resolved), phases, work_table(workload(scenario))]


def _remarks(resolved: Mapping[str, ArrayScenario]) -> list[Text]:
    """Lines on tables that are known without running anybody's code."""
    found: dict[str, None] = {}
    for one in resolved.values():
        if not one.task.of_images and (table := table_of(one.task)) is not None:
            found |= dict.fromkeys(remarks(table, one.task, one.seeds))
    return [Text(f"Note: {text}") for text in found]


def data_table(resolved: Mapping[str, ArrayScenario]) -> Table:
    """Return what is learned from in each condition."""
    heads = ("inputs", "learns", "training\nrows", "validation", "test")
    table = new_table("\nData", ("condition", {"overflow": "fold"}), *((name, {"justify": "right"}) for name in heads))
    for names in together({name: f"{one.task}" for name, one in resolved.items()}).values():
        one = resolved[names[0]]
        sizes = one.sizes
        learned = counted(sizes.outputs, "number") if sizes.regression else f"{sizes.outputs} classes"
        rows = (f"{count:,}" for count in (sizes.train, sizes.validation, sizes.test))
        table.add_row(names_words(names), f"{sizes.inputs:,}", learned, *rows)
    return table


def networks_table(resolved: Mapping[str, ArrayScenario]) -> Table:
    """Return the network of each condition, and what its astrocytes own."""
    heads = ("hidden\nunits", "hears", "synapses", "astrocytes", "owns")
    table = new_table(
        "\nNetworks", ("condition", {"overflow": "fold"}), *((name, {"justify": "right"}) for name in heads)
    )
    groups = together({name: f"{s.network} {s.territory}" for name, s in resolved.items()})
    for names in groups.values():
        one = resolved[names[0]]
        owns = one.territory.units * (one.incoming + 1 + one.outputs)
        cells = f"{one.network.units:,}", hears_words(one), f"{one.synapses:,}", f"{one.astrocytes:,}", f"{owns:,}"
        table.add_row(names_words(names), *cells)
    return table


def hears_words(scenario: ArrayScenario) -> str:
    """Describe the inputs of a hidden unit."""
    side, heard = scenario.network.field, scenario.incoming
    if scenario.network.connections == "fields":
        return f"{side} x {side} pixels"
    if heard == scenario.inputs:
        return "all pixels" if scenario.task.of_images else "all inputs"
    return f"{heard} of {scenario.inputs:,} inputs, at random"


def trial_rule(phase: str, scenario: ArrayScenario) -> str:
    """Describe a phase of a trial under a resolved scenario, with its numbers."""
    rules = {
        "batch": _batch_rule,
        "choose": _choose_rule,
        "perturb": _perturb_rule,
        "evaluate": _evaluate_rule,
        "decide": _decide_rule,
        "adapt": _adapt_rule,
    }
    return rules[phase](scenario)


def _batch_rule(scenario: ArrayScenario) -> str:
    first, last, rule = int(scenario.batch_sizes[0]), int(scenario.batch_sizes[-1]), scenario.batches
    images = f"{first:,}" if first == last else f"{first:,} to {last:,}"
    shift = f", shifted by up to {rule.shift} pixel{'s' if rule.shift > 1 else ''}" if rule.shift else ""
    rows = "images" if scenario.task.of_images else "rows"
    return f"{images} of {scenario.training_images:,} {rows}{shift}; each batch stays {rule.stay:,} trials"


def _choose_rule(scenario: ArrayScenario) -> str:
    outward = scenario.perturbation.outward
    sides = f"outgoing side with probability {outward:g}, else incoming side and bias"
    return {
        "astrocytes": f"{_actors_words(scenario)} of {scenario.astrocytes:,} astrocytes; {sides}",
        "random_mask": f"as many synapses as a territory has, anywhere; {sides}",
        "one_plus_one": "the whole network, both sides",
        "spsa": "the whole network, both sides, forth and back",
        "backpropagation": "the whole network",
    }[scenario.learner.rule]


def _actors_words(scenario: ArrayScenario) -> str:
    size = scenario.decision.proposals
    return "one" if size == 1 else f"{size:,} side by side (a round of as many trials)"


def _perturb_rule(scenario: ArrayScenario) -> str:
    rule = scenario.perturbation
    if scenario.learner.rule == "backpropagation":
        return "nothing is perturbed: the exact gradient"
    part = f"; each incoming one with probability {rule.fraction:g}" if rule.fraction < 1 else ""
    return f"sigma {rule.sigma:g} at first, times the scale of each sort of synapse{part}"


def _evaluate_rule(scenario: ArrayScenario) -> str:
    reward = {"log_likelihood": "log softmax of the right class", "squared_error": "minus the squared error"}
    race = scenario.decision.race
    early = f"; given up after {race:g} of the batch without a gain" if race < 1 else ""
    text = "minus half the squared error of the scaled numbers" if scenario.regression else ""
    penalty = f", less {scenario.decision.l2 / 2:g} of the sum of squared weights" if scenario.decision.l2 else ""
    return f"mean over the batch: {text or reward[scenario.decision.reward]}{penalty}{early}"


def _decide_rule(scenario: ArrayScenario) -> str:
    adam, alone = f"a step of Adam, rate {scenario.learner.rate:g}", "kept if after > before, on the whole batch"
    if scenario.decision.proposals > 1:
        return f"alone: after > before, on the whole batch; then {TOGETHER[scenario.decision.accept]}"
    return {"spsa": f"{adam}, every two trials", "backpropagation": f"{adam}, every three trials"}.get(
        scenario.learner.rule, alone
    )


def _adapt_rule(scenario: ArrayScenario) -> str:
    rule = scenario.perturbation
    if scenario.learner.rule in ("spsa", "backpropagation"):
        return "nothing"
    cap = f"{rule.cap:g}" + (f", falling to {rule.last_cap:g}" if rule.last_cap else "")
    return f"times exp({rule.grow:g}) or exp(-{rule.shrink:g}); cap {cap}"
