"""Wave networks as PyTorch modules: the same program, on tensors of shape (replicate, batch, cell), on CPU or GPU.

Here every operation is PyTorch's own and gradients are autograd's: this engine is the reference of the kernel, the way
to a GPU, and the bridge to whatever else is written in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from astrosim.systems.waves.build import build_program
from astrosim.systems.waves.initial import initial_parameters
from astrosim.systems.waves.kernel.draws import row_draws
from astrosim.systems.waves.kernel.loop import Replicate
from astrosim.systems.waves.learners.learner import replicate_of
from astrosim.systems.waves.program import (
    ACTIVATION,
    ACTIVATIONS,
    BIAS,
    CODE,
    EVALUATION,
    IN_FIRST,
    IN_STOP,
    KIND,
    LEAK,
    LIKELIHOOD,
    NOISE,
    OUT_FIRST,
    OUT_STOP,
    PRODUCT,
    SILENCE,
    SQUARES,
    START,
    TRAINING,
    WHEN,
    Program,
)
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.stored import stored_network

DENSE = 40_000  # entries; a product with more and few taps per cell goes tap by tap; assumed: where both cost the same
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "elu": functional.elu,
    "relu": torch.relu,
    "silu": functional.silu,
    "softmax": lambda x: torch.softmax(x, dim=-1),
}
GAUSSIAN, UNIFORM = True, False


class Transmission(nn.Module):
    """Sums over the taps of one operation: as a dense matrix, or tap by tap where that would be mostly zeros.

    Parameters
    ----------
    program : Program
    op : ndarray of int64, shape (column,)
        A product or a leak.

    Attributes
    ----------
    first, count : int
        Its taps among those of the program.
    inputs, outputs : int
        Cells before and after.
    """

    index: Tensor

    def __init__(self, program: Program, op: np.ndarray) -> None:
        super().__init__()
        self.inputs, self.outputs = int(op[IN_STOP] - op[IN_FIRST]), int(op[OUT_STOP] - op[OUT_FIRST])
        starts = program.starts[op[START] : op[START] + self.outputs + 1]
        self.first, self.count = int(starts[0]), int(starts[-1] - starts[0])
        cell = np.repeat(np.arange(self.outputs), np.diff(starts))
        heard = program.taps[self.first : self.first + self.count].astype(np.int64) - op[IN_FIRST]
        place = np.arange(self.count) - (starts[:-1] - self.first)[cell]
        entries = self.inputs * self.outputs
        self.taps_a_cell = 0 if entries <= DENSE or 4 * self.count > entries else int(place.max()) + 1
        self._keep("index", cell * self.inputs + heard)
        for number in range(self.taps_a_cell):
            chosen = np.flatnonzero(place == number)
            for name, values in (("chosen", chosen), ("heard", heard[chosen]), ("cell", cell[chosen])):
                self._keep(f"{name}{number}", values)

    def _keep(self, name: str, values: np.ndarray) -> None:
        """Indices that go where the module goes, and into no saved state."""
        self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(values)), persistent=False)

    def forward(self, values: Tensor, weights: Tensor, bias: Tensor | None) -> Tensor:
        """Return values of the next layer, (replicate, batch, cell), from those of this and the weights of all taps."""
        own = weights[:, self.first : self.first + self.count]
        if self.taps_a_cell:
            return self._tap_by_tap(values, own, bias)
        dense = own.new_zeros(len(own), self.outputs * self.inputs).index_copy(1, self.index, own)
        matrix = dense.view(len(own), self.outputs, self.inputs).transpose(1, 2)
        return torch.bmm(values, matrix) if bias is None else torch.baddbmm(bias[:, None, :], values, matrix)

    def _tap_by_tap(self, values: Tensor, own: Tensor, bias: Tensor | None) -> Tensor:
        total = values.new_zeros(*values.shape[:2], self.outputs)
        total = total if bias is None else total + bias[:, None, :]
        for number in range(self.taps_a_cell):
            chosen, heard, cell = (self.get_buffer(f"{name}{number}") for name in ("chosen", "heard", "cell"))
            total = total.index_add(2, cell, values[..., heard] * own[:, None, chosen])
        return total


class WaveNet(nn.Module):
    """Replicates of one wave network (or MLP), all with the same program.

    Parameters
    ----------
    scenarios : WaveScenario or sequence of WaveScenario
        Resolved; one for all replicates, or one per replicate. They may differ in strengths of leak, noise and loss.
    seeds : sequence of int
        One per replicate.

    Attributes
    ----------
    values : Parameter of float32, shape (replicate, parameter)
        Weights of live taps, step by step, then biases or gains.
    """

    leaks: Tensor
    noise: Tensor
    lost: Tensor
    exponents: Tensor
    owners: Tensor

    def __init__(self, scenarios: WaveScenario | Sequence[WaveScenario], seeds: Sequence[int]) -> None:
        super().__init__()
        each = [scenarios] * len(seeds) if isinstance(scenarios, WaveScenario) else list(scenarios)
        self.program = build_program(each[0])
        self.replicates: list[Replicate] = [replicate_of(s, seed) for s, seed in zip(each, seeds, strict=True)]
        drawn = np.stack([initial_parameters(s, seed) for s, seed in zip(each, seeds, strict=True)])
        self.values = nn.Parameter(torch.from_numpy(drawn))
        for name in ("leaks", "noise", "lost"):
            column = np.stack([np.asarray(getattr(one, name), np.float32) for one in self.replicates])
            self.register_buffer(name, torch.from_numpy(column))
        for name in ("exponents", "owners"):
            indices = torch.from_numpy(getattr(self.program, name).astype(np.int64))
            self.register_buffer(name, indices, persistent=False)
        self.transmissions = nn.ModuleDict(
            {
                str(number): Transmission(self.program, op)
                for number, op in enumerate(self.program.ops)
                if op[START] >= 0
            }
        )

    @classmethod
    def from_run(cls, directory: str | Path, condition: str, seeds: Sequence[int]) -> WaveNet:
        """Return networks that a run has trained, one replicate per seed, ready to be evaluated.

        Parameters
        ----------
        directory : str or Path
            Run directory of a wave scenario with ``record.weights = true``.
        condition : str
        seeds : sequence of int

        Raises
        ------
        AstrosimError
            If there is no such replicate, or it is not done, or its weights were not kept.
        """
        stored = [stored_network(directory, condition, seed) for seed in seeds]
        net = cls(stored[0].scenario, seeds)
        with torch.no_grad():
            net.values.copy_(torch.from_numpy(np.stack([one.values for one in stored])))
        return net.eval()

    def forward(self, inputs: Tensor, trial: int = 0) -> Tensor:
        """Pass a batch through every replicate.

        Parameters
        ----------
        inputs : Tensor, shape (replicate, batch, cell) or (batch, cell)
            The latter for all replicates alike.
        trial : int
            Addresses the draws of noise and loss: the update, or the batch of an evaluation.

        Returns
        -------
        Tensor, shape (replicate, batch, output)

        Raises
        ------
        ValueError
            If the program has an operation without a formula.
        """
        values = inputs.expand(len(self.replicates), *inputs.shape[-2:])
        mode = TRAINING if self.training else EVALUATION
        weights, biases = self.effective(mode, trial)
        for number, op in enumerate(self.program.ops):
            kind = op[KIND]
            if kind == PRODUCT:
                values = self.transmissions[str(number)](values, weights, self._added(op, biases))
            elif kind == ACTIVATION:
                values = FUNCTIONS[ACTIVATIONS[op[CODE]]](values)
            elif not op[WHEN] & mode:
                continue
            elif kind == LEAK:
                values = self.transmissions[str(number)](values, weights, None)
            elif kind == NOISE:
                drawn = self._rows(GAUSSIAN, trial, op[OUT_FIRST], op[OUT_STOP], values)
                values = values + self.noise[:, None, None] * drawn
            elif kind == SILENCE:
                lost = self._rows(UNIFORM, trial, op[OUT_FIRST], op[OUT_STOP], values) < self.lost[:, None, None]
                values = torch.where(lost, 0.0, values / (1 - self.lost[:, None, None]))
            else:
                raise ValueError("an operation without a formula")
        return values

    def _added(self, op: np.ndarray, biases: Tensor) -> Tensor | None:
        """Biases that a product adds; gains are none."""
        if op[BIAS] < 0 or self.program.gains:
            return None
        return biases[:, op[BIAS] : op[BIAS] + op[OUT_STOP] - op[OUT_FIRST]]

    def effective(self, mode: int, trial: int) -> tuple[Tensor, Tensor]:
        """Return weights of all taps as a batch meets them, shape (replicate, tap), and biases, shape (replicate,
        bias).
        """
        program = self.program
        weights, biases = self.values.split([program.weights, program.biases], dim=1)
        if program.gains:
            weights = weights * (1 + biases[:, self.owners]) ** self.exponents
        if program.link_loss & mode:
            lost = self._links(UNIFORM, trial, 1) < self.lost[:, None]
            weights = torch.where(lost, 0.0, weights)
        if program.link_noise & mode:
            weights = weights + self.noise[:, None] * self._links(GAUSSIAN, trial, 0)
        return torch.cat([weights, self.leaks.to(weights.dtype)], dim=1), biases

    def _keys(self, links: bool) -> list[np.ndarray]:
        return [one.keys[(0 if self.training else 2) + links] for one in self.replicates]

    def _links(self, normal: bool, trial: int, row: int) -> Tensor:
        """A number for each weight: shape (replicate, weight)."""
        rows = np.array([row])
        drawn = [row_draws(key, trial, rows, self.program.weights, normal)[0] for key in self._keys(links=True)]
        return torch.from_numpy(np.stack(drawn)).to(self.values)

    def _rows(self, normal: bool, trial: int, first: int, stop: int, values: Tensor) -> Tensor:
        """A number for each value: shape (replicate, batch, cell)."""
        rows = np.arange(first, stop)
        drawn = [row_draws(key, trial, rows, values.shape[1], normal).T for key in self._keys(links=False)]
        return torch.from_numpy(np.stack(drawn)).to(values)

    def losses(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return loss of every image: shape (replicate, batch).

        Parameters
        ----------
        outputs : Tensor, shape (replicate, batch, output)
        labels : Tensor, shape (replicate, batch)
            Class numbers, or targets of XOR.

        Raises
        ------
        ValueError
            If the program's loss has no formula.
        """
        if self.program.loss == LIKELIHOOD:
            return functional.cross_entropy(outputs.transpose(1, 2), labels.long(), reduction="none")
        if self.program.loss == SQUARES:
            return (outputs[..., 0] - labels) ** 2
        raise ValueError("task.data: a loss without a formula")
