"""Observations as arrays of float64, and a policy's outputs as actions, for the spaces of Gymnasium."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.core.errors import ScenarioError
from astrosim.systems.blackbox.environments.finding import FIELD, library
from astrosim.systems.blackbox.kernel.actions import ANSWERS

LARGEST = 4096  # numbers of an observation; assumed: small images; larger ones need a network that sees neighbours


@dataclass(frozen=True)
class Observations:
    """Observations of an environment as float64 arrays.

    Attributes
    ----------
    size : int
        Numbers of each.
    write : callable
        Takes an observation and the array (size,) to write it to; raises ValueError for one outside its space.
    values : int
        Of an observation that is an index; 0 for numbers.
    """

    size: int
    write: Callable[[Any, np.ndarray], None]
    values: int = 0


@dataclass(frozen=True)
class Actions:
    """Actions of an environment.

    Attributes
    ----------
    answer : str
        "argmax", "tanh" or "clip".
    outputs : int
        Numbers that a policy gives.
    components : int
        Numbers of an action: 1 for an index.
    low, high : ndarray, shape (component,)
        Bounds; empty for an index.
    convert : callable
        Takes the numbers of an action, returns what the environment takes.
    first : int
        Least index.
    shape : tuple of int
        Of an action of several numbers.
    whole : bool
        Whether its numbers are whole.
    """

    answer: str
    outputs: int
    components: int
    low: np.ndarray
    high: np.ndarray
    convert: Callable[[np.ndarray], Any]
    first: int = 0
    shape: tuple[int, ...] = ()
    whole: bool = False


def observations_of(space: Any, name: str) -> Observations:
    """Return how observations are read.

    Raises
    ------
    ScenarioError
        If they are no array or index, or too large.
    """
    spaces = library().spaces
    if isinstance(space, spaces.Discrete):
        return Observations(int(space.n), _one_hot(int(space.n), int(space.start)), int(space.n))
    if not isinstance(space, spaces.Box):
        raise ScenarioError(
            [
                f"{FIELD}: observations of {name} are {_words(space)}. Wrap them "
                '(gymnasium.wrappers.FlattenObservation), and name "module:make".'
            ]
        )
    size = int(np.prod(space.shape, dtype=np.int64))
    if not 0 < size <= LARGEST:
        raise ScenarioError(
            [
                f"{FIELD}: observations of {name} are {_words(space)}, {size:,} numbers where 1 to {LARGEST:,} are "
                'read. Wrap them (gymnasium.wrappers.ResizeObservation), and name "module:make".'
            ]
        )
    return Observations(size, _flat(space.shape))


def _one_hot(count: int, start: int) -> Callable[[Any, np.ndarray], None]:
    def write(observation: Any, out: np.ndarray) -> None:
        place = int(observation) - start
        if not 0 <= place < count:
            raise ValueError(f"observation {observation} is not one of {start} to {start + count - 1}")
        out[:] = 0.0
        out[place] = 1.0

    return write


def _flat(shape: tuple[int, ...]) -> Callable[[Any, np.ndarray], None]:
    def write(observation: Any, out: np.ndarray) -> None:
        if np.shape(observation) != shape:
            raise ValueError(f"observation of shape {np.shape(observation)}, where its space says {shape}")
        out.reshape(shape)[...] = observation

    return write


def actions_of(space: Any, choice: str, name: str) -> Actions:
    """Return how actions are made.

    Parameters
    ----------
    space : gymnasium.Space
    choice : str
        "auto", or one of `ANSWERS`.
    name : str
        Of the environment.

    Raises
    ------
    ScenarioError
        If the space is another, or does not go with the choice.
    """
    spaces = library().spaces
    if choice not in ("auto", *ANSWERS):
        raise ScenarioError([f"task.action: no such action ({choice!r}). Write auto, {', '.join(ANSWERS)}."])
    if isinstance(space, spaces.Discrete):
        if choice not in ("auto", "argmax"):
            raise _mismatch(choice, space, name, '"argmax"')
        start = int(space.start)
        nothing, count = np.zeros(0), int(space.n)
        return Actions("argmax", count, 1, nothing, nothing, lambda numbers: start + int(numbers[0]), start)
    if not isinstance(space, spaces.Box):
        raise ScenarioError(
            [
                f"{FIELD}: actions of {name} are {_words(space)}; an index (Discrete) or numbers (Box) are made. Wrap "
                'them (gymnasium.wrappers.TransformAction), and name "module:make".'
            ]
        )
    if choice == "argmax":
        raise _mismatch(choice, space, name, '"tanh" or "clip"')
    answer = "tanh" if choice == "auto" else choice
    low, high = (np.ravel(bound).astype(np.float64) for bound in (space.low, space.high))
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise ScenarioError(
            [
                f'task.action: "{answer}" needs bounds, but actions of {name} are {_words(space)}. Wrap them in a Box '
                'with finite ones (gymnasium.wrappers.TransformAction), and name "module:make".'
            ]
        )
    whole = np.issubdtype(space.dtype, np.integer)

    def convert(numbers: np.ndarray) -> np.ndarray:
        made = (np.rint(numbers) if whole else numbers).astype(space.dtype)
        return made.reshape(space.shape)

    return Actions(answer, low.size, low.size, low, high, convert, 0, tuple(space.shape), bool(whole))


def _mismatch(choice: str, space: Any, name: str, right: str) -> ScenarioError:
    return ScenarioError([f'task.action: "{choice}", but actions of {name} are {_words(space)}. Write {right}.'])


def _words(space: Any) -> str:
    """The space as text of at most 120 characters."""
    text = " ".join(str(space).split())
    return text if len(text) <= 120 else f"{text[:117]}..."
