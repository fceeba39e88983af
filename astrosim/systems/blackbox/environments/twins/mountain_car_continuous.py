"""Car in a valley with a motor of any strength, as Gymnasium's MountainCarContinuous-v0 computes it (its own units).

Gymnasium's first state is float64, all later ones are float32, and so is what is computed of them.
"""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import phase
from astrosim.systems.blackbox.environments.twins.rounding import single

ENVIRONMENT = "MountainCarContinuous-v0"
ENTRY = "gymnasium.envs.classic_control.continuous_mountain_car:Continuous_MountainCarEnv"
STATE = 2  # position, velocity
LOW = (-1.0,)
HIGH = (1.0,)

# Gymnasium 1.4, continuous_mountain_car.py, Continuous_MountainCarEnv.__init__ and step
LEFT, RIGHT = -1.2, 0.6
FASTEST = 0.07
GOAL = 0.45
POWER = 0.0015
GRAVITY = 0.0025
PRIZE = 100.0  # at the goal
COST = 0.1  # of a squared action
FIRST_LOW, FIRST_HIGH = -0.6, -0.4  # reset


def first_state(generator: np.random.Generator) -> np.ndarray:
    """Return the state after a reset, shape (2,)."""
    return np.array([generator.uniform(low=FIRST_LOW, high=FIRST_HIGH), 0.0])


@phase
def observe(state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (2,)."""
    for i in range(STATE):
        observation[i] = single(state[i])


@phase
def rounded(x, time):
    """Return a number in the precision of the state: float64 in the first step, float32 later."""
    return x if time == 0 else single(x)


@phase
def step(state, time, action, loops):
    """Drive for one step with a float32 force. Writes: state (2,).

    Returns reward, and whether the episode ends.
    """
    position, velocity = state[0], state[1]
    slope = GRAVITY * math.cos(rounded(3 * position, time))
    velocity = rounded(velocity + single(single(action * single(POWER)) - single(slope)), time)
    fastest, left, right = rounded(FASTEST, time), rounded(LEFT, time), rounded(RIGHT, time)
    velocity = min(max(velocity, -fastest), fastest)
    position = min(max(rounded(position + velocity, time), left), right)
    if position == left and velocity < 0.0:
        velocity = 0.0
    ended = position >= rounded(GOAL, time) and velocity >= 0.0
    state[0], state[1] = single(position), single(velocity)
    return (PRIZE if ended else 0.0) - action * action * COST, ended
