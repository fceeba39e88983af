"""Networks to be asked: read-only, picklable, the same bits as in the run (float64)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.core.errors import StoreError
from astrosim.systems.blackbox.kernel.policy import Policy, respond
from astrosim.systems.blackbox.network import WEIGHTS


class PlayedNetwork:
    """A network, as an objective gets it: ``network(x)`` gives outputs, ``network.act(x)`` the place of the largest.

    Parameters
    ----------
    policy : Policy
        Copied.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, hidden units, outputs.
    """

    def __init__(self, policy: Policy) -> None:
        copies = {name: getattr(policy, name).copy() for name in ("taps", *WEIGHTS)}
        self._policy = policy._replace(**copies)
        inputs = max(len(policy.direct), int(policy.taps.max(initial=-1)) + 1)
        self.sizes = (inputs, len(policy.bias), len(policy.output_bias))

    @property
    def policy(self) -> Policy:
        """The arrays of the network."""
        return self._policy

    @property
    def weights(self) -> np.ndarray:
        """A copy of all weights: incoming, biases, outgoing, output biases, direct; float64, shape (parameter,)."""
        return np.concatenate([array.reshape(-1) for array in self._policy[1:6]])

    def __call__(self, inputs: Any) -> np.ndarray:
        """Return the outputs for one observation, shape (input,), or several rows: float64, one row of outputs each.

        Raises
        ------
        ValueError
            If an observation has another length.
        """
        values = np.asarray(inputs, np.float64)
        if values.ndim == 2:
            return np.array([self(row) for row in values]).reshape(len(values), self.sizes[2])
        values = np.ascontiguousarray(values.reshape(-1))
        if len(values) != self.sizes[0]:
            raise ValueError(f"observations have {self.sizes[0]} numbers, not {len(values)}")
        hidden, outputs = np.zeros(self.sizes[1]), np.zeros(self.sizes[2])
        respond(self._policy, values, hidden, outputs)
        return outputs

    def act(self, inputs: Any) -> int:
        """Return the place of the largest output, the first of equal ones."""
        return int(np.argmax(self(inputs)))


@dataclass(frozen=True)
class TrainedPolicy:
    """A policy that an environment can be played with: ``policy(observation)`` gives an action.

    Attributes
    ----------
    network : PlayedNetwork
    answer : str
        argmax, tanh, clip; none: outputs are given as they are.
    low, high : ndarray of float64, shape (component,)
        Bounds of a continuous action.
    first : int
        Least discrete action.
    discrete : int
        Number of a discrete observation's values; 0 for observations that are numbers.
    shape : tuple of int
        Of a continuous action.
    whole : bool
        Whether its numbers are whole.
    """

    network: PlayedNetwork
    answer: str
    low: np.ndarray
    high: np.ndarray
    first: int = 0
    discrete: int = 0
    shape: tuple[int, ...] = ()
    whole: bool = False

    def __call__(self, observation: Any) -> Any:
        """Return the action that answers an observation: an int, or float32 of the action's shape."""
        values = np.eye(self.discrete)[int(observation)] if self.discrete else observation
        outputs = self.network(np.asarray(values).reshape(-1))
        if self.answer == "argmax":
            return self.first + int(np.argmax(outputs))
        if self.answer == "none":
            return outputs
        from astrosim.systems.blackbox.kernel.actions import ANSWERS, to_box

        bounds = zip(outputs, self.low, self.high, strict=True)
        action = [to_box(ANSWERS[self.answer], output, low, high) for output, low, high in bounds]
        made = np.rint(action).astype(np.int64) if self.whole else np.array(action, np.float32)
        return made.reshape(self.shape or (len(action),))

    def save(self, path: str | Path) -> Path:
        """Write the policy as NPZ, arrays alone; `load` reads it. Returns the file."""
        file = Path(path).with_suffix(".npz")
        arrays = {name: np.asarray(part) for name, part in self.network.policy._asdict().items()}
        facts = {
            "low": self.low,
            "high": self.high,
            "answer": np.array(self.answer),
            "shape": np.array(self.shape, int),
        }
        facts |= {name: np.array(getattr(self, name)) for name in ("first", "discrete", "whole")}
        np.savez(file, allow_pickle=False, **arrays, **facts)
        return file

    @classmethod
    def load(cls, path: str | Path) -> TrainedPolicy:
        """Read what `save` wrote.

        Raises
        ------
        StoreError
            If it is no such file.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in Policy._fields}
                network = PlayedNetwork(Policy(**{**arrays, "kind": int(arrays["kind"])}))
                shape = tuple(file["shape"].tolist())
                first, discrete = int(file["first"]), int(file["discrete"])
                whole = bool(file["whole"])
                return cls(network, str(file["answer"]), file["low"], file["high"], first, discrete, shape, whole)
        except (OSError, KeyError, ValueError) as error:
            raise StoreError(f"{path}: not a saved policy ({error}). Write one with its method save.") from error
