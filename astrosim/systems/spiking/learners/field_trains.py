"""Trains of pixels, and the numbers of the rules as trials take them (ms, Hz)."""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.core.rng import stream_key
from astrosim.systems.arrays.data import LARGEST
from astrosim.systems.proposals.proposing import STREAMS, TERRITORY
from astrosim.systems.proposals.state import Params
from astrosim.systems.proposals.teams import BEST
from astrosim.systems.spiking.learners.circuit import MS_PER_S
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe


def train_of(recipe: FieldRecipe, level: float, phase: float) -> np.ndarray:
    """Return arrivals of a regular train at each step's end, of a level from 0 to 1: uint8, shape (step,)."""
    out = np.zeros(recipe.steps, np.uint8)
    if level <= 0.0:
        return out
    period = MS_PER_S / (recipe.rate_hz * level)
    times = period * (phase + np.arange(int(recipe.window_ms / period) + 2))
    stamps = np.floor(times / recipe.step_ms + 1e-9).astype(np.int64) + recipe.delay_steps
    np.add.at(out, stamps[stamps < recipe.steps], 1)
    return out


def trains_of(recipe: FieldRecipe) -> np.ndarray:
    """Return arrivals of all trains: uint8, shape (level, phase, step)."""
    phases = (np.arange(recipe.phases) + 0.5) / recipe.phases
    return np.array([[train_of(recipe, n / recipe.levels, p) for p in phases] for n in range(recipe.levels + 1)])


def trains_by_value(recipe: FieldRecipe) -> np.ndarray:
    """Return arrivals of the train of each value that a pixel can have: uint8, shape (phase, step, value)."""
    values = np.arange(LARGEST[recipe.data] + 1)
    levels = np.rint(values * (recipe.levels / LARGEST[recipe.data])).astype(np.int64)
    return np.ascontiguousarray(trains_of(recipe)[levels].transpose(1, 2, 0))


def make_params(recipe: FieldRecipe, seed: int) -> Params:
    """Return the numbers of the rules, and the keys of the trials' streams."""
    return Params(
        scope=TERRITORY,
        incoming=np.float32(recipe.incoming),
        bias=np.float32(recipe.incoming),
        outgoing=np.float32(recipe.outgoing),
        output_bias=np.float32(0.0),
        outward=recipe.outward,
        fraction=recipe.fraction,
        grow_factor=float(exp(recipe.grow)),
        shrink_factor=float(exp(-recipe.shrink)),
        accept=BEST,
        race=recipe.race,
        keys=np.stack([stream_key(seed, stream) for stream in STREAMS]),
    )
