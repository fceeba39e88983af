"""Two links, driven at their joint (Sutton 1996), as Gymnasium's Acrobot-v1 computes it; radians, seconds, kg, m."""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.numpy_loops import cosine, cosine_single, sine, sine_single, square
from astrosim.systems.blackbox.environments.twins.rounding import single

ENVIRONMENT = "Acrobot-v1"
ENTRY = "gymnasium.envs.classic_control.acrobot:AcrobotEnv"
STATE = 4  # angles of the two links, their angular velocities
LOW = ()
HIGH = ()

# Gymnasium 1.4, acrobot.py, attributes of AcrobotEnv
INTERVAL = 0.2  # s
LENGTH = 1.0  # m, of the first link
MASS_1, MASS_2 = 1.0, 1.0  # kg
CENTRE_1, CENTRE_2 = 0.5, 0.5  # m, of a link's mass from its joint
INERTIA = 1.0  # kg m^2, of each link
FASTEST_1, FASTEST_2 = 4 * math.pi, 9 * math.pi  # rad/s
GRAVITY = 9.8  # m/s^2; AcrobotEnv._dsdt
SPREAD = 0.1  # of the first state; AcrobotEnv.reset
GOAL = 1.0  # height of the tip above the axle, in links; AcrobotEnv._terminal


def first_state(generator: np.random.Generator) -> np.ndarray:
    """Return the state after a reset, shape (4,): float32 numbers."""
    drawn = generator.uniform(low=-SPREAD, high=SPREAD, size=(STATE,)).astype(np.float32)
    return drawn.astype(np.float64)


@phase
def observe(state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (6,)."""
    for i in range(2):
        if time == 0:  # the first state is float32, and so is its cosine
            observation[2 * i] = np.float64(cosine_single(loops, np.float32(state[i])))
            observation[2 * i + 1] = np.float64(sine_single(loops, np.float32(state[i])))
        else:
            observation[2 * i] = single(cosine(loops, state[i]))
            observation[2 * i + 1] = single(sine(loops, state[i]))
        observation[4 + i] = single(state[2 + i])


@phase
def accelerations(angle_1, angle_2, speed_1, speed_2, torque, loops):
    """Return angular accelerations of both links; the book's equations."""
    cos, sin = cosine(loops, angle_2), sine(loops, angle_2)
    reach = LENGTH**2 + CENTRE_2**2 + 2 * LENGTH * CENTRE_2 * cos
    d1 = MASS_1 * CENTRE_1**2 + MASS_2 * reach + INERTIA + INERTIA
    d2 = MASS_2 * (CENTRE_2**2 + LENGTH * CENTRE_2 * cos) + INERTIA
    phi2 = MASS_2 * CENTRE_2 * GRAVITY * cosine(loops, angle_1 + angle_2 - math.pi / 2.0)
    phi1 = (
        -MASS_2 * LENGTH * CENTRE_2 * square(loops, speed_2) * sin
        - 2 * MASS_2 * LENGTH * CENTRE_2 * speed_2 * speed_1 * sin
        + (MASS_1 * CENTRE_1 + MASS_2 * LENGTH) * GRAVITY * cosine(loops, angle_1 - math.pi / 2)
        + phi2
    )
    rest = torque + d2 / d1 * phi1 - MASS_2 * LENGTH * CENTRE_2 * square(loops, speed_1) * sin - phi2
    second = rest / (MASS_2 * CENTRE_2**2 + INERTIA - square(loops, d2) / d1)
    return -(d2 * second + phi1) / d1, second


@phase
def wrapped(angle):
    """Return an angle between -pi and pi."""
    turn = math.pi - -math.pi
    while angle > math.pi:
        angle = angle - turn
    while angle < -math.pi:
        angle = angle + turn
    return angle


@phase
def summed(interval, k1, k2, k3, k4):
    """Return the change over an interval by the fourth-order rule of Runge and Kutta."""
    return interval / 6.0 * (k1 + 2 * k2 + 2 * k3 + k4)


@phase
def step(state, time, action, loops):
    """Apply a torque for one interval. Writes: state (4,).

    Returns reward, and whether the episode ends.
    """
    torque, half = action - 1.0, INTERVAL / 2.0
    a, b, c1, d1 = state[0], state[1], state[2], state[3]
    e1, f1 = accelerations(a, b, c1, d1, torque, loops)
    c2, d2 = c1 + half * e1, d1 + half * f1
    e2, f2 = accelerations(a + half * c1, b + half * d1, c2, d2, torque, loops)
    c3, d3 = c1 + half * e2, d1 + half * f2
    e3, f3 = accelerations(a + half * c2, b + half * d2, c3, d3, torque, loops)
    c4, d4 = c1 + INTERVAL * e3, d1 + INTERVAL * f3
    e4, f4 = accelerations(a + INTERVAL * c3, b + INTERVAL * d3, c4, d4, torque, loops)
    state[0] = wrapped(a + summed(INTERVAL, c1, c2, c3, c4))
    state[1] = wrapped(b + summed(INTERVAL, d1, d2, d3, d4))
    state[2] = min(max(c1 + summed(INTERVAL, e1, e2, e3, e4), -FASTEST_1), FASTEST_1)
    state[3] = min(max(d1 + summed(INTERVAL, f1, f2, f3, f4), -FASTEST_2), FASTEST_2)
    ended = -cosine(loops, state[0]) - cosine(loops, state[1] + state[0]) > GOAL
    return 0.0 if ended else -1.0, ended
