"""Sizes of wave networks, counted by hand, and numbers of updates."""

from __future__ import annotations

from typing import Any

import pytest

from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.systems.waves.scenario.schema import WaveScenario

XOR_AS_CODED = "s d s d s d s d g g g g g"


def wave(**tables: Any) -> WaveScenario:
    return WaveScenario.model_validate(tables)


COUNTS = [
    ({}, (20, 10), 410, 140, 160, 10),  # spec, beyond 2: 410 live weights
    ({"network": {"variant": "published"}}, (20, 10), 420, 140, 160, 10),  # spec, section 2: 420 and 140 gains
    ({"network": {"model": "mlp"}}, (20, 10), 600, 30, 50, 2),  # 630 parameters
    ({"network": {"grid": [4, 5], "steps": "sdddGGC"}}, (20, 10), 1494, 220, 240, 7),  # beyond 2
    ({"network": {"grid": [4, 5], "steps": "TUTU (hw)*4 PQPQP"}}, (20, 10), 2498, 930, 950, 17),
    (
        {"task": {"data": "mnist"}, "front": {"rule": "none"}, "network": {"grid": [28, 28], "steps": "g*9 d*4 G*5"}},
        (784, 10),
        33_276,
        3_766,
        4_550,
        18,
    ),  # beyond 5
    (
        {
            "task": {"data": "xor"},
            "front": {"rule": "none"},
            "network": {"variant": "published", "bias": "none", "steps": XOR_AS_CODED},
        },
        (2, 1),
        203,
        0,
        79,
        13,
    ),  # spec, section 2
]


@pytest.mark.parametrize(("tables", "ends", "weights", "biases", "cells", "steps"), COUNTS)
def test_sizes_are_those_of_the_specification(
    tables: dict[str, Any], ends: tuple[int, int], weights: int, biases: int, cells: int, steps: int
) -> None:
    scenario = wave(**tables)
    assert (scenario.input_width, scenario.output_width) == ends == (scenario.widths[0], scenario.widths[-1])
    assert (scenario.live_weights, scenario.biases, scenario.parameters) == (weights, biases, weights + biases)
    assert (scenario.cells, scenario.step_count) == (cells, steps)


@pytest.mark.parametrize(
    ("tables", "images", "an_epoch"),
    [
        ({"task": {"data": "mnist"}}, 60_000, 469),
        ({"task": {"data": "mnist", "validation": 5_000}}, 55_000, 430),
        ({"task": {"data": "mnist", "train": 1_000, "validation": 5_000}}, 1_000, 8),
        ({"schedule": {"passes": 3}}, 1_297, 33),
        ({"schedule": {"batch": 5_000}}, 1_297, 1),
        ({"training": {"rule": "keep_revert"}, "astrocytes": {"window": 256}, "schedule": {"batch": 1}}, 1_297, 6),
    ],
)
def test_updates_are_counted(tables: dict[str, Any], images: int, an_epoch: int) -> None:
    scenario = wave(**tables)
    assert (scenario.training_images, scenario.updates_per_epoch) == (images, an_epoch)
    assert scenario.updates == 10 * an_epoch


def test_the_papers_length_of_training_on_xor() -> None:
    """Spec, section 3: 3000 epochs of 4 identical updates on all four rows."""
    scenario = resolve(load_scenario(find("xor")), "wave")
    assert isinstance(scenario, WaveScenario)
    assert (scenario.images_per_update, scenario.updates_per_epoch, scenario.updates) == (4, 4, 12_000)


@pytest.mark.parametrize(
    ("leak", "reach"),
    [
        ({}, 0),
        ({"reach": 4}, 0),
        ({"sigma": 0.3}, 1),
        ({"sigma": 0.35}, 2),
        ({"sigma": 2.0}, 6),
        ({"sigma": 0.3, "reach": 5}, 5),
        ({"sigma": 0.6, "kernel": "attenuated"}, 1),
    ],
)
def test_reach_of_a_leak(leak: dict[str, Any], reach: int) -> None:
    assert wave(leak=leak).leak_reach == reach
