"""Calcium-wave networks that a run has trained: images in, classes out (weights: 1)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from astrosim.contracts.trained import Held, TrainedNetwork, no_weights
from astrosim.systems.waves.inputs import Front, data_of
from astrosim.systems.waves.learners.learner import KernelNetwork
from astrosim.systems.waves.program import BIAS, IN_FIRST, KIND, OUT_FIRST, OUT_STOP, PRODUCT, START
from astrosim.systems.waves.scenario.schema import WaveScenario

if TYPE_CHECKING:
    import xarray

PARAMETERS, FRONT = "learner/parameters", "front/"  # names of arrays in a checkpoint


class TrainedWave(TrainedNetwork):
    """A wave network, or an MLP, behind the front end of its seed.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved.
    held : Held

    Attributes
    ----------
    network : KernelNetwork

    Raises
    ------
    AstrosimError
        If nothing was kept of the replicate, or its data set is missing.
    """

    def __init__(self, scenario: WaveScenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        self.network = KernelNetwork(scenario, held.seed)
        self.network.values[:] = _parameters(held, len(self.network.values))
        self._data = data_of(scenario, held.data)
        self.inputs = self._data.features

    @property
    def _last_epoch(self) -> int:
        return self.scenario.schedule.epochs - 1

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return what the network sees of images, as in the last epoch: float32, shape (image, feature).

        Parameters
        ----------
        images : ndarray of float32, shape (image, pixel)
            In [0, 1]; pairs of 0 and 1 for "xor".
        """
        data = replace(self._data, test_x=images, test_y=np.zeros(len(images), self._data.test_y.dtype))
        front = Front(self.scenario, self.held.seed, data)
        state = {
            name.removeprefix(FRONT): array for name, array in (self.held.state or {}).items() if name.startswith(FRONT)
        }
        if front.vae is not None and not state:
            raise no_weights(self.held)
        front.restore(state)
        return front.features(self._last_epoch).test

    def outputs(self, images: np.ndarray) -> np.ndarray:
        """Return the outputs, under the draws of the last evaluation if it has noise: float32, (image, output).

        Parameters
        ----------
        images : ndarray, shape (image, pixel)
        """
        seen = self.features(np.ascontiguousarray(images, np.float32))
        trial = self._last_epoch * (len(self._data.test_y) + len(self._data.valid_y))
        return self.network.judge(seen, np.zeros(len(seen), np.float32), trial, keep=len(seen)).outputs

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return classes, int64, or for "xor" outputs, float64, shape (row,); inputs have the shape (row, pixel)."""
        outputs = self.outputs(rows)
        return outputs.argmax(axis=1) if self._data.classes else outputs[:, 0].astype(np.float64)

    @cached_property
    def weights(self) -> xarray.Dataset:
        """The weight of each tap, by layer, unit and input cell; and biases, or gains, by layer and unit."""
        import xarray

        program, values = self.network.program, self.network.values
        products = [op for op in program.ops if op[KIND] == PRODUCT]
        taps, owners = [], []
        for layer, op in enumerate(products, 1):
            starts = program.starts[op[START] : op[START] + op[OUT_STOP] - op[OUT_FIRST] + 1]
            unit = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
            heard = program.taps[starts[0] : starts[-1]] - op[IN_FIRST]
            taps.append(np.stack([np.full(len(unit), layer), unit, heard]))
            if op[BIAS] >= 0:
                owners.append(np.stack([np.full(len(starts) - 1, layer), np.arange(len(starts) - 1)]))
        layer, unit, heard = np.concatenate(taps, axis=1)
        found = xarray.Dataset(
            {"weight": ("tap", values[: program.weights].copy(), {"units": "1"})},
            {"layer": ("tap", layer), "unit": ("tap", unit), "input": ("tap", heard)},
        )
        if not program.biases:
            return found
        layer, unit = np.concatenate(owners, axis=1)
        labels = {"cell_layer": ("cell", layer), "cell_unit": ("cell", unit)}
        own = ("cell", values[program.weights :].copy(), {"units": "1"})
        return found.assign({"gain" if program.gains else "bias": own}).assign_coords(labels)

    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""
        answer = f"the class, 0 to {self._data.classes - 1}" if self._data.classes else "the output"
        return f"{self.scenario.task.data}, {self.inputs} values from 0 to 1: {answer}"


def _parameters(held: Held, count: int) -> np.ndarray:
    """Return the parameters that were kept: float32, shape (parameter,)."""
    if held.state is not None and PARAMETERS in held.state:
        found = held.state[PARAMETERS]
    else:
        stored = held.stored("weight")
        found = np.zeros(0, np.float32) if stored is None else stored[:count]
    if len(found) != count or np.isnan(found).any():
        raise no_weights(held)
    return found
