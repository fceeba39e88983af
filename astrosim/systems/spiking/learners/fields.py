"""Digits by a spiking network from one scalar: astrocytes over receptive fields in motion (ms, Hz, pA)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.exact_functions import exp
from astrosim.core.rng import below, stream_key, uniforms
from astrosim.datasets import load
from astrosim.systems.proposals.likelihood import BLOCK
from astrosim.systems.proposals.proposing import STREAMS, TERRITORY, gaussians
from astrosim.systems.proposals.state import Params, make_proposal
from astrosim.systems.proposals.teams import BEST
from astrosim.systems.spiking.kernel import fields
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import IAF_PSC_EXP
from astrosim.systems.spiking.learners.circuit import MS_PER_S

PARAMETERS = ("incoming", "bias", "outgoing", "output_bias")
NEURON = {"C_m": 250.0, "tau_m": 10.0, "tau_syn_ex": 5.0, "tau_syn_in": 5.0, "t_ref": 2.0}


@dataclass(frozen=True)
class FieldRecipe:
    """Numbers of a run on images.

    Attributes
    ----------
    data : str
        digits, mnist or fashion.
    test : int
        Test images, where the seed draws the split; 0: the data set's own.
    units, field : int
        Hidden units; pixels, side of each unit's own receptive field.
    step_ms, window_ms, rate_hz : float
        Step, length of a window, rate of a pixel at its largest level.
    levels, phases : int
        Rates between none and the largest; phases of trains, by pixel.
    weight_pa : float
        Current jump of an incoming synapse of weight 1.
    delay_steps : int
    initial : float
        Standard deviation of incoming weights at the start.
    parameters : dict of str to float
        Of the units, by NEST's names.
    incoming, outgoing : float
        Size of a step of an incoming and of an outgoing weight, at sigma = 1.
    sigma, floor, cap : float
        At the start, and its bounds.
    grow, shrink : float
        Logarithms of the factors on sigma after success and failure.
    outward : float
        Probability that a trial changes the outgoing side.
    race : float
        Part of the images after which a proposal that has gained nothing is dropped; 1: none is.
    jitter : bool
        Whether each batch draws the phase of each pixel of each image afresh.
    batch : int
        Images of a batch; 0: all training images.
    stay : int
        Trials between two refreshes, each with a new batch.
    """

    data: str = "digits"
    test: int = 360
    units: int = 256
    field: int = 4
    step_ms: float = 1.0
    window_ms: float = 40.0
    rate_hz: float = 200.0
    levels: int = 16
    phases: int = 4
    weight_pa: float = 450.0
    delay_steps: int = 1
    initial: float = 0.4
    parameters: dict[str, float] = dataclasses.field(default_factory=lambda: dict(NEURON))
    incoming: float = 0.5
    outgoing: float = 0.1
    sigma: float = 0.3
    floor: float = 0.01
    cap: float = 0.3
    grow: float = 0.05
    shrink: float = 0.0125
    outward: float = 0.5
    race: float = 1.0
    jitter: bool = False
    batch: int = 0
    stay: int = 1000

    @property
    def steps(self) -> int:
        """Steps of a window."""
        return round(self.window_ms / self.step_ms)


@dataclass(frozen=True)
class Split:
    """Pixels and labels.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (image, pixel)
    labels : ndarray of uint8, shape (image,)
    """

    pixels: np.ndarray
    labels: np.ndarray


def order_of(key: np.ndarray, trial: int, count: int) -> np.ndarray:
    """Return a permutation of 0 .. count - 1 by a stream's key (uint32, shape (2,)): int64, shape (count,)."""
    drawn = np.zeros(count)
    uniforms(key, trial, np.arange(count, dtype=np.int64), drawn)
    return np.argsort(drawn, kind="stable")


def train_of(recipe: FieldRecipe, level: float, phase: float) -> np.ndarray:
    """Return arrivals of a regular train at each step's end, of a level from 0 to 1: uint8, shape (step,)."""
    out = np.zeros(recipe.steps, np.uint8)
    if level <= 0.0:
        return out
    period = MS_PER_S / (recipe.rate_hz * level)
    times = period * (phase + np.arange(int(recipe.window_ms / period) + 2))
    stamps = np.floor(times / recipe.step_ms + 1e-9).astype(np.int64) + recipe.delay_steps
    np.add.at(out, stamps[stamps < recipe.steps], 1)
    return out


def trains_of(recipe: FieldRecipe) -> np.ndarray:
    """Return arrivals of all trains: uint8, shape (level, phase, step)."""
    phases = (np.arange(recipe.phases) + 0.5) / recipe.phases
    return np.array([[train_of(recipe, n / recipe.levels, p) for p in phases] for n in range(recipe.levels + 1)])


