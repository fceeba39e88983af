"""Images gathered into the blocks of a batch, perhaps shifted (pixels of uint8)."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, kernel
from astrosim.core.rng import below, word
from astrosim.systems.proposals.likelihood import BLOCK

ZERO = np.float32(0.0)


@kernel
def gather(images, labels, order, rows, columns, shift, key, number, pixels, out):
    """Fill a batch. images: uint8, shape (image, pixel); order: int64, the images of the batch.

    With shift > 0 each image is moved by up to `shift` pixels along each axis, 0 moves in: draws from `key` at
    (number, 2 * place + axis), number that of the batch. Writes: pixels (block, pixel, BLOCK), out (block, BLOCK): the
    labels, -1 where no image is.
    """
    size = 2 * shift + 1
    for block in range(out.shape[0]):
        for b in range(BLOCK):
            place = block * BLOCK + b
            if place >= order.size:
                out[block, b] = -1
                for p in range(rows * columns):
                    pixels[block, p, b] = np.uint8(0)
                continue
            image = order[place]
            out[block, b] = labels[image]
            down = below(key, number, 2 * place, size) - shift if shift else 0
            right = below(key, number, 2 * place + 1, size) - shift if shift else 0
            for r in range(rows):
                for c in range(columns):
                    from_r, from_c = r - down, c - right
                    inside = 0 <= from_r < rows and 0 <= from_c < columns
                    value = images[image, from_r * columns + from_c] if inside else np.uint8(0)
                    pixels[block, r * columns + c, b] = value


@kernel
def gather_rows(part, order, batch):
    """Fill a batch with rows of a part. order: int64, the rows of the batch.

    Reads: part. Writes: batch.pixels, labels, targets and weights; 0 where no row is, its label -1.
    """
    inputs, labels, targets, weights = part
    for block in range(batch.labels.shape[0]):
        for b in range(BLOCK):
            place = block * BLOCK + b
            filled = place < order.size
            row = order[place] if filled else 0
            batch.labels[block, b] = labels[row] if filled else -1
            for p in range(batch.pixels.shape[1]):
                batch.pixels[block, p, b] = inputs[row, p] if filled else ZERO
            for c in range(batch.targets.shape[1]):
                batch.targets[block, c, b] = targets[row, c] if filled else ZERO
            if batch.weights.shape[0]:
                batch.weights[block, b] = weights[row] if filled else ZERO


@compiled
def words(key, trial, count):
    """Return the first words of a stream at a trial: uint32, shape (count,)."""
    out = np.empty(count, np.uint32)
    for index in range(count):
        out[index] = word(key, trial, index)
    return out


def permutation(key: np.ndarray, trial: int, count: int) -> np.ndarray:
    """Return numbers 0 to count - 1 in random order: int64, shape (count,).

    By the words of a stream at (trial, number), ties by number; `key` has shape (2,), uint32.
    """
    return np.argsort(words(key, trial, count), kind="stable")
