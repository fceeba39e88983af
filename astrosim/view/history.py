"""The curves of the live plots: stretches of trials with their means, ever wider ones as a run grows long."""

from __future__ import annotations

import numpy as np

MOST = 800  # points; assumed: about two a pixel of the plots
LINES = 8  # astrocytes that have a threshold line each; of more, least, median and largest are drawn


class History:
    """Means over stretches of trials.

    A stretch is closed once it is as long as the others; when there are `MOST`, neighbours are merged by pairs.

    Parameters
    ----------
    shortest : int
        Trials of a stretch at first.
    """

    def __init__(self, shortest: int) -> None:
        self.shortest = shortest
        self._rows: list[np.ndarray] = []  # last trial, trials, reward, accuracy, kept, decided, thresholds
        self._open: np.ndarray | None = None

    def add(
        self,
        trial: int,
        trials: int,
        reward: float,
        accuracy: float,
        kept: int,
        decided: int,
        thresholds: np.ndarray,
    ) -> None:
        """Add a stretch of trials.

        Parameters
        ----------
        trial : int
            The trial that it ends before, from 0.
        trials : int
            Its length, at least 1.
        reward, accuracy : float
            Mean binary reward of the stretch and accuracy at its end, 1.
        kept, decided : int
            Trials.
        thresholds : ndarray of float64, shape (astrocyte,)
            At its end, 1.
        """
        row = np.concatenate([[trial, trials, reward, accuracy, kept, decided], _few(thresholds)])
        self._open = row if self._open is None else _joined(self._open, row)
        if self._open[1] >= self.shortest:
            self._rows.append(self._open)
            self._open = None
        if len(self._rows) >= MOST:
            self._rows = [_joined(a, b) for a, b in zip(self._rows[::2], self._rows[1::2], strict=True)]
            self.shortest *= 2

    def curves(self) -> dict[str, np.ndarray]:
        """Return curves by name, float32.

        Returns
        -------
        dict of str to ndarray
            trial (trials), reward (1), accuracy (1) and accept (1; nan where nothing was decided), shape (point,);
            thresholds (1), shape (line, point).
        """
        rows = np.array(self._rows) if self._rows else np.empty((0, 6))
        with np.errstate(invalid="ignore", divide="ignore"):
            accept = rows[:, 4] / rows[:, 5]
        return _named(rows[:, 0], rows[:, 2], rows[:, 3], accept, rows[:, 6:])


def stored_curves(
    trial: np.ndarray, reward: np.ndarray, accuracy: np.ndarray, accept: np.ndarray, threshold: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the same of a stored replicate: arrays by record, and thresholds of shape (record, astrocyte)."""
    lines = np.array([_few(row) for row in threshold]).reshape(len(trial), -1)
    every = -(-len(trial) // MOST)
    return {
        name: values[..., ::every].copy() for name, values in _named(trial, reward, accuracy, accept, lines).items()
    }


def _named(
    trial: np.ndarray, reward: np.ndarray, accuracy: np.ndarray, accept: np.ndarray, thresholds: np.ndarray
) -> dict[str, np.ndarray]:
    curves = {"trial": trial, "reward": reward, "accuracy": accuracy, "accept": accept, "thresholds": thresholds.T}
    return {name: np.ascontiguousarray(values, np.float32) for name, values in curves.items()}


def _few(thresholds: np.ndarray) -> np.ndarray:
    """A threshold a line, or the three quantiles of many."""
    return thresholds if thresholds.size <= LINES else np.quantile(thresholds, [0.0, 0.5, 1.0])


def _joined(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two neighbouring stretches as one: the reward is a mean, counts add up, all else is as it was at the end."""
    both = b.copy()
    both[1] = a[1] + b[1]
    both[2] = (a[2] * a[1] + b[2] * b[1]) / both[1]
    both[4:6] = a[4:6] + b[4:6]
    return both
