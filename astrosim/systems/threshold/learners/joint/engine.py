"""Fast engine of neurons and astrocytes that learn together."""

from __future__ import annotations

from typing import Any

from astrosim.systems.threshold.kernel.coupling import waves_of
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.kernel.workspace import Log
from astrosim.systems.threshold.learners.joint.kernel import JointWorkspace, advance, make_joint_workspace
from astrosim.systems.threshold.learners.joint.simulation import JointSimulation
from astrosim.systems.threshold.network.state import KernelNetwork
from astrosim.systems.threshold.network.trace import Trace
from astrosim.systems.threshold.scenario.schema import Scenario


class TogetherEngine(KernelEngine, JointSimulation):
    """Fast engine of neurons and astrocytes; see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``learner = "both"``.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._joint: tuple[KernelNetwork, JointWorkspace] | None = None

    def _loop(self) -> Any:
        return advance

    def _joint_workspace(self) -> JointWorkspace:
        """Return the workspace for the present network."""
        if self._joint is None or self._joint[0] is not self.kernel_network:
            network, weights = self.kernel_network, self.learning.weight.size
            self._joint = network, make_joint_workspace(network, self.circuit, weights)
        return self._joint[1]

    def _arguments(self, log: Log, trace: Trace, measure: bool) -> tuple[Any, ...]:
        return (
            self.kernel_network,
            self.params,
            self.learning,
            self._workspace,
            waves_of(self.kernel_network, self.learning, self.params.coupled),
            self.circuit,
            self.numbers,
            self.neural,
            self._joint_workspace(),
            log,
            trace,
            measure,
        )
