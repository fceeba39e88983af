"""The choice of the camera that suits a learner."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.core.phases import Phase
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.table import BASELINES, carrier_of
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.trials import words
from astrosim.view.trials.astrocytes import AgentsCamera
from astrosim.view.trials.film import Camera, Film
from astrosim.view.trials.neurons import NeuronCamera
from astrosim.view.trials.published import PublishedCamera
from astrosim.view.trials.updates import SEEN, UpdateCamera


class WeightCamera:
    """Camera of whatever has no engine that goes phase by phase: it tells what the weights show.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.learns, self.name = scenario.learner != "none", f"the {scenario.learner}"

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """See `Camera.shoot`; arrays of any shape."""
        weight = after.weights()
        moved = np.flatnonzero(weight != before["weight"][: weight.size]).astype(np.int32)
        names = [self.name] if self.learns and moved.size else []
        told = words.decided(names, len(moved), (), 1 if moved.size else IDLE)
        quiet = self.learns and not moved.size
        return Film(after.trial - 1, "No weight has changed." if quiet else told, moved=moved)


def shown_phases(scenario: Scenario) -> tuple[Phase, ...]:
    """Return the phases that films of a resolved scenario's trials have."""
    if scenario.learner in BASELINES:
        return tuple(phase for phase in carrier_of(scenario).phases if phase.name in SEEN)
    published = scenario.system == "published" and not scenario.neuronal
    plain = published and (scenario.learner == "none" or scenario.homeostasis.rule == "episode")
    return () if plain else carrier_of(scenario).phases


def camera_of(scenario: Scenario, seed: int) -> Camera:
    """Return the camera of a resolved scenario's learner."""
    if scenario.system == "published" and not scenario.neuronal:
        return PublishedCamera(scenario, seed) if shown_phases(scenario) else WeightCamera(scenario, seed)
    if scenario.neuronal and not scenario.astrocytic:
        return NeuronCamera(scenario, seed)
    if scenario.learner in BASELINES:
        return UpdateCamera(scenario, seed)
    return AgentsCamera(scenario, seed) if "agents" in carrier_of(scenario).engines else WeightCamera(scenario, seed)
