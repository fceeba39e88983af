"""Wave networks as PyTorch modules: the same program, on tensors of shape (replicate, batch, cell), on CPU or GPU.

Here every operation is PyTorch's own and gradients are autograd's: this engine is the reference of the kernel, the way
to a GPU, and the bridge to whatever else is written in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from astrosim.scenario import WaveScenario
from astrosim.wave.build import build_program
from astrosim.wave.initial import initial_parameters
from astrosim.wave.kernel.draws import row_draws
from astrosim.wave.kernel.loop import Replicate
from astrosim.wave.learner import replicate_of
from astrosim.wave.program import (
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
    START,
    TRAINING,
    WHEN,
)

DENSE = 40_000  # entries; a product with more, and few taps a cell, goes tap by tap; assumed: where both cost the same
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "elu": functional.elu,
    "relu": torch.relu,
    "silu": functional.silu,
    "softmax": lambda x: torch.softmax(x, dim=-1),
}
GAUSSIAN, UNIFORM = True, False


@dataclass(frozen=True, eq=False)
class Taps:
    """Taps of one operation as indices.

    Attributes
    ----------
    first, count : int
        Its taps among those of the program.
    inputs, outputs : int
        Cells before and after.
    cell, heard : ndarray of int64, shape (tap,)
        Cell that a tap leads to, and the one that it comes from.
    place : ndarray of int64, shape (tap,)
        Number of the tap among those of its cell.
    """

    first: int
    count: int
    inputs: int
    outputs: int
    cell: np.ndarray
    heard: np.ndarray
    place: np.ndarray


class WaveNet(nn.Module):
    """Replicates of one wave network (or MLP), all with the same program.

    Parameters
    ----------
    scenarios : WaveScenario or sequence of WaveScenario
        Resolved; one for all replicates, or one a replicate. They may differ in strengths of leak, noise and loss.
    seeds : sequence of int
        One a replicate.

    Attributes
    ----------
    values : Parameter of float32, shape (replicate, parameter)
        Weights of live taps, step by step, then biases or gains.
    """

    leaks: Tensor
    noise: Tensor
    lost: Tensor

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
        self._taps = {number: self._read_taps(op) for number, op in enumerate(self.program.ops) if op[START] >= 0}

    def _read_taps(self, op: np.ndarray) -> Taps:
        program, cells = self.program, int(op[OUT_STOP] - op[OUT_FIRST])
        starts = program.starts[op[START] : op[START] + cells + 1]
        cell = np.repeat(np.arange(cells), np.diff(starts))
        first, count = int(starts[0]), int(starts[-1] - starts[0])
        heard = program.taps[first : first + count].astype(np.int64) - op[IN_FIRST]
        place = np.arange(count) - (starts[:-1] - starts[0])[cell]
        return Taps(first, count, int(op[IN_STOP] - op[IN_FIRST]), cells, cell, heard, place)

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
        """
        values = inputs.expand(len(self.replicates), *inputs.shape[-2:])
        mode = TRAINING if self.training else EVALUATION
        weights, biases = self.effective(mode, trial)
        for number, op in enumerate(self.program.ops):
            kind = op[KIND]
            if kind == PRODUCT:
                bias = biases[:, op[BIAS] : op[BIAS] + self._taps[number].outputs] if self._biased(op) else None
                values = self._transmit(self._taps[number], weights, bias, values)
            elif kind == ACTIVATION:
                values = FUNCTIONS[ACTIVATIONS[op[CODE]]](values)
            elif not op[WHEN] & mode:
                continue
            elif kind == LEAK:
                values = self._transmit(self._taps[number], weights, None, values)
            elif kind == NOISE:
                drawn = self._rows(GAUSSIAN, trial, op[OUT_FIRST], op[OUT_STOP], values)
                values = values + self.noise[:, None, None] * drawn
            else:
                lost = self._rows(UNIFORM, trial, op[OUT_FIRST], op[OUT_STOP], values) < self.lost[:, None, None]
                values = torch.where(lost, 0.0, values / (1 - self.lost[:, None, None]))
        return values

    def _biased(self, op: np.ndarray) -> bool:
        return bool(op[BIAS] >= 0) and not self.program.gains

    def effective(self, mode: int, trial: int) -> tuple[Tensor, Tensor]:
        """Weights of all taps as a batch meets them, shape (replicate, tap), and biases, shape (replicate, bias)."""
        program = self.program
        weights, biases = self.values.split([program.weights, program.biases], dim=1)
        if program.gains:
            exponents = torch.from_numpy(program.exponents).to(weights.device)
            owners = torch.from_numpy(program.owners).long().to(weights.device)
            weights = weights * (1 + biases[:, owners]) ** exponents
        if program.link_loss & mode:
            lost = self._links(UNIFORM, trial, 1) < self.lost[:, None]
            weights = torch.where(lost, 0.0, weights)
        if program.link_noise & mode:
            weights = weights + self.noise[:, None] * self._links(GAUSSIAN, trial, 0)
        return torch.cat([weights, self.leaks.to(weights.dtype)], dim=1), biases

    def _transmit(self, taps: Taps, weights: Tensor, bias: Tensor | None, values: Tensor) -> Tensor:
        own = weights[:, taps.first : taps.first + taps.count]
        if taps.inputs * taps.outputs <= DENSE or taps.count * 4 > taps.inputs * taps.outputs:
            dense = own.new_zeros(len(own), taps.outputs * taps.inputs)
            index = torch.from_numpy(taps.cell * taps.inputs + taps.heard).to(own.device)
            matrix = dense.index_copy(1, index, own).view(len(own), taps.outputs, taps.inputs).transpose(1, 2)
            return torch.bmm(values, matrix) if bias is None else torch.baddbmm(bias[:, None, :], values, matrix)
        return self._tap_by_tap(taps, own, bias, values)

    def _tap_by_tap(self, taps: Taps, own: Tensor, bias: Tensor | None, values: Tensor) -> Tensor:
        """The same without a dense matrix: one pass over the layer for each tap of a cell."""
        total = values.new_zeros(*values.shape[:2], taps.outputs) if bias is None else bias[:, None, :]
        for place in range(int(taps.place.max()) + 1):
            chosen = np.flatnonzero(taps.place == place)
            picked = values[..., torch.from_numpy(taps.heard[chosen]).to(values.device)]
            part = picked * own[:, None, torch.from_numpy(chosen).to(values.device)]
            whole = len(chosen) == taps.outputs
            cells = torch.from_numpy(taps.cell[chosen]).to(values.device)
            total = total + (
                part if whole else values.new_zeros(*part.shape[:2], taps.outputs).index_copy(2, cells, part)
            )
        return total

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
        """Loss of every image: shape (replicate, batch). Labels: class numbers, or targets of XOR."""
        if self.program.loss == LIKELIHOOD:
            return functional.cross_entropy(outputs.transpose(1, 2), labels.long(), reduction="none")
        return (outputs[..., 0] - labels) ** 2
