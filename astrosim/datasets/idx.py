"""The IDX format: big-endian magic number (0, 0, type, dimensions), one size a dimension, then the values.

Only type 8 (unsigned bytes) occurs here. Source: LeCun, Cortes and Burges, "The MNIST database", file formats.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.errors import DataError

UNSIGNED_BYTE = 8  # the format's code of its type


def read_idx(content: bytes, dimensions: int, where: object) -> np.ndarray:
    """Read the unsigned bytes of an IDX file.

    Parameters
    ----------
    content : bytes
        A whole IDX file, unpacked.
    dimensions : int
        Dimensions that it must have: 3 for images, 1 for labels.
    where : object
        Named by the text of an error, e.g. the path.

    Returns
    -------
    ndarray of uint8, read-only
        Its shape is the header's: (image, row, column) or (label,).

    Raises
    ------
    DataError
        If the magic number is another one, the header is cut off, or the length is not that of the header's sizes.
    """
    magic = bytes((0, 0, UNSIGNED_BYTE, dimensions))
    if content[:4] != magic:
        raise DataError(
            f"{where}: is no IDX file of unsigned bytes in {dimensions} dimension(s): it starts with "
            f"{content[:4].hex(' ') or 'nothing'}. It would start with {magic.hex(' ')}."
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"{where}: its header is cut off ({len(content)} bytes). It would have {start}.")
    shape = tuple(int(size) for size in np.frombuffer(content, dtype=">u4", count=dimensions, offset=4))
    expected = start + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        sizes = " x ".join(map(str, shape))
        raise DataError(f"{where}: holds {len(content)} bytes. Its sizes {sizes} ask for {expected}.")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
