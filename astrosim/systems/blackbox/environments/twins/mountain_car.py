"""Car in a valley (Moore 1990), as Gymnasium's MountainCar-v0 computes it (its own units)."""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import phase
from astrosim.systems.blackbox.environments.twins.rounding import single

ENVIRONMENT = "MountainCar-v0"
ENTRY = "gymnasium.envs.classic_control.mountain_car:MountainCarEnv"
STATE = 2  # position, velocity
LOW = ()
HIGH = ()

# Gymnasium 1.4, mountain_car.py, MountainCarEnv.__init__
LEFT, RIGHT = -1.2, 0.6
FASTEST = 0.07
GOAL = 0.5
FORCE = 0.001
GRAVITY = 0.0025
FIRST_LOW, FIRST_HIGH = -0.6, -0.4  # MountainCarEnv.reset


def first_state(generator: np.random.Generator) -> np.ndarray:
    """Return the state after a reset, shape (2,)."""
    return np.array([generator.uniform(low=FIRST_LOW, high=FIRST_HIGH), 0.0])


@phase
def observe(state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (2,)."""
    for i in range(STATE):
        observation[i] = single(state[i])


@phase
def step(state, time, action, loops):
    """Drive for one step. Writes: state (2,).

    Returns reward, and whether the episode ends.
    """
    position, velocity = state[0], state[1]
    velocity += (action - 1.0) * FORCE + math.cos(3 * position) * -GRAVITY
    velocity = min(max(velocity, -FASTEST), FASTEST)
    position = min(max(position + velocity, LEFT), RIGHT)
    if position == LEFT and velocity < 0.0:
        velocity = 0.0
    state[0], state[1] = position, velocity
    return -1.0, position >= GOAL and velocity >= 0.0
