"""Spikes under way: where each is on its way to the node that it will reach (ms)."""

from __future__ import annotations

import numpy as np

from astrosim.systems.spiking.network.description import Connections

MOST_FLIGHTS = 2_000  # assumed: more are a cloud
SLOWEST_MS = 180.0  # time shown, above which spikes fly too fast to be seen; assumed: 2 ms within two frames


class Flights:
    """Connections that are drawn, by presynaptic node, along which spikes fly.

    Parameters
    ----------
    connections : Connections
    neurons : int
        Only what leaves these is a spike.
    """

    def __init__(self, connections: Connections, neurons: int) -> None:
        own = connections.chosen(connections.pre < neurons)
        order = np.argsort(own.pre, kind="stable")
        self._pre, self._post, self._delay = own.pre[order], own.post[order], own.delay[order]

    def under_way(self, node: np.ndarray, time: np.ndarray, now: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the spikes under way.

        Parameters
        ----------
        node, time : ndarray of int64 and float64 (ms), shape (spike,)
            Spikes so far, the latest last.
        now : float
            ms.

        Returns
        -------
        ends : ndarray of int32, shape (flight, 2)
            Numbers of the nodes that it left and will reach.
        share : ndarray of float32, shape (flight,)
            Part of the way that is done, 0 to 1.
        """
        ends, share = [np.zeros((0, 2), np.int32)], [np.zeros(0, np.float32)]
        recent = time > now - (self._delay.max() if self._delay.size else 0.0)
        for one, since in zip(node[recent].tolist(), (now - time[recent]).tolist(), strict=True):
            own = slice(*np.searchsorted(self._pre, [one, one + 1]))
            flying = since < self._delay[own]
            ends.append(np.stack([self._pre[own], self._post[own]], axis=1)[flying].astype(np.int32))
            share.append((since / self._delay[own][flying]).astype(np.float32))
        return np.concatenate(ends)[-MOST_FLIGHTS:], np.concatenate(share)[-MOST_FLIGHTS:]
