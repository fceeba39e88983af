"""Images gathered into the blocks of a batch, perhaps shifted (pixels of uint8)."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, kernel
from astrosim.core.rng import below, word
from astrosim.systems.arrays.kernel.arrays import BLOCK


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


@compiled
def words(key, trial, count):
    """Return the first words of a stream at a trial: uint32, shape (count,)."""
    out = np.empty(count, np.uint32)
    for index in range(count):
        out[index] = word(key, trial, index)
    return out
