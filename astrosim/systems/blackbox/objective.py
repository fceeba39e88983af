"""Objectives: a function of weights, or of a network, that gives one number; its items are keys."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError, RunError
from astrosim.systems.blackbox.kernel.moments import Moments
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.limits import Limit
from astrosim.systems.blackbox.protocol import Answer, Episode, TaskCard, Trace
from astrosim.systems.blackbox.trained import PlayedNetwork, TrainedPolicy

FIELD = "task.objective"
SHOWN = 60  # letters of a value in a message


class ObjectivePlayer:
    """A function as a task: an item is its key, an evaluation is a step.

    Parameters
    ----------
    function : callable
        Of (weights), (weights, key), (network) or (network, key): a parameter called ``network`` gets a
        `PlayedNetwork`, any other first one the weights, float64, shape (size,); the key is an int.
    name : str
    groups : sequence of sequence of int
        Numbers of the weights that each astrocyte owns; empty where a network is learned.
    inputs, outputs : int
        Of a network.
    maximise : bool
    worst : bool
        Whether a value that is no number counts as minus infinity, in place of an error.
    seconds : float
        Longest wall-clock time of an evaluation; 0: no limit.

    Raises
    ------
    AstrosimError
        If the function takes other arguments.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        groups: Sequence[Sequence[int]] = (),
        inputs: int = 0,
        outputs: int = 0,
        maximise: bool = True,
        worst: bool = False,
        seconds: float = 0.0,
    ) -> None:
        self.limit = Limit(seconds, FIELD, f"an evaluation of {name}, key")
        self.function, self.name, self.sign, self.worst = function, name, 1.0 if maximise else -1.0, worst
        self.takes_network, self.takes_key = parameters_of(function, name)
        if self.takes_network and not outputs:
            raise AstrosimError(f"{FIELD}: {name} takes a network, whose sizes are missing. Give inputs and outputs.")
        self.places = places_of(groups)
        self.answer: Answer | None = None
        widest = max((len(group) for group in groups), default=inputs)
        nothing = np.zeros(0)
        self.card = TaskCard(name, widest, outputs, "none", nothing, nothing, 1)

    def value(self, policy: Policy, item: int) -> float:
        """Return the value for one key, larger is better.

        Raises
        ------
        RunError
            If it is no finite number, the function raises an error, or takes longer than it may; names the key.
        """
        argument = PlayedNetwork(policy) if self.takes_network else self.weights(policy)
        with self.limit.on(item):
            found = self._called(argument, item)
            self.limit.check()
        if isinstance(found, np.ndarray) and found.ndim == 0:
            found = found[()]
        if isinstance(found, bool | np.bool_) or not isinstance(found, numbers.Real):
            kind = "nothing" if found is None else f"{type(found).__name__} {str(found)[:SHOWN]}"
            raise RunError(f"{FIELD}: {self.name} returned {kind} for key {item}. Return one number: float(value).")
        if not math.isfinite(found):
            if self.worst:
                return -math.inf
            raise RunError(
                f"{FIELD}: {self.name} returned {found} for key {item}. Return a finite number, or set task.on_nan = "
                '"worst".'
            )
        return self.sign * float(found)

    def _called(self, argument: Any, item: int) -> Any:
        """What the function returns."""
        try:
            return self.function(argument, item) if self.takes_key else self.function(argument)
        except AstrosimError:
            raise
        except Exception as error:
            words = " ".join(str(error).split())[: 3 * SHOWN]
            raise RunError(
                f"{FIELD}: {self.name} failed for key {item} ({type(error).__name__}: {words}). Correct it."
            ) from error

    def weights(self, policy: Policy) -> np.ndarray:
        """Return what the function takes: float64, shape (size,); of a network the weights as one vector."""
        if not self.places.size:
            return np.concatenate([array.reshape(-1) for array in policy[1:6]])
        return policy.incoming.reshape(-1)[self.places]

    def play(self, policy: Policy, item: int, moments: Moments | None = None) -> Episode:
        """Return the value for one key, as an episode of one step."""
        return Episode(self.value(policy, item), 1)

    def trace(self, policy: Policy, item: int) -> Trace:
        """Return a course without observations: the value alone."""
        empty = np.zeros((1, 0))
        return Trace(empty, empty, np.array([self.value(policy, item)]))

    def frames(self, policy: Policy, item: int) -> Iterator[np.ndarray]:
        """Yield nothing, of any shape: a function has no picture."""
        yield from ()

    def trained(self, policy: Policy) -> TrainedPolicy:
        """Return the network, its outputs as they are."""
        nothing = np.zeros(0)
        return TrainedPolicy(PlayedNetwork(policy), "none", nothing, nothing)

    def fresh(self) -> ObjectivePlayer:
        """Return the player itself: a function has no state that could be left out."""
        return self

    def watch(self, policy: Policy, item: int) -> bool:
        """Return False: a function has no window."""
        return False

    def close(self) -> None:
        """Do nothing."""


def parameters_of(function: Callable[..., Any], name: str) -> tuple[bool, bool]:
    """Return whether a function takes a network, not weights, and whether it takes a key.

    Raises
    ------
    AstrosimError
        If it takes neither one nor two arguments.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False, False  # a function of another language: of weights alone
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional if p.default is p.empty]
    named = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if not positional or len(needed) > 2 or named:
        found = ", ".join(p.name for p in parameters) or "nothing"
        raise AstrosimError(
            f"{FIELD}: {name} takes ({found}). Write it with (weights), (weights, key) or (network, key)."
        )
    takes_key = len(needed) == 2 or (len(positional) > 1 and positional[1].name == "key")
    return positional[0].name == "network", takes_key


def places_of(groups: Sequence[Sequence[int]]) -> np.ndarray:
    """Return where each weight lies among the incoming synapses of units that are groups: int64, shape (size,)."""
    widest = max((len(group) for group in groups), default=0)
    places = np.zeros(sum(len(group) for group in groups), np.int64)
    for unit, group in enumerate(groups):
        for place, number in enumerate(group):
            places[number] = unit * widest + place
    return places
