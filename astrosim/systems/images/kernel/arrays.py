"""The arrays that trials on receptive fields work on (dimensionless; float32 unless said otherwise).

Images of a batch lie in blocks of `BLOCK`, so that what a trial touches of a block stays in the first-level cache. The
last block may hold fewer; its other places belong to no image and count for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BLOCK = 128  # images; measured: 64 to 256 are equally fast, more no longer fit the first-level cache
RELU, THRESHOLD = range(2)
UNITS = {"relu": RELU, "threshold": THRESHOLD}
LIKELIHOOD, SQUARES = range(2)
REWARDS = {"log_likelihood": LIKELIHOOD, "squared_error": SQUARES}


class Network(NamedTuple):
    """Parameters of a network, and how pixels become inputs: (pixel - centre) * scale.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Pixel of each incoming synapse.
    incoming : ndarray, shape (unit, synapse)
    bias : ndarray, shape (unit,)
    outgoing : ndarray, shape (unit, class)
    output_bias : ndarray, shape (class,)
    centre : ndarray, shape (pixel,)
        Mean pixel of the training images, in steps of the pixels.
    scale : float32
    kind : int
        RELU or THRESHOLD.
    reward : int
        LIKELIHOOD or SQUARES.
    """

    taps: np.ndarray
    incoming: np.ndarray
    bias: np.ndarray
    outgoing: np.ndarray
    output_bias: np.ndarray
    centre: np.ndarray
    scale: np.float32
    kind: int
    reward: int


class Batch(NamedTuple):
    """Images in blocks.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (block, pixel, BLOCK)
    labels : ndarray of int32, shape (block, BLOCK)
        -1 where there is no image.
    images : int
    """

    pixels: np.ndarray
    labels: np.ndarray
    images: int


class Standing(NamedTuple):
    """What the network as it stands makes of a batch; every proposal is evaluated by difference to it.

    Attributes
    ----------
    sums : ndarray, shape (unit, block, BLOCK)
        Hidden sums, biases included.
    logits : ndarray, shape (block, class, BLOCK)
    rewards : ndarray, shape (block, BLOCK)
    """

    sums: np.ndarray
    logits: np.ndarray
    rewards: np.ndarray


class Proposal(NamedTuple):
    """A change of some units, slot by slot; `slots[0]` of these are in use.

    Attributes
    ----------
    slots : ndarray of int64, shape (1,)
    unit : ndarray of int64, shape (slot,)
    taps : ndarray of int64, shape (slot,)
        How many incoming synapses change; -1: nothing on the unit's incoming side does.
    tap : ndarray of int32, shape (slot, synapse)
        Which of the unit's synapses.
    step : ndarray, shape (slot, synapse)
    bias_step : ndarray, shape (slot,)
    outward : ndarray of bool, shape (slot,)
        Whether the unit's outgoing synapses change.
    out_step : ndarray, shape (slot, class)
    output_bias_step : ndarray, shape (class,)
    """

    slots: np.ndarray
    unit: np.ndarray
    taps: np.ndarray
    tap: np.ndarray
    step: np.ndarray
    bias_step: np.ndarray
    outward: np.ndarray
    out_step: np.ndarray
    output_bias_step: np.ndarray


class Scratch(NamedTuple):
    """What an evaluation leaves for the case that its proposal is kept, and room for one block.

    Attributes
    ----------
    sums : ndarray, shape (slot, block, BLOCK)
    rewards : ndarray, shape (block, BLOCK)
    logits : ndarray, shape (class, BLOCK)
    change, before, after, top, total, own : ndarray, shape (BLOCK,)
    pixel : ndarray of int32, shape (synapse,)
    weight : ndarray, shape (synapse,)
    """

    sums: np.ndarray
    rewards: np.ndarray
    logits: np.ndarray
    change: np.ndarray
    before: np.ndarray
    after: np.ndarray
    top: np.ndarray
    total: np.ndarray
    own: np.ndarray
    pixel: np.ndarray
    weight: np.ndarray


def make_proposal(slots: int, synapses: int, classes: int) -> Proposal:
    """An empty proposal with room for so many units and synapses of each."""
    single = np.float32
    return Proposal(
        slots=np.zeros(1, np.int64),
        unit=np.zeros(slots, np.int64),
        taps=np.full(slots, -1, np.int64),
        tap=np.zeros((slots, synapses), np.int32),
        step=np.zeros((slots, synapses), single),
        bias_step=np.zeros(slots, single),
        outward=np.zeros(slots, np.bool_),
        out_step=np.zeros((slots, classes), single),
        output_bias_step=np.zeros(classes, single),
    )


def make_standing(units: int, classes: int, blocks: int) -> Standing:
    """Room for what a network makes of a batch."""
    return Standing(
        np.zeros((units, blocks, BLOCK), np.float32),
        np.zeros((blocks, classes, BLOCK), np.float32),
        np.zeros((blocks, BLOCK), np.float32),
    )


def make_scratch(slots: int, synapses: int, classes: int, blocks: int) -> Scratch:
    """Room for an evaluation of proposals of that size."""

    def line() -> np.ndarray:
        return np.zeros(BLOCK, np.float32)

    return Scratch(
        sums=np.zeros((slots, blocks, BLOCK), np.float32),
        rewards=np.zeros((blocks, BLOCK), np.float32),
        logits=np.zeros((classes, BLOCK), np.float32),
        change=line(),
        before=line(),
        after=line(),
        top=line(),
        total=line(),
        own=line(),
        pixel=np.zeros(synapses, np.int32),
        weight=np.zeros(synapses, np.float32),
    )


def blocks_of(images: int) -> int:
    """Blocks that hold so many images."""
    return -(-images // BLOCK)
