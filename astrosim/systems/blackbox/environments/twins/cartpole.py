"""Cart and pole (Barto, Sutton & Anderson 1983), as Gymnasium's CartPole-v1 computes it; metres, radians, seconds."""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.numpy_loops import cosine, sine
from astrosim.systems.blackbox.environments.twins.rounding import single

ENVIRONMENT = "CartPole-v1"
ENTRY = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"
STATE = 4  # position, velocity, angle, angular velocity
LOW = ()
HIGH = ()

# Gymnasium 1.4, cartpole.py, CartPoleEnv.__init__
GRAVITY = 9.8  # m/s^2
POLE_MASS = 0.1  # kg
TOTAL_MASS = POLE_MASS + 1.0  # kg
HALF_LENGTH = 0.5  # m
POLE_MOMENT = POLE_MASS * HALF_LENGTH  # kg m
FORCE = 10.0  # N
INTERVAL = 0.02  # s
ANGLE_LIMIT = 12 * 2 * math.pi / 360  # rad
POSITION_LIMIT = 2.4  # m
SPREAD = 0.05  # of the first state; CartPoleEnv.reset


def first_state(generator: np.random.Generator) -> np.ndarray:
    """Return the state after a reset, shape (4,)."""
    return generator.uniform(low=-SPREAD, high=SPREAD, size=(STATE,))


@phase
def observe(state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (4,)."""
    for i in range(STATE):
        observation[i] = single(state[i])


@phase
def step(state, time, action, loops):
    """Apply an action for one interval. Writes: state (4,).

    Returns reward, and whether the episode ends.
    """
    x, speed, angle, turning = state[0], state[1], state[2], state[3]
    force = FORCE if action == 1.0 else -FORCE
    cos, sin = cosine(loops, angle), sine(loops, angle)
    push = (force + POLE_MOMENT * (turning * turning) * sin) / TOTAL_MASS
    turn = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS))
    drive = push - POLE_MOMENT * turn * cos / TOTAL_MASS
    x = x + INTERVAL * speed
    angle = angle + INTERVAL * turning
    state[0], state[1] = x, speed + INTERVAL * drive
    state[2], state[3] = angle, turning + INTERVAL * turn
    out = x < -POSITION_LIMIT or x > POSITION_LIMIT
    return 1.0, out or angle < -ANGLE_LIMIT or angle > ANGLE_LIMIT
