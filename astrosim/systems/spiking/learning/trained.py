"""Spiking networks that have learned over windows: bits in, output bits of the frozen network out (weights: 1)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from astrosim.contracts.trained import Held, TrainedNetwork, no_weights
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.recording import within
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario

if TYPE_CHECKING:
    import xarray


class TrainedWindows(TrainedNetwork):
    """A network as its replicate left it, interventions included.

    Parameters
    ----------
    scenario : WindowScenario
        Resolved.
    held : Held

    Attributes
    ----------
    learner : WindowLearning
        It stands at the end of the run, and is never advanced.

    Raises
    ------
    AstrosimError
        If nothing was kept of the replicate.
    StoreError
        If the arrays that were kept do not fit the scenario.
    """

    def __init__(self, scenario: WindowScenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        self.inputs = len(scenario.task.patterns[0][0])
        self.learner = WindowLearning(scenario.recipe, held.seed, scenario=scenario)
        if held.state is not None:
            try:
                self.learner.restore(within(held.state, "learner/"))
            except (ValueError, KeyError) as error:
                raise StoreError(f"{held.directory}: {held.name}: {error}. Run the scenario again.") from error
            return
        weights, own = held.stored("weight"), self.learner.learning.weight
        if weights is None or len(weights) < len(own) or np.isnan(weights[: len(own)]).any():
            raise no_weights(held)
        own[:] = weights[: len(own)]

    def readouts(self, rows: np.ndarray) -> np.ndarray:
        """Return the mean synaptic currents of the outputs over a window, pA: float64, shape (row, output bit).

        Parameters
        ----------
        rows : ndarray, shape (row, input bit)
            0 or 1; an input neuron of a bit that is on fires its frozen train.

        Raises
        ------
        AstrosimError
            If an input is neither 0 nor 1.
        """
        if not np.isin(rows, (0.0, 1.0)).all():
            raise AstrosimError("inputs: a value beside 0 and 1. An input neuron fires its train, 1, or is silent, 0.")
        recipe, target = self.learner.recipe, "0" * len(self.scenario.task.patterns[0][1])
        patterns = tuple(("".join(str(int(bit)) for bit in row), target) for row in rows)
        shown = WindowLearning(
            replace(recipe, windows=replace(recipe.windows, patterns=patterns)), self.held.seed, self.learner.network
        )
        shown.learning.weight[:] = self.learner.learning.weight
        shown.silence("neurons", np.flatnonzero(~self.learner.sound).tolist())
        found: np.ndarray = shown.outcome()["readout"]
        return found

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return the output bits: uint8, shape (row, output bit), from inputs of 0 and 1, shape (row, input bit)."""
        return (self.readouts(rows) > self.learner.recipe.windows.threshold_pa).astype(np.uint8)

    @cached_property
    def weights(self) -> xarray.Dataset:
        """The weight of each synapse, by pre and post neuron."""
        import xarray

        network = self.learner.network
        ends = {"pre": ("synapse", network.pre), "post": ("synapse", network.post)}
        return xarray.Dataset({"weight": ("synapse", self.learner.learning.weight.copy(), {"units": "1"})}, ends)

    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""
        bits = len(self.scenario.task.patterns[0][1])
        return f"patterns of {self.inputs} input bits, 0 or 1: the {bits} output bits of the frozen network"
