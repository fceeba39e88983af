"""The one place that chooses how replicates learn: on the kernel, in torch, or by their own astrocytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from astrosim.runs.replicate import Replicate
from astrosim.systems.waves.learners.learner import KernelLearner, Learner
from astrosim.systems.waves.scenario.schema import WaveScenario

FREE = {"leak": "sigma", "noise": "sigma", "loss": "p", "network": "gain"}
"""Fields that replicates of one batch in torch may differ in."""


def in_torch(scenario: WaveScenario) -> bool:
    """Return whether networks are trained by torch: where the scenario says so, or on a GPU that is there."""
    if scenario.training.rule != "gradient":
        return False
    if scenario.engine == "torch" or scenario.device == "cpu":
        return scenario.engine == "torch"
    from astrosim.core.device import place

    return place(scenario.device).type == "cuda"


def device_of(scenario: WaveScenario) -> str:
    """Return the device on which a scenario's networks train: cpu, or the model of the GPU."""
    if not in_torch(scenario):
        return "cpu"
    from astrosim.core.device import device_name

    return device_name(scenario.device)


def batched_key(scenario: WaveScenario, replicate: Replicate) -> str:
    """Return a key: replicates with equal keys can learn in step; on the kernel each stands alone."""
    if not in_torch(scenario):
        return f"{replicate.condition} {replicate.seed}"
    data: dict[str, Any] = scenario.model_dump(
        mode="json", exclude={"conditions", "sweep", "reference", "seeds", "record", "name", "title", "source"}
    )
    for section, name in FREE.items():
        data[section][name] = data[section][name] > 0
    return json.dumps([data, scenario.leak_reach])


def make_learner(scenarios: Sequence[WaveScenario], seeds: Sequence[int]) -> Learner:
    """Return the learner of replicates with equal `batched_key`.

    Parameters
    ----------
    scenarios : sequence of WaveScenario
        Resolved, one per replicate.
    seeds : sequence of int
    """
    if in_torch(scenarios[0]):
        from astrosim.systems.waves.learners.torch_learner import TorchLearner

        return TorchLearner(scenarios, seeds)
    if scenarios[0].training.rule == "keep_revert":
        from astrosim.systems.waves.learners.keep_revert import KeepRevertLearner

        return KeepRevertLearner(scenarios, seeds)
    return KernelLearner(scenarios, seeds)
