"""Images by a spiking network from one scalar: astrocytes over receptive fields in motion (ms, Hz, pA)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from astrosim.contracts.simulation import restore_arrays
from astrosim.core.exact_functions import exp
from astrosim.core.rng import below, stream_key
from astrosim.systems.arrays.data import Part, images_parted
from astrosim.systems.arrays.judge import Verdict
from astrosim.systems.arrays.kernel.arrays import blocks_of
from astrosim.systems.arrays.kernel.batches import gather, permutation
from astrosim.systems.arrays.learners.keep_or_revert import Learned, mean_reward
from astrosim.systems.proposals.likelihood import BLOCK
from astrosim.systems.proposals.proposing import gaussians
from astrosim.systems.proposals.state import make_proposal
from astrosim.systems.spiking.kernel import fields
from astrosim.systems.spiking.kernel.field_arrivals import encode
from astrosim.systems.spiking.kernel.model import LANES
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import IAF_PSC_EXP
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe
from astrosim.systems.spiking.learners.field_trains import make_params, train_of, trains_by_value

JUDGED = 16 * BLOCK  # images that are judged at once; assumed: their spikes take some 30 MB at most


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
    parts : Images
        Training, validation and test images.
    learning : Learned
        All that changes: the network, sigmas, counts, and the running mean of the weights if there is one.
    images, standing, workspace
        Tuples of `kernel.fields`: the present batch, responses to it, and room.
    done : int
        Trials done.
    reward : float
        Mean reward on the present batch; nan before it was shown.

    Raises
    ------
    DataError
        If a data set is missing or damaged.
    """

    def __init__(self, recipe: FieldRecipe, seed: int, folder: Path | None = None) -> None:
        self.recipe, self.seed, self.done, self.reward = recipe, seed, 0, float("nan")
        self.parts = images_parted(recipe.task, recipe.sizes, seed, folder)
        self.trains, self.params = trains_by_value(recipe), make_params(recipe, seed)
        self.learning = make_learned(recipe, seed)
        self.images = empty_images(recipe, 0)
        self.standing, self.workspace = make_room(recipe, self.net, 0)

    @property
    def net(self) -> fields.Fields:
        """The network, as it stands."""
        return self.learning.net

    def advance(self, trials: int) -> float:
        """Carry out trials, with a new batch after every `stay`; returns the mean reward on the present one."""
        last, stay = self.done + trials, self.recipe.stay
        while self.done < last:
            number, into = divmod(self.done, stay)
            if into == 0 or np.isnan(self.reward):
                self._present(number)
            count = min(last - self.done, stay - into)
            self._carry_out(count)
            self.done += count
            self.reward = mean_reward(self.standing, self.images)
            if self.done % stay == 0:
                self.learning.take_mean(self.recipe.average)
        return self.reward

    def warm(self) -> None:
        """Compile what trials call; nothing that counts changes."""
        self._present(self.done // self.recipe.stay)
        self._carry_out(0)

    def judge(self, part: Part) -> Verdict:
        """Judge the network, with the running mean of its weights if there is one, on images."""
        return judge_images(self.recipe, self.learning.judged(), part)

    def accuracy(self, of: Part | None = None) -> float:
        """Return the share of images that are named rightly: of the test images, or others."""
        return self.judge(self.parts.test if of is None else of).accuracy

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that changes, by name: arrays of any shape. To be taken between two batches."""
        return {name: array.copy() for name, array in self.learning.arrays().items()} | {"done": np.array([self.done])}

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same recipe and seed: by name, arrays of the same shape.

        Raises
        ------
        ValueError
            If an array is missing or does not fit.
        """
        done = np.zeros(1, np.int64)
        restore_arrays(self.learning.arrays() | {"done": done}, saved)
        self.done, self.reward = int(done[0]), float("nan")

    def _carry_out(self, trials: int) -> None:
        """Carry out trials on the present batch."""
        cap = self.recipe.caps[self._place(self.done // self.recipe.stay)]
        fields.advance(
            self.net, self.images, self.params, self.learning.of_trials, self.standing, self.workspace,
            self.done, trials, float(cap),
        )  # fmt: skip

    def _place(self, number: int) -> int:
        """Place of a batch in the run: those beyond its end are like its last."""
        return min(number, self.recipe.stays - 1)

    def _present(self, number: int) -> None:
        """Show a batch, and compute everything from scratch."""
        recipe, train = self.recipe, self.parts.train
        size = int(recipe.batch_sizes[self._place(number)])
        whole = size == len(train.labels)
        if self.images.images != size:
            self.images = empty_images(recipe, size)
            self.standing, self.workspace = make_room(recipe, self.net, len(self.images.labels))
            show(recipe, train, np.arange(size), self.trains, self.images)
        if not whole or recipe.shift or recipe.jitter:
            order = permutation(stream_key(self.seed, "field_order"), number, len(train.labels))[:size]
            show(recipe, train, order, self.trains, self.images, (self.seed, number))
        fields.refresh(self.net, self.images, self.standing, self.workspace)


def empty_images(recipe: FieldRecipe, count: int) -> fields.Images:
    """Return room for a number of images."""
    blocks, (rows, columns) = blocks_of(count), recipe.shape
    arrivals = np.zeros((blocks, rows * columns, recipe.steps, BLOCK), np.uint8)
    return fields.Images(
        arrivals, np.zeros(arrivals.shape[:3], np.bool_), np.full((blocks, BLOCK), -1, np.int32), count
    )


def show(
    recipe: FieldRecipe,
    part: Part,
    order: np.ndarray,
    trains: np.ndarray,
    images: fields.Images,
    drawn: tuple[int, int] | None = None,
) -> None:
    """Fill a batch with the spikes of images.

    Parameters
    ----------
    recipe : FieldRecipe
    part : Part
    order : ndarray of int64, shape (image,)
        Numbers of the images.
    trains : ndarray of uint8, shape (phase, step, value)
        Of `trains_by_value`.
    images : Images
        Is written.
    drawn : (int, int), optional
        Seed and number of the batch, by which images are moved and phases drawn; neither if left out.
    """
    seed, number = drawn or (0, 0)
    shift, jitter = (recipe.shift, recipe.jitter) if drawn else (0, False)
    pixels = np.empty((len(images.labels), images.arrivals.shape[1], BLOCK), np.uint8)
    shifts, phases = stream_key(seed, "field_shift"), stream_key(seed, "spiking_field")
    gather(part.inputs, part.labels, order, *recipe.shape, shift, shifts, number, pixels, images.labels)
    encode(pixels, trains, jitter, phases, number, np.zeros(BLOCK, np.uint8), images.arrivals, images.busy)


def judge_images(recipe: FieldRecipe, net: fields.Fields, part: Part) -> Verdict:
    """Judge a network on images, some at a time."""
    classes, trains = net.outgoing.shape[1], trains_by_value(recipe)
    confusion, outputs, reward = np.zeros((classes, classes), np.int64), [np.zeros((0, classes), np.float32)], 0.0
    for first in range(0, len(part.labels), JUDGED):
        order = np.arange(first, min(first + JUDGED, len(part.labels)))
        images = empty_images(recipe, len(order))
        show(recipe, part, order, trains, images)
        standing, workspace = make_room(recipe, net, len(images.labels))
        reward += len(order) * fields.refresh(net, images, standing, workspace)
        found = standing.logits.transpose(0, 2, 1).reshape(-1, classes)[: len(order)]
        np.add.at(confusion, (part.labels[order], found.argmax(axis=1)), 1)
        outputs.append(found)
    count = len(part.labels) or np.nan
    return Verdict(float(reward / count), float(np.trace(confusion) / count), confusion, np.concatenate(outputs))


def make_learned(recipe: FieldRecipe, seed: int) -> Learned[fields.Fields]:
    """Return all that changes, before anything has."""
    tally, counts = np.zeros((2, recipe.units), np.int64), np.zeros(2, np.int64)
    net = make_net(recipe, seed, recipe.sizes.outputs)
    learned = Learned(net, np.full(recipe.units, recipe.sigma), tally, counts)
    if recipe.average:
        learned.mean = [array.copy() for array in learned.parameters()]
    return learned


def make_net(recipe: FieldRecipe, seed: int, classes: int) -> fields.Fields:
    """Return a network before it has learned: fields at random places, incoming weights drawn, all others 0."""
    (rows, columns), side, units = recipe.shape, recipe.field, recipe.units
    corner, weight = stream_key(seed, "field_position"), stream_key(seed, "field_weight")
    taps = np.empty((units, side**2), np.int32)
    incoming, line, reach = np.empty(taps.shape, np.float32), np.zeros(taps.shape[1] + 4), np.arange(side)
    for h in range(units):
        row, column = (below(corner, h, axis, size - side + 1) for axis, size in enumerate((rows, columns)))
        taps[h] = ((row + reach)[:, None] * columns + column + reach[None]).reshape(-1)
        gaussians(weight, h, taps.shape[1], line)
        incoming[h] = line[: taps.shape[1]] * recipe.initial
    values = IAF_PSC_EXP.defaults(1) | {name: np.array([value]) for name, value in recipe.parameters.items()}
    left = recipe.window_ms - recipe.step_ms * (np.arange(recipe.steps) + 1)
    share = np.array([1.0 - exp(-time / values["tau_syn_ex"][0]) for time in left])
    return fields.Fields(
        taps=taps,
        incoming=incoming,
        bias=np.zeros(units, np.float32),
        outgoing=np.zeros((units, classes), np.float32),
        output_bias=np.zeros(classes, np.float32),
        owned=np.arange(units, dtype=np.int64)[:, None],
        tonic=train_of(recipe, 1.0, 0.5).astype(np.float32),
        share=share.astype(np.float32),
        step=recipe.step_ms,
        current=recipe.weight_pa,
        floor=recipe.floor,
    )


def make_room(recipe: FieldRecipe, net: fields.Fields, blocks: int) -> tuple[fields.Standing, fields.Workspace]:
    """Return room for responses to images in a number of blocks, and for trials on them."""
    (units, classes), synapses, single = net.outgoing.shape, net.taps.shape[1], np.float32
    values = IAF_PSC_EXP.defaults(BLOCK)
    for name, value in recipe.parameters.items():
        values[name][:] = value
    cells = IAF_PSC_EXP.tiles(BLOCK, values, recipe.step_ms)
    standing = fields.Standing(
        charge=np.zeros((units, blocks, BLOCK), single),
        logits=np.zeros((blocks, classes, BLOCK), single),
        rewards=np.zeros((blocks, BLOCK), single),
    )
    return standing, fields.Workspace(
        proposal=make_proposal(1, synapses, classes),
        normal=np.zeros(synapses + 1 + 2 * classes + 8),
        cells=cells,
        start=cells.copy(),
        drive=np.zeros((2, recipe.steps, BLOCK), single),
        pixel=np.zeros(synapses, np.int32),
        weight=np.zeros(synapses, single),
        trial_weight=np.zeros(synapses, single),
        fired=np.zeros(LANES),
        charge=np.zeros((blocks, BLOCK), single),
        logits=np.zeros((classes, BLOCK), single),
        **{name: np.zeros(BLOCK, single) for name in ("change", "top", "total", "own")},
        rewards=np.zeros((blocks, BLOCK), single),
    )


def centres(net: fields.Fields, columns: int) -> np.ndarray:
    """Return column and row of the centre of each unit's field: float64, pixels, shape (unit, 2)."""
    rows, places = np.divmod(net.taps, columns)
    return np.stack([places.mean(axis=1), rows.mean(axis=1)], axis=1)
