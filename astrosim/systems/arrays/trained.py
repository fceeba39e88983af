"""Networks on rows of arrays that a run has trained: rows in, classes or numbers out (weights: 1)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.contracts.trained import Held, TrainedNetwork, no_weights
from astrosim.systems.arrays.data import LARGEST, Part, Rows, in_steps, loaded, part_of, rows_of, whole_batch
from astrosim.systems.arrays.judge import judge
from astrosim.systems.arrays.learners.keep_or_revert import PARAMETERS, Layers, make_state
from astrosim.systems.arrays.scenario.schema import ArrayScenario

if TYPE_CHECKING:
    import xarray


class TrainedArrays(TrainedNetwork):
    """The network that was tested at the end of a replicate.

    Parameters
    ----------
    scenario : ArrayScenario
        Resolved.
    held : Held

    Attributes
    ----------
    net : Network
    images : Images
        The rows of the replicate, by their parts.
    names, classes : tuple of str
        Of the inputs, and of the outputs; numbers where they have no names.

    Raises
    ------
    AstrosimError
        If nothing was kept of the replicate, or its data set is missing.
    """

    def __init__(self, scenario: ArrayScenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        self.images = rows_of(scenario, held.seed, held.data)
        self.inputs, outputs = scenario.inputs, scenario.outputs
        self.names, self.classes = tuple(map(str, range(self.inputs))), tuple(map(str, range(outputs)))
        if not scenario.task.of_images:
            table = loaded(scenario)
            self.names, self.classes, self.inputs = table.names, table.outputs, len(table.names)
        self.takes_missing = scenario.task.missing == "mean"
        state = make_state(scenario, held.seed, self.images)
        if held.state is not None:
            state.restore(held.state)
            self.net = state.chosen()
        else:
            self.net = from_store(state.net, held)

    @property
    def steps(self) -> int:
        """Whole steps from 0 to the largest pixel; 0 for a table."""
        return LARGEST.get(self.scenario.task.data, 0)

    @property
    def class_labels(self) -> np.ndarray:
        """Labels of the outputs, shape (output,): numbers, or names in a table."""
        return _as_numbers(self.classes)

    def outputs(self, rows: np.ndarray) -> np.ndarray:
        """Return logits of the classes, or numbers in their own units: float64, shape (row, output).

        Parameters
        ----------
        rows : ndarray of float64, shape (row, input)
            Pixels in [0, 1]; columns of a table in their own units.
        """
        none, scaling = np.zeros(len(rows), np.int64), self.images.scaling
        if scaling is None:
            part = Part(in_steps(rows.astype(np.float32), self.steps), none)
        else:
            part = part_of(Rows(rows, none, np.zeros((len(rows), 0)), None), scaling, None)
        found = judge(self.net, whole_batch(self.scenario, part)).outputs.astype(np.float64)
        numbers = self.images.target_scaling
        return found if numbers is None else numbers.undone(found)

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return the class of each row, shape (row,): its number, or its name in a table; or numbers, float64.

        Numbers have the shape (row,) if there is one of them, else (row, output).
        """
        outputs = self.outputs(rows)
        if self.scenario.regression:
            return outputs[:, 0] if outputs.shape[1] == 1 else outputs
        return self.class_labels[outputs.argmax(axis=1)]

    @cached_property
    def weights(self) -> xarray.Dataset:
        """Incoming weights by unit and synapse, with the input of each, outgoing ones by unit and output, and biases.

        Those of a table act on its scaled columns.
        """
        import xarray

        net, one = self.net, {"units": "1"}
        return xarray.Dataset(
            {
                "incoming": (("unit", "synapse"), net.incoming.copy(), one),
                "bias": ("unit", net.bias.copy(), one),
                "outgoing": (("unit", "output"), net.outgoing.copy(), one),
                "output_bias": ("output", net.output_bias.copy(), one),
            },
            {
                "unit": np.arange(len(net.bias)),
                "output": self.class_labels,
                "input": (("unit", "synapse"), _as_numbers(self.names)[net.taps]),
                "layer": ("unit", np.full(len(net.bias), "hidden")),
            },
        )

    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""
        task, named = self.scenario.task, ", ".join(self.classes[:5]) + (", ..." if len(self.classes) > 5 else "")
        kind = "pixels from 0 to 1" if task.of_images else "columns in their own units"
        return f"{task.data}, {self.inputs} {kind}: {'numbers' if self.scenario.regression else 'the class'}, {named}"


def _as_numbers(names: tuple[str, ...]) -> np.ndarray:
    """Return names as an array, int64 if all are whole numbers: shape (name,)."""
    whole = all(name.removeprefix("-").isdecimal() for name in names)
    return np.array(names).astype(np.int64) if whole else np.array(names)


def from_store[N: Layers](net: N, held: Held) -> N:
    """Return a network with the parameters in the store."""
    stored = held.stored("final_weight")
    sizes = [getattr(net, name).size for name in PARAMETERS]
    if stored is None or len(stored) < sum(sizes) or np.isnan(stored[: sum(sizes)]).any():
        raise no_weights(held)
    parts = np.split(stored[: sum(sizes)], np.cumsum(sizes)[:-1])
    shaped: dict[str, Any] = {
        name: part.reshape(getattr(net, name).shape) for name, part in zip(PARAMETERS, parts, strict=True)
    }
    return net._replace(**shaped)  # type: ignore[attr-defined]  # networks are named tuples
