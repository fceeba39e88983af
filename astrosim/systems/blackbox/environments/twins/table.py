"""Twins by number: the formulas that the shared loop over an episode picks."""

from __future__ import annotations

from types import ModuleType

from astrosim.core.jit import phase
from astrosim.systems.blackbox.environments.twins import (
    acrobot,
    cartpole,
    mountain_car,
    mountain_car_continuous,
    pendulum,
)

CARTPOLE, ACROBOT, MOUNTAIN_CAR, MOUNTAIN_CAR_CONTINUOUS, PENDULUM = range(5)
TWINS: tuple[ModuleType, ...] = (cartpole, acrobot, mountain_car, mountain_car_continuous, pendulum)
KINDS = {twin.ENVIRONMENT: kind for kind, twin in enumerate(TWINS)}
"""Number of a twin by the id of its environment."""


@phase
def observe(kind, state, time, loops, observation):
    """Write what is seen of a state. Writes: observation (input,).

    Raises ValueError for an unknown kind.
    """
    if kind == CARTPOLE:
        cartpole.observe(state, time, loops, observation)
    elif kind == ACROBOT:
        acrobot.observe(state, time, loops, observation)
    elif kind == MOUNTAIN_CAR:
        mountain_car.observe(state, time, loops, observation)
    elif kind == MOUNTAIN_CAR_CONTINUOUS:
        mountain_car_continuous.observe(state, time, loops, observation)
    elif kind == PENDULUM:
        pendulum.observe(state, time, loops, observation)
    else:
        raise ValueError("an environment without a twin")


@phase
def step(kind, state, time, action, loops):
    """Apply an action. Writes: state.

    Returns reward, and whether the episode ends. Raises ValueError for an unknown kind.
    """
    if kind == CARTPOLE:
        return cartpole.step(state, time, action, loops)
    if kind == ACROBOT:
        return acrobot.step(state, time, action, loops)
    if kind == MOUNTAIN_CAR:
        return mountain_car.step(state, time, action, loops)
    if kind == MOUNTAIN_CAR_CONTINUOUS:
        return mountain_car_continuous.step(state, time, action, loops)
    if kind == PENDULUM:
        return pendulum.step(state, time, action, loops)
    raise ValueError("an environment without a twin")
