"""Scenarios and batches for the tests of wave networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.systems.waves.scenario.schema import WaveScenario


def wave(**sections: Any) -> WaveScenario:
    """A small classifier of ten features and ten classes, with the sections that are given."""
    base: dict[str, Any] = {
        "task": {"data": "digits"},
        "front": {"rule": "sparse", "width": 14},
        "network": {"steps": "gd gd"},
        "schedule": {"batch": 24},
    }
    return WaveScenario.model_validate({**base, **sections})


def published(**sections: Any) -> WaveScenario:
    """The same as the published code had it."""
    return wave(**{"network": {"steps": "gd gd", "variant": "published"}, **sections})


def grid(**sections: Any) -> WaveScenario:
    """A network on a grid: every kind of step, ELU."""
    network = {"steps": "ssdTUhwPQgGGC", "grid": [4, 5], "activation": "elu"}
    return wave(**{"front": {"rule": "sparse", "width": 20}, "network": network, **sections})


def batch(scenario: WaveScenario, images: int = 24, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Features, float32, and labels for a network."""
    random = np.random.default_rng(seed)
    return random.standard_normal((images, scenario.input_width)).astype("f4"), random.integers(0, 10, images)
