"""Threshold networks that a run has trained: patterns in, outputs of the frozen network out (bits, weights: 1)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from astrosim.contracts.trained import Held, TrainedNetwork, no_weights
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.engines import Engine, make_quick_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.start import STATE

if TYPE_CHECKING:
    import xarray


class TrainedThreshold(TrainedNetwork):
    """A network of threshold neurons as its replicate left it, interventions included.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    held : Held

    Attributes
    ----------
    engine : Engine
        It stands at the end of the run, and is never advanced.

    Raises
    ------
    AstrosimError
        If nothing was kept of the replicate.
    StoreError
        If the arrays that were kept do not fit the scenario.
    """

    def __init__(self, scenario: Scenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        self.inputs = len(scenario.task.patterns[0][0])
        if held.state is None:
            raise no_weights(held)
        self.engine: Engine = make_quick_engine(scenario, held.seed)
        arrays = {name.removeprefix(STATE): array for name, array in held.state.items() if name.startswith(STATE)}
        try:
            self.engine.restore(arrays)
        except (ValueError, KeyError) as error:
            raise StoreError(f"{held.directory}: {held.name}: {error}. Run the scenario again.") from error

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return the outputs: uint8, shape (row, output bit), from inputs of 0 and 1, shape (row, input bit).

        Raises
        ------
        AstrosimError
            If an input is neither 0 nor 1.
        """
        if not np.isin(rows, (0.0, 1.0)).all():
            raise AstrosimError("inputs: a value beside 0 and 1. An input neuron fires, 1, or is silent, 0.")
        return self.engine.probe(np.ascontiguousarray(rows, np.uint8))

    @cached_property
    def weights(self) -> xarray.Dataset:
        """The weight of each synapse, by pre and post neuron and their kinds; and thresholds where neurons learn."""
        import xarray

        fixed = self.engine.static()
        kind = np.array(NEURON_KINDS)[fixed["neuron_kind"]]
        coordinates = {"pre": fixed["pre"], "post": fixed["post"]}
        coordinates |= {f"{end}_kind": kind[neurons] for end, neurons in coordinates.items()}
        labels = {name: ("synapse", values) for name, values in coordinates.items()}
        found = xarray.Dataset(
            {"weight": ("synapse", self.engine.weights(), {"units": "1"})},
            labels | {"neuron_kind": ("neuron", kind)},
        )
        neural = getattr(self.engine, "neural", None)
        return found if neural is None else found.assign(threshold=("neuron", neural.threshold.copy(), {"units": "1"}))

    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""
        bits = len(self.scenario.task.patterns[0][1])
        return f"patterns of {self.inputs} input bits, 0 or 1: the {bits} output bits of the frozen network"
