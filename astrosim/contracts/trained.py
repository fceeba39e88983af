"""Trained networks: what a stored replicate has learned, loaded and asked, whatever its system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.core.errors import AstrosimError

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Held:
    """Files and facts that a run has kept of a replicate.

    Attributes
    ----------
    directory : Path
        Run directory.
    condition : str
    seed : int
    state : mapping of str to ndarray, or None
        Arrays of its end, of any shape; of its last checkpoint if it has not ended; None if neither is there.
    ended : bool
        Whether all of its trials or updates are done.
    stored : callable
        Reads a variable of the replicate from the store: its values, of the store's shape, or None.
    data : Path or None
        Where data sets lie, if the run was told.
    """

    directory: Path
    condition: str
    seed: int
    state: Mapping[str, np.ndarray] | None
    ended: bool
    stored: Callable[[str], np.ndarray | None]
    data: Path | None

    @property
    def name(self) -> str:
        """The replicate in words."""
        return f"condition {self.condition}, seed {self.seed}"


class TrainedNetwork(ABC):
    """A network that has learned, frozen: call it with inputs, and it answers as the run's own judge would.

    Attributes
    ----------
    scenario : Experiment
        Resolved for the condition.
    held : Held
    inputs : int
        Numbers that an input has.
    takes_missing : bool
        Whether an input may be missing, nan.
    """

    scenario: Any
    held: Held
    inputs: int
    takes_missing: bool = False

    def __call__(self, inputs: Any) -> np.ndarray:
        """Return the answers.

        Parameters
        ----------
        inputs : array_like, shape (row, input) or (input,)

        Returns
        -------
        ndarray, shape (row, ...)
            Without the first dimension for a single input.

        Raises
        ------
        AstrosimError
            If the inputs are no numbers, not finite, or of another width than the network's.
        """
        try:
            rows = np.asarray(inputs, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise AstrosimError(f"inputs: no numbers ({error}). Give an array of shape (row, {self.inputs}).") from None
        if rows.ndim not in (1, 2) or rows.shape[-1] != self.inputs:
            raise AstrosimError(
                f"inputs: another shape than the network's {rows.shape}. Give an array of shape (row, {self.inputs})."
            )
        wrong = np.atleast_2d(np.isinf(rows) if self.takes_missing else ~np.isfinite(rows))
        if wrong.any():
            row = int(np.argwhere(wrong)[0, 0])
            raise AstrosimError(f"inputs: row {row} holds a value that is not finite. Fill in what is missing first.")
        answers = self.answers(np.atleast_2d(rows))
        return answers if rows.ndim == 2 else answers[0]

    @abstractmethod
    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return the answers to inputs that fit: float64, shape (row, input); one answer each."""

    @property
    @abstractmethod
    def weights(self) -> xarray.Dataset:
        """All that was learned, labelled by unit, input and layer."""

    @abstractmethod
    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""

    def describe(self) -> str:
        """Return a few lines: which network this is, what it takes and answers, how many weights it has."""
        state = "trained to the end" if self.held.ended else "as far as its last checkpoint"
        counts = (f"{values.size:,} {name}" for name, values in self.weights.data_vars.items())
        return "\n".join(
            (
                f"{self.scenario.name}: {self.held.name}, {state} ({self.held.directory})",
                f"answers   {self.answer_words()}",
                f"learned   {', '.join(counts)}",
            )
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scenario.name}, {self.held.name}>"


def no_weights(held: Held) -> AstrosimError:
    """Return the error to raise where a run has kept nothing of a replicate that could be loaded."""
    return AstrosimError(
        f"{held.directory}: nothing was kept of what {held.name} has learned. Finish the run: "
        f"`astrosim run {held.directory} --resume`; or run its scenario again with this version."
    )
