"""What a run on a black box has learned: a network from observations to actions, or numbers (weights: float64)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from astrosim.contracts.trained import Held, TrainedNetwork, no_weights
from astrosim.core.errors import AstrosimError
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.players import make_player
from astrosim.systems.blackbox.replay import stored_policy
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.trained import TrainedPolicy

if TYPE_CHECKING:
    import xarray


class TrainedBlackbox(TrainedNetwork):
    """Weights that were tested at the end of a replicate.

    Parameters
    ----------
    scenario : BlackboxScenario
        Resolved.
    held : Held

    Attributes
    ----------
    vector : ndarray of float64, shape (parameter,)
        All weights.

    Raises
    ------
    AstrosimError
        If the replicate is not done, or its weights were not kept.
    """

    def __init__(self, scenario: BlackboxScenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        stored, centre = held.stored("final_weight"), held.stored("input_centre")
        if stored is None or centre is None or not np.isfinite(stored).any():
            raise no_weights(held)
        self.vector = stored[np.isfinite(stored)]
        self.inputs = int(np.isfinite(centre).sum()) if scenario.has_network else 0

    @cached_property
    def network(self) -> Policy:
        """The network's arrays.

        Raises
        ------
        AstrosimError
            If numbers were learned, not a network.
        """
        if not self.scenario.has_network:
            raise AstrosimError(f"{self.held.name}: numbers were learned, not a network. Use its attribute vector.")
        return stored_policy(self.scenario, self.held.seed, self.inputs, self.vector)

    @cached_property
    def policy(self) -> TrainedPolicy:
        """The network with the actions of its task; builds the task."""
        player = make_player(self.scenario, self.held.seed)
        try:
            return player.trained(self.network)
        finally:
            player.close()

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Return an action for each observation, shape (row, input): indices, shape (row,), or (row, component).

        Where numbers were learned, not a network, each answer is these numbers.
        """
        if not self.scenario.has_network:
            return np.tile(self.vector, (len(rows), 1))
        return np.array([self.policy(row) for row in rows])

    @property
    def weights(self) -> xarray.Dataset:
        """Weights by unit, input and output; of an objective without a network the numbers by place."""
        import xarray

        one = {"units": "1"}
        if not self.scenario.has_network:
            return xarray.Dataset({"weight": ("place", self.vector, one)}, {"place": np.arange(len(self.vector))})
        net = self.network
        parts = {
            "incoming": (("unit", "synapse"), net.incoming, one),
            "bias": ("unit", net.bias, one),
            "outgoing": (("unit", "output"), net.outgoing, one),
            "output_bias": ("output", net.output_bias, one),
        }
        direct = {"direct": (("source", "output"), net.direct, one)} if net.direct.size else {}
        labels = {
            "unit": np.arange(len(net.bias)),
            "output": np.arange(len(net.output_bias)),
            "input": (("unit", "synapse"), net.taps),
            "layer": ("unit", np.full(len(net.bias), "hidden")),
        }
        return xarray.Dataset({**parts, **direct}, labels)

    def answer_words(self) -> str:
        """Return what a call takes and what it answers, in words."""
        if not self.scenario.has_network:
            return f"the {len(self.vector):,} numbers that were learned, whatever is asked"
        return f"an action of {self.scenario.named} for each observation, {self.inputs:,} numbers"
