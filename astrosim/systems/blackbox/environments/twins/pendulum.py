"""Pendulum to be swung up, as Gymnasium's Pendulum-v1 computes it; radians, seconds, kg, m."""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.numpy_loops import cosine, sine, square, square_single
from astrosim.systems.blackbox.environments.twins.rounding import single

ENVIRONMENT = "Pendulum-v1"
ENTRY = "gymnasium.envs.classic_control.pendulum:PendulumEnv"
STATE = 2  # angle, angular velocity
LOW = (-2.0,)
HIGH = (2.0,)

# Gymnasium 1.4, pendulum.py, PendulumEnv.__init__ and step
FASTEST = 8.0  # rad/s
INTERVAL = 0.05  # s
GRAVITY = 10.0  # m/s^2
MASS = 1.0  # kg
LENGTH = 1.0  # m
SPEED_COST, TORQUE_COST = 0.1, 0.001
FIRST_ANGLE, FIRST_SPEED = math.pi, 1.0  # DEFAULT_X, DEFAULT_Y


def first_state(generator: np.random.Generator) -> np.ndarray:
    """Return the state after a reset, shape (2,)."""
    high = np.array([FIRST_ANGLE, FIRST_SPEED])
    return generator.uniform(low=-high, high=high)


@phase
def observe(state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (3,)."""
    observation[0] = single(cosine(loops, state[0]))
    observation[1] = single(sine(loops, state[0]))
    observation[2] = single(state[1])


@phase
def step(state, time, action, loops):
    """Apply a float32 torque for one interval. Writes: state (2,).

    Returns reward, and whether the episode ends: never.
    """
    angle, speed = state[0], state[1]
    torque = np.float32(action)
    upright = ((angle + math.pi) % (2 * math.pi)) - math.pi
    effort = single(single(TORQUE_COST) * np.float64(square_single(loops, torque)))
    cost = square(loops, upright) + SPEED_COST * square(loops, speed) + effort
    pull = 3 * GRAVITY / (2 * LENGTH) * sine(loops, angle)
    drive = single(3.0 / (MASS * LENGTH**2) * action)
    speed = min(max(speed + (pull + drive) * INTERVAL, -FASTEST), FASTEST)
    state[0], state[1] = angle + speed * INTERVAL, speed
    return -cost, False
