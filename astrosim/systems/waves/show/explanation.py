"""What a wave scenario means: the chains of its conditions, the phases of an update, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import Phase
from astrosim.explain.tables import (
    heading,
    names_words,
    new_table,
    phases_table,
    together,
)
from astrosim.explain.workload import work_table
from astrosim.systems.population.words import adaptation_words, exploration_words
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.scenario.sections import UPDATE
from astrosim.systems.waves.workload import workload

BATCH = Phase("batch", "the next images of a pass; every pass has an order of its own")
PROJECT = Phase("project", "the front makes features of the images")
DISTURB = Phase("disturb", "leak, noise and loss, after every step")
GRADIENT = (
    BATCH,
    PROJECT,
    Phase("forward", "the wave, step by step"),
    DISTURB,
    Phase("loss", "how far the outputs are from the targets"),
    Phase("backward", "the loss's gradient by every live weight and bias"),
    Phase("Adam", "all weights take a step"),
)
KEEP_REVERT = (
    BATCH,
    PROJECT,
    Phase("evaluate before", "the wave, step by step, and its reward"),
    DISTURB,
    Phase("sense", "every cell behind the inputs is an astrocyte: it feels the mean |signal| into its territory"),
    Phase("activate", "some astrocytes act, each on the weights of its territory"),
    Phase("perturb", "the weights of the territories take a Gaussian step each"),
    Phase("evaluate after", "the same images through the changed wave"),
    Phase("decide", "keep the change if the reward rose, strictly; else restore every weight"),
    Phase("adapt", "the active astrocytes note the outcome; every so often thresholds move"),
)
PHASES_BY_RULE = {
    "gradient": ("An update by gradient, phase by phase", GRADIENT),
    "keep_revert": ("An update by keep or revert, phase by phase", KEEP_REVERT),
}


def explanation(scenario: WaveScenario, resolved: Mapping[str, WaveScenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    return [
        heading(scenario, file, f"waves on {scenario.task.data}"),
        chains_table(resolved),
        *update_tables(resolved),
        work_table(workload(scenario)),
    ]


def chains_table(resolved: Mapping[str, WaveScenario]) -> Table:
    """Return the network of each condition: its layers, and what it consists of."""
    table = new_table(
        "\nNetworks",
        ("condition", {"max_width": 22, "overflow": "fold"}),
        ("steps", {"max_width": 18, "overflow": "fold"}),
        ("layers", {"max_width": 44, "overflow": "fold"}),
        *((name, {"justify": "right", "no_wrap": True}) for name in ("live\nweights", "values\nin all", "cells")),
    )
    groups = together({name: f"{steps_words(s)} {layers_words(s)} {s.parameters}" for name, s in resolved.items()})
    for names in groups.values():
        scenario = resolved[names[0]]
        numbers = scenario.live_weights, scenario.parameters, scenario.cells
        table.add_row(
            names_words(names), steps_words(scenario), layers_words(scenario), *(f"{number:,}" for number in numbers)
        )
    return table


def steps_words(scenario: WaveScenario) -> str:
    """Return the chain as it was written, and how many steps it has."""
    written = "all to all" if scenario.network.model == "mlp" else scenario.network.steps
    return f"{written} ({scenario.step_count})"


def layers_words(scenario: WaveScenario) -> str:
    """Return widths of all layers, or their shapes on a grid."""
    if scenario.network.model == "mlp":
        return "-".join(str(width) for width in scenario.widths)
    return scenario.chain().shapes()


def update_tables(resolved: Mapping[str, WaveScenario]) -> list[Table]:
    """Return the phases of an update, a table for each training rule in use."""
    tables = []
    for rule, (title, phases) in PHASES_BY_RULE.items():
        own = {name: scenario for name, scenario in resolved.items() if scenario.training.rule == rule}
        if own:
            tables.append(phases_table(title, phases, own, update_rule))
    return tables


def update_rule(phase: str, scenario: WaveScenario) -> str:
    """Describe a phase of an update under a resolved scenario, with its numbers."""
    rules = {
        "batch": _batch_rule,
        "project": _project_rule,
        "forward": forward_rule,
        "disturb": disturbance_words,
        "loss": _loss_rule,
        "backward": lambda s: f"{s.live_weights:,} weights and {s.biases:,} {_bias_words(s)}",
        "Adam": _adam_rule,
        "sense": lambda s: "traffic: |w x|, mean over taps and images",
        "activate": _activate_rule,
        "evaluate before": lambda s: f"{forward_rule(s)}; reward = - {_loss_rule(s)}, over the images",
        "perturb": lambda s: f"sigma {s.astrocytes.sigma:g}, clipped to +-{s.astrocytes.limit:g}",
        "evaluate after": lambda s: "as before",
        "decide": lambda s: "kept if after > before",
        "adapt": lambda s: adaptation_words(s.adaptation, s.astrocytes.outcomes),
    }
    return rules[phase](scenario)


def _batch_rule(scenario: WaveScenario) -> str:
    if scenario.task.data == "xor":
        return f"all four rows; {scenario.updates_per_epoch} updates per epoch"
    return (
        f"{scenario.images_per_update} of {scenario.training_images:,} images of {scenario.task.data}; "
        f"{scenario.updates_per_epoch:,} updates per epoch"
    )


def _project_rule(scenario: WaveScenario) -> str:
    front = scenario.front
    before = "z-scored pixels, " if front.standardise and front.rule == "none" else ""
    after = ", z-scored" if front.standardise and front.rule != "none" else ""
    vae = f"VAE {scenario.data_width}-{front.hidden}-{front.width}, sampled features"
    words = {
        "none": "nothing (raw inputs)" if not before else "no front",
        "sparse": f"sparse random projection to {front.width}, one of each seed",
        "gaussian": f"Gaussian random projection to {front.width}, one of each seed",
        "vae": f"{vae}; trained {front.epochs} passes beforehand, then fixed",
        "covae": f"{vae}; trained for a pass before each epoch, by its own loss alone",
    }
    return f"{before}{words[front.rule]}{after}"


def forward_rule(scenario: WaveScenario) -> str:
    """Describe the way of values through the network, and their disturbances."""
    network = scenario.network
    if network.model == "mlp":
        return f"{scenario.step_count} layers, all to all; {network.activation} after each but the last"
    where = "after each word but the last" if network.variant == "published" else "after each but the last"
    softmax = " over the layer" if network.activation == "softmax" else ""
    return f"{scenario.step_count} steps, reach {network.reach}; {network.activation}{softmax} {where}"


def disturbance_words(scenario: WaveScenario) -> str:
    """Return leak, noise and loss, where there are any; how much is told among the values."""
    leak, noise, loss = scenario.leak, scenario.noise, scenario.loss
    found = []
    if leak.sigma:
        found.append(f"leak by the {leak.kernel} kernel, border {leak.border}{_when(leak.when)}")
    if noise.sigma:
        found.append(f"noise on {noise.place}{_when(noise.when)}")
    if loss.p:
        found.append(f"loss of {loss.place}{_when(loss.when)}")
    return "; ".join(found) or "nothing"


def _when(when: str) -> str:
    return "" if when == "both" else f", in {when} only"


def _loss_rule(scenario: WaveScenario) -> str:
    return "mean squared error" if scenario.task.data == "xor" else "mean negative log-likelihood of log-softmax"


def _bias_words(scenario: WaveScenario) -> str:
    return "gains" if scenario.network.bias == "gain" else "biases"


def _adam_rule(scenario: WaveScenario) -> str:
    rate = f"learning rate {scenario.training.learning_rate:g}"
    return f"{rate}, by cosine to 0" if scenario.training.decay == "cosine" else f"{rate}, constant"


def _activate_rule(scenario: WaveScenario) -> str:
    astrocytes = scenario.astrocytes
    explored = exploration_words(astrocytes.exploration, astrocytes, UPDATE)
    return f"at most {astrocytes.max_active}, territories of radius {astrocytes.radius}; {explored}"
