"""What must fit together in a wave scenario, one line a problem: ``field: what is wrong (value). What would be right.``

Fields that mean nothing for the chosen model are not looked at. A text names the field that made a default wrong, so
that the file's line can be found.
"""

from __future__ import annotations

import math
from typing import Any

from astrosim.scenario.section import short
from astrosim.systems.waves import mesh
from astrosim.systems.waves.scenario.sections import SIZES

WaveScenario = Any  # the schema imports its checks


WEIGHT_LIMIT = 20_000_000  # of an MLP; assumed: as the synapses of an astrocyte scenario
PUBLISHED_REACH = 3  # cells (spec, section 1)
OTHER_VARIANT = 'or network.variant = "described"'


def problems_of(scenario: WaveScenario) -> list[str]:
    """Return all that does not fit together; steps are looked at only if it is clear what goes in."""
    fronts = front_problems(scenario)
    networks = [] if fronts else network_problems(scenario)
    return [
        *task_problems(scenario),
        *fronts,
        *networks,
        *training_problems(scenario),
        *perturbation_problems(scenario),
    ]


def task_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of the task: more images than there are, or none left."""
    task, (train, test) = scenario.task, SIZES[scenario.task.data]
    if task.data == "xor":
        return [
            f'task.{field}: task.data = "xor" has its four rows and no more to choose from ({value}). Write 0.'
            for field, value in (("train", task.train), ("test", task.test), ("validation", task.validation))
            if value
        ]
    if task.validation >= train:
        return [
            f'task.validation: leaves none of the {train} training images of task.data = "{task.data}" '
            f"({task.validation}). Write at most {train - 1}."
        ]
    kept = f", less task.validation = {task.validation}" if task.validation else ""
    return [
        f'task.{field}: more than the {most} {words} images of task.data = "{task.data}"{less} ({value}). '
        f"Write at most {most}, or 0 for all."
        for field, words, value, most, less in (
            ("train", "training", task.train, train - task.validation, kept),
            ("test", "test", task.test, test, ""),
        )
        if value > most
    ]


def front_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of the front: it does not fit the data."""
    front, data, (rows, columns) = scenario.front, scenario.task.data, scenario.image_shape
    if data == "xor" and front.rule != "none":
        return [f'front.rule: task.data = "xor" has two inputs and no images ("{front.rule}"). Write "none".']
    is_published = scenario.network.variant == "published"
    if front.rule in ("vae", "covae") and is_published and (rows, columns) != (28, 28):
        return [
            f'front.rule: the published VAE reads 28x28 images, task.data = "{data}" has {rows}x{columns} '
            f'("{front.rule}"). Write task.data = "mnist", {OTHER_VARIANT}.'
        ]
    return []


def network_problems(scenario: WaveScenario) -> list[str]:
    """Return a network that cannot be built."""
    if scenario.network.model == "mlp":
        return mlp_problems(scenario)
    problems = [*bias_problems(scenario), *grid_problems(scenario)]
    return problems or chain_problems(scenario)


