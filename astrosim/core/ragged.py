"""Lists of whole numbers of different lengths, held as two arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ragged:
    """Lists of whole numbers, one after the other: list i is ``index[start[i]:start[i + 1]]``.

    Attributes
    ----------
    start : ndarray of int64, shape (list + 1,)
    index : ndarray of int32, shape (entry,)
    """

    start: np.ndarray
    index: np.ndarray

    def __getitem__(self, i: int) -> np.ndarray:
        return self.index[self.start[i] : self.start[i + 1]]

    def __len__(self) -> int:
        return self.start.size - 1

    @property
    def sizes(self) -> np.ndarray:
        """Length of each list: int64, shape (list,)."""
        return np.diff(self.start)

    @classmethod
    def group(cls, keys: np.ndarray, values: np.ndarray, count: int) -> Ragged:
        """Return lists of the values that share a key, in their given order.

        Parameters
        ----------
        keys : ndarray of int, shape (entry,)
            From 0 to count - 1.
        values : ndarray of int, shape (entry,)
            Held as int32.
        count : int
            Number of lists.

        Returns
        -------
        Ragged
        """
        order = np.argsort(keys, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=count))])
        return cls(start.astype(np.int64), values[order].astype(np.int32))

    @classmethod
    def of(cls, lists: list[np.ndarray]) -> Ragged:
        """Build from a list of arrays of whole numbers, each of shape (entry,); they are held as int32."""
        start = np.concatenate([[0], np.cumsum([len(entry) for entry in lists])])
        return cls(start.astype(np.int64), np.concatenate([np.empty(0, np.int32), *lists]).astype(np.int32))