def images_of(recipe: FieldRecipe, split: Split, largest: int, phases: np.ndarray | None = None) -> fields.Images:
    """Return images as the kernel takes them.

    Parameters
    ----------
    recipe : FieldRecipe
    split : Split
    largest : int
        The largest pixel.
    phases : ndarray of int64, shape (image, pixel), optional
        By pixel alone if left out.
    """
    count, pixels = split.pixels.shape
    blocks = -(-count // BLOCK)
    level = np.zeros((blocks * BLOCK, pixels), np.int64)
    level[:count] = np.rint(split.pixels.astype(np.float64) * (recipe.levels / largest)).astype(np.int64)
    labels = np.full(blocks * BLOCK, -1, np.int32)
    labels[:count] = split.labels
    trains, arrivals = trains_of(recipe), np.empty((blocks, pixels, recipe.steps, BLOCK), np.uint8)
    phase = np.broadcast_to(np.arange(pixels) % recipe.phases, level.shape).copy()
    if phases is not None:
        phase[:count] = phases
    for p in range(pixels):
        shown = trains[level[:, p], phase[:, p]].reshape(blocks, BLOCK, recipe.steps)
        arrivals[:, p] = shown.transpose(0, 2, 1)
    return fields.Images(arrivals, labels.reshape(blocks, BLOCK), count)


def parts_of(recipe: FieldRecipe, seed: int, folder: Path | None) -> tuple[Split, Split, int]:
    """Return training and test images, and the largest pixel.

    Raises
    ------
    DataError
        If a data set is missing or damaged.
    """
    data = load(recipe.data, folder)
    largest = {"digits": 16, "mnist": 255, "fashion": 255}[recipe.data]
    train, test = (
        Split(np.rint(images.reshape(len(images), -1) * largest).astype(np.uint8), labels)
        for images, labels in ((data.train_x, data.train_y), (data.test_x, data.test_y))
    )
    if not recipe.test:
        return train, test, largest
    pixels, labels = (np.concatenate([getattr(one, name) for one in (train, test)]) for name in ("pixels", "labels"))
    order = order_of(stream_key(seed, "field_split"), 0, len(labels))
    own, other = order[recipe.test :], order[: recipe.test]
    return Split(pixels[own], labels[own]), Split(pixels[other], labels[other]), largest


class FieldLearning:
    """Spiking units over receptive fields that learn images by keep or revert, each unit with an astrocyte.

    Parameters
    ----------
    recipe : FieldRecipe
    seed : int
    folder : Path, optional
        Where data sets lie.

    Attributes
    ----------
    net, learning, standing, workspace
        Tuples of `kernel.fields`; `net` and `learning` are the state.
    done : int
        Trials done.
    """

    def __init__(self, recipe: FieldRecipe, seed: int, folder: Path | None = None) -> None:
        self.recipe, self.seed, self.done = recipe, seed, 0
        self.train, self.test, self.largest = parts_of(recipe, seed, folder)
        self.net = self._make_net()
        self.params = make_params(recipe, seed)
        self.learning = fields.TrialState(
            np.full(recipe.units, recipe.sigma), np.zeros((2, recipe.units), dtype=np.int64)
        )
        self.images = self._batch(0)
        self.standing, self.workspace = self._make_room(self.images)
        self.reward = float("nan")

    def advance(self, trials: int) -> float:
        """Carry out trials, with a new batch after every `stay`; returns the mean reward on the present one."""
        last, stay = self.done + trials, self.recipe.stay
        while self.done < last:
            number, into = divmod(self.done, stay)
            if into == 0 or np.isnan(self.reward):
                self.images = self._batch(number)
                self.reward = float(fields.refresh(self.net, self.images, self.standing, self.workspace))
            count = min(last - self.done, stay - into)
            self.reward += fields.advance(
                self.net, self.images, self.params, self.learning, self.standing, self.workspace,
                self.done, count, self.recipe.cap,
            )  # fmt: skip
            self.done += count
        return self.reward

    def accuracy(self, of: Split | None = None) -> float:
        """Return the share of images that are named rightly: of the test images, or others."""
        split = self.test if of is None else of
        images = images_of(self.recipe, split, self.largest)
        standing, workspace = self._make_room(images)
        best = np.zeros(images.labels.shape, np.int32)
        fields.answers(self.net, images, standing, workspace, best)
        return float((best == images.labels).sum() / images.images)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, by name: arrays of any shape. To be taken between two batches."""
        return copy_arrays(self._changing()) | {"done": np.array([self.done])}

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same recipe and seed: by name, arrays of the same shape.

        Raises
        ------
        ValueError
            If an array is missing or does not fit.
        """
        done = np.zeros(1, np.int64)
        restore_arrays(self._changing() | {"done": done}, saved)
        self.done, self.reward = int(done[0]), float("nan")

    def _changing(self) -> dict[str, np.ndarray]:
        return {**self.learning._asdict(), **{name: getattr(self.net, name) for name in PARAMETERS}}

    def _batch(self, number: int) -> fields.Images:
        """Images of a batch; all training images, always, or drawn for each."""
        own, split = self.recipe, self.train
        if not own.batch and not own.jitter:
            return self.images if number else images_of(own, split, self.largest)
        if own.batch:
            order = order_of(stream_key(self.seed, "field_order"), number, len(split.labels))[: own.batch]
            split = Split(split.pixels[order], split.labels[order])
        phases = self._phases(number, split.pixels.shape) if own.jitter else None
        return images_of(own, split, self.largest, phases)

    def _phases(self, number: int, shape: tuple[int, ...]) -> np.ndarray:
        """Phase of each pixel of each image of a batch: int64, of that shape."""
        drawn, count = np.zeros(shape[0] * shape[1]), shape[0] * shape[1]
        uniforms(stream_key(self.seed, "spiking_field"), number, np.arange(count, dtype=np.int64), drawn)
        return (drawn * self.recipe.phases).astype(np.int64).reshape(shape)

    def _make_net(self) -> fields.Fields:
        own, pixels = self.recipe, self.train.pixels.shape[1]
        side, classes = round(pixels**0.5), int(self.train.labels.max()) + 1
        corner, weight = stream_key(self.seed, "field_position"), stream_key(self.seed, "field_weight")
        taps = np.empty((own.units, own.field**2), np.int32)
        incoming, line = np.empty(taps.shape, np.float32), np.zeros(taps.shape[1] + 4)
        reach = np.arange(own.field)
        for h in range(own.units):
            row, column = (below(corner, h, axis, side - own.field + 1) for axis in range(2))
            taps[h] = ((row + reach)[:, None] * side + column + reach[None]).reshape(-1)
            gaussians(weight, h, taps.shape[1], line)
            incoming[h] = line[: taps.shape[1]] * own.initial
        values = IAF_PSC_EXP.defaults(1) | {name: np.array([value]) for name, value in own.parameters.items()}
        left = own.window_ms - own.step_ms * (np.arange(own.steps) + 1)
        share = np.array([1.0 - exp(-time / values["tau_syn_ex"][0]) for time in left])
        return fields.Fields(
            taps,
            incoming,
            np.zeros(own.units, np.float32),
            np.zeros((own.units, classes), np.float32),
            np.zeros(classes, np.float32),
            np.arange(own.units, dtype=np.int64)[:, None],
            train_of(own, 1.0, 0.5).astype(np.float32),
            share.astype(np.float32),
            own.step_ms,
            own.weight_pa,
            own.floor,
        )

    def _make_room(self, images: fields.Images) -> tuple[fields.Standing, fields.Workspace]:
        units, classes = self.net.outgoing.shape
        synapses, blocks, single = self.net.taps.shape[1], len(images.labels), np.float32
        values = IAF_PSC_EXP.defaults(BLOCK)
        for name, value in self.recipe.parameters.items():
            values[name][:] = value
        cells = IAF_PSC_EXP.tiles(BLOCK, values, self.recipe.step_ms)
        standing = fields.Standing(
            np.zeros((units, blocks, BLOCK), single),
            np.zeros((blocks, classes, BLOCK), single),
            np.zeros((blocks, BLOCK), single),
        )
        return standing, fields.Workspace(
            make_proposal(1, synapses, classes),
            np.zeros(synapses + 1 + 2 * classes + 8),
            cells,
            cells.copy(),
            np.zeros((2, self.recipe.steps, BLOCK), single),
            np.zeros(synapses, np.int32),
            np.zeros(synapses, single),
            np.zeros(synapses, single),
            np.zeros(BLOCK, np.int32),
            np.zeros((blocks, BLOCK), single),
            np.zeros((classes, BLOCK), single),
            np.zeros(BLOCK, single),
            np.zeros(BLOCK, single),
            np.zeros(BLOCK, single),
            np.zeros(BLOCK, single),
            np.zeros((blocks, BLOCK), single),
        )


def make_params(recipe: FieldRecipe, seed: int) -> Params:
    """Return the numbers of the rules, and the keys of the trials' streams."""
    return Params(
        scope=TERRITORY,
        incoming=np.float32(recipe.incoming),
        bias=np.float32(recipe.incoming),
        outgoing=np.float32(recipe.outgoing),
        output_bias=np.float32(0.0),
        outward=recipe.outward,
        fraction=1.0,
        grow_factor=float(exp(recipe.grow)),
        shrink_factor=float(exp(-recipe.shrink)),
        accept=BEST,
        race=recipe.race,
        keys=np.stack([stream_key(seed, stream) for stream in STREAMS]),
    )