def mlp_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of an MLP: fields that it cannot have."""
    network, problems = scenario.network, []
    if network.bias == "gain":
        problems.append('network.bias: network.model = "mlp" has no gains ("gain"). Write "additive" or "none".')
    if network.initial in ("givens", "delta"):
        problems.append(
            f'network.initial: network.model = "mlp" has no neighbouring cells ("{network.initial}"). '
            'Write "unit", "he", "band" or "full".'
        )
    if scenario.live_weights > WEIGHT_LIMIT:
        problems.append(
            f"network.hidden: too many weights ({scenario.live_weights}). At most {WEIGHT_LIMIT} fit: lower "
            "network.hidden or front.width."
        )
    return problems


def bias_problems(scenario: WaveScenario) -> list[str]:
    """Return a bias of the other variant."""
    network = scenario.network
    if network.variant == "described" and network.bias == "gain":
        return [
            'network.bias: a gain belongs to the published program ("gain"). Write "additive" or "none", '
            'or network.variant = "published".'
        ]
    if network.variant == "published" and network.bias == "additive":
        return [
            f'network.bias: network.variant = "published" has no offsets ("additive"). Write "gain" or "none", '
            f"{OTHER_VARIANT}."
        ]
    return []


def grid_problems(scenario: WaveScenario) -> list[str]:
    """Return an input layer of another size, or one that the published program does not know."""
    network, problems = scenario.network, []
    grid, width = network.grid, scenario.input_width
    if grid is not None and len(grid) != 2:
        problems.append(
            f"network.grid: not rows and columns ({list(grid)}). Write two numbers whose product is {width}."
        )
    elif grid is not None and math.prod(grid) != width:
        problems.append(
            f"network.grid: {math.prod(grid)} cells for the {width} inputs of {input_words(scenario)} ({list(grid)}). "
            f"Write two numbers whose product is {width}."
        )
    elif grid is not None and network.variant == "published" and grid[0] > 1:
        problems.append(
            f'network.grid: the steps of network.variant = "published" run along a line ({list(grid)}). '
            f"Write [1, {width}], {OTHER_VARIANT}."
        )
    if network.variant == "published" and network.reach != PUBLISHED_REACH:
        problems.append(
            f'network.reach: the steps of network.variant = "published" reach {PUBLISHED_REACH} cells '
            f"({network.reach}). Write {PUBLISHED_REACH}, {OTHER_VARIANT}."
        )
    return problems


def input_words(scenario: WaveScenario) -> str:
    """Name the field that gives the network its inputs."""
    return f'task.data = "{scenario.task.data}"' if scenario.front.rule == "none" else "front.width"


def chain_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of the steps: they are no chain, or end at another width than the task's."""
    network = scenario.network
    try:
        chain = scenario.chain()
    except mesh.ChainError as error:
        return [f"network.steps: {error}"]
    outputs = scenario.output_width
    if chain.widths[-1] != outputs:
        k = network.reach - 1
        return [
            f"network.steps: {short(network.steps)} ends at width {chain.widths[-1]}, not at {outputs} as task.data = "
            f'"{scenario.task.data}" asks, from the {chain.widths[0]} inputs of {input_words(scenario)} '
            f"({chain.shapes()}). Write steps that end at {outputs}: along an axis, by network.reach, s adds {k}, "
            f"g takes {k}, d adds none."
        ]
    return []


def training_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of keep and revert."""
    training, problems = scenario.training, []
    if training.rule == "keep_revert" and scenario.network.model == "mlp":
        problems.append(
            'training.rule: network.model = "mlp" has no astrocytes that could perturb ("keep_revert"). '
            'Write "gradient".'
        )
    if training.rule == "keep_revert" and training.decay != "constant":
        problems.append(
            f'training.decay: training.rule = "keep_revert" has no learning rate that could decay '
            f'("{training.decay}"). Write "constant".'
        )
    return problems


def perturbation_problems(scenario: WaveScenario) -> list[str]:
    """Return the problems of leak, noise and loss: of the wrong model, too many at once, or of an impossible kernel."""
    leak, amounts = scenario.leak, perturbations(scenario)
    problems = []
    if scenario.network.model == "mlp":
        problems += [
            f'{field}: network.model = "mlp" has no cells to perturb between steps ({value:g}). Write 0.'
            for field, value in amounts.items()
        ]
    elif scenario.network.variant == "published" and len(amounts) > 1:
        first, *others = amounts
        problems += [
            f'{field}: network.variant = "published" takes leak, noise and loss one at a time, and {first} = '
            f"{amounts[first]:g} ({amounts[field]:g}). Write 0, or {first} = 0."
            for field in others
        ]
    if leak.sigma and leak.kernel == "attenuated" and leak.reach > 1:
        problems.append(
            f'leak.reach: leak.kernel = "attenuated" has three taps ({leak.reach}). Write 0 or 1, '
            'or leak.kernel = "normalised".'
        )
    if leak.sigma and leak.kernel == "attenuated" and leak.border != "zero":
        problems.append(
            f'leak.border: leak.kernel = "attenuated" knows no border but zero ("{leak.border}"). Write "zero", '
            'or leak.kernel = "normalised".'
        )
    return problems


def perturbations(scenario: WaveScenario) -> dict[str, float]:
    """Return leak, noise and loss that there is, by field."""
    amounts = {
        "leak.sigma": scenario.leak.sigma,
        "noise.sigma": scenario.noise.sigma,
        "loss.p": scenario.loss.p,
    }
    return {field: value for field, value in amounts.items() if value}
