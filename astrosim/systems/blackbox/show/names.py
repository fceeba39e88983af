"""Names of observations and actions of known environments, as Gymnasium's documentation gives them; else numbers."""

from __future__ import annotations

from astrosim.systems.blackbox.protocol import TaskCard

OBSERVATIONS = {
    "CartPole": ("position of the cart", "its velocity", "angle of the pole", "its angular velocity"),
    "Acrobot": ("cos angle 1", "sin angle 1", "cos angle 2", "sin angle 2", "angular velocity 1", "angular velocity 2"),
    "MountainCar": ("position", "velocity"),
    "MountainCarContinuous": ("position", "velocity"),
    "Pendulum": ("cos angle", "sin angle", "angular velocity"),
    "LunarLander": (
        "x",
        "y",
        "velocity x",
        "velocity y",
        "angle",
        "angular velocity",
        "left leg down",
        "right leg down",
    ),
}
ACTIONS = {
    "CartPole": ("push left", "push right"),
    "Acrobot": ("torque -1", "no torque", "torque +1"),
    "MountainCar": ("push left", "no push", "push right"),
    "MountainCarContinuous": ("force",),
    "Pendulum": ("torque",),
    "LunarLander": ("nothing", "left engine", "main engine", "right engine"),
}
"""By the id without its version."""


def input_names(name: str, count: int) -> list[str]:
    """Return names of the inputs of a task."""
    return _names(OBSERVATIONS, name, count, "input")


def output_names(card: TaskCard) -> list[str]:
    """Return names of the outputs of a task: of discrete actions, or of the components of a continuous one."""
    return _names(ACTIONS, card.name, card.outputs, "action" if is_discrete(card) else "component")


def output_names_of(name: str, count: int) -> list[str]:
    """Return names of the outputs of a task that is not made."""
    return _names(ACTIONS, name, count, "output")


def is_discrete(card: TaskCard) -> bool:
    """Return whether the action is the place of the largest output."""
    return card.answer == "argmax"


def _names(table: dict[str, tuple[str, ...]], name: str, count: int, noun: str) -> list[str]:
    known = table.get(name.rpartition("-v")[0], ())
    return list(known) if len(known) == count else [f"{noun} {number}" for number in range(count)]
