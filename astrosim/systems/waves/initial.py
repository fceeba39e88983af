"""Initial weights of wave networks and MLPs (dimensionless). n is a cell's full fan-in, m the number of its live taps.

- full    uniform in +-1 / sqrt(n), whatever m is: the published one (spec, section 1)
- band    uniform in +-1 / sqrt(m)
- he      N(0, 2 / m) (He et al. 2015)
- unit    each row a random direction of length 1 over its live taps
- delta   the tap straight ahead 1, plus N(0, 0.1^2)
- givens  rotations of neighbouring pairs by random angles, a brick wall over the steps: a slide is orthogonal but for
          N(0, 0.1^2) that is added on all taps

Biases are 0 but for `published` networks, whose biases and gains are drawn as their weights.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.systems.waves.build import live_taps
from astrosim.systems.waves.draws import generator
from astrosim.systems.waves.mesh.steps import Step
from astrosim.systems.waves.scenario.schema import WaveScenario

STREAM = "wave_initial"
JITTER = 0.1  # 1; standard deviation around delta and givens (beyond the paper, spec)


def initial_parameters(scenario: WaveScenario, seed: int) -> np.ndarray:
    """Return parameters before training: weights of all live taps, then biases or gains.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved.
    seed : int

    Returns
    -------
    ndarray of float32, shape (parameter,)
    """
    network, random = scenario.network, generator(seed, STREAM)
    weights, biases = [], []
    for number, (heard, fan_in, step) in enumerate(_layers(scenario)):
        sizes = np.array([len(cell) for cell in heard])
        if network.initial == "givens" and step is not None:
            rows = _givens(step, number, random)
        elif network.initial == "delta" and step is not None:
            rows = _jittered([np.eye(len(cell))[_ahead(step, j)] for j, cell in enumerate(heard)], random)
        else:
            rows = _plain(network.initial, sizes, fan_in, random)
        weights.append(network.gain * rows)
        if network.bias != "none":
            bound = 1 / math.sqrt(fan_in) if network.variant == "published" else 0.0
            biases.append(random.uniform(-bound, bound, len(heard)))
    return np.concatenate([*weights, *biases]).astype(np.float32)


def _layers(scenario: WaveScenario) -> list[tuple[list[np.ndarray], int, Step | None]]:
    """Live taps and full fan-in of every product, with its step if it is one."""
    if scenario.network.model == "mlp":
        return [([np.arange(n)] * m, n, None) for n, m in pairwise(scenario.widths)]
    return [(live_taps(step), math.prod(step.inputs), step) for step in scenario.chain().steps]


def _plain(rule: str, sizes: np.ndarray, fan_in: int, random: np.random.Generator) -> np.ndarray:
    """Weights that depend on fan-ins alone."""
    live = np.repeat(sizes, sizes)
    if rule == "full":
        return random.uniform(-1, 1, len(live)) / math.sqrt(fan_in)
    if rule == "band":
        return random.uniform(-1, 1, len(live)) / np.sqrt(live)
    if rule not in ("he", "unit"):
        raise AstrosimError(f"network.initial: no such rule ({rule!r}).")
    normal = random.standard_normal(len(live))
    if rule == "he":
        return normal * np.sqrt(2 / live)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return normal / np.sqrt(np.bincount(owner, normal**2))[owner]


def _jittered(rows: list[np.ndarray], random: np.random.Generator) -> np.ndarray:
    flat = np.concatenate(rows)
    return flat + JITTER * random.standard_normal(len(flat))


def _ahead(step: Step, cell: int) -> int:
    """Place among a cell's taps of the one that lies straight ahead of it."""
    columns, before = step.outputs[1], step.inputs
    row = cell // columns * before[0] / step.outputs[0]
    column = cell % columns * before[1] / columns
    heard = step.taps[cell][step.taps[cell] >= 0]
    distance = (heard // before[1] - row) ** 2 + (heard % before[1] - column) ** 2
    return int(np.argmin(distance))


def _givens(step: Step, number: int, random: np.random.Generator) -> np.ndarray:
    """Rows of a brick of rotations on a line; `number` alternates the pairs."""
    cells, shift = step.inputs[1], (step.outputs[1] - step.inputs[1]) // 2
    turned = np.eye(cells)
    for first in range(number % 2, cells - 1, 2):
        angle = random.uniform(0, 2 * math.pi)
        c, s = math.cos(angle), math.sin(angle)
        turned[first : first + 2, first : first + 2] = [[c, -s], [s, c]]
    rows = []
    for j, heard in enumerate(live_taps(step)):
        source = j - shift
        rows.append(turned[source, heard] if 0 <= source < cells else np.zeros(len(heard)))
    return _jittered(rows, random)
