"""Kernels without compilation (`NUMBA_DISABLE_JIT`): the same bits, whichever rule or learner; provenance says how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import tomli_w

import astrosim
from astrosim.contracts.registry import find_system
from astrosim.core import interpreted
from astrosim.rules.choices import SCOPE
from astrosim.scenario import to_toml
from astrosim.scenario.merge import deep_merge

RUN = "import sys, astrosim; astrosim.run(astrosim.load_scenario(sys.argv[1]), sys.argv[2], workers=1)"
GRADIENTS = {"task": ("backpropagation",), "wave": ("gradient", "disturbed", "mlp")}
"""Conditions whose sums numba may take in another order."""
SHORT: dict[str, dict[str, Any]] = {
    "astrocyte": {"schedule": {"episodes": 5, "trials_per_episode": 10}, "record": {"every": 1, "weights_at": [-1]}},
    "task": {
        "schedule": {"trials": 4},
        "record": {"every": 4},
        "batches": {"first": 16, "last": 16, "stay": 4},
        "task": {"train": 32, "test": 10},
    },
    "wave": {"schedule": {"epochs": 1, "batch": 8}, "task": {"train": 16, "test": 10, "validation": 10}},
}


def interpreted_run(tables: Mapping[str, Any], folder: Path) -> Path:
    """A run in a process without compilation."""
    file, directory = folder / "s.toml", folder / "run"
    file.write_text(tomli_w.dumps(tables))
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", RUN, file, directory], check=True, env=environment
    )
    return directory


def assert_same_compiled(directory: Path) -> None:
    noted = json.loads((directory / "provenance.json").read_text())["sessions"][0]
    assert noted["kernels"] == "interpreted"
    result = astrosim.rerun(directory, workers=1)
    assert result.differences == ()
    assert result.identical


@pytest.mark.full
def test_a_run_without_compilation_gives_the_same_bits(tmp_path: Path) -> None:
    """Territories of 8-bit masks, and the random scope, whose exchange of 32-bit places wrapped."""
    tables = {
        "name": "s",
        "seeds": [3],
        "network": {"regular": 4},
        **SHORT["astrocyte"],
        "conditions": {"maturity": {}, "random": {"perturbation": {"scope": "random"}}},
    }
    assert_same_compiled(interpreted_run(tables, tmp_path))


@pytest.mark.full
@pytest.mark.parametrize("name", ["astrocyte", "task", "wave"])
def test_every_learner_gives_the_same_bits_without_compilation(name: str, tmp_path: Path) -> None:
    example = find_system(name).part("example").tables
    conditions = {key: own for key, own in example["conditions"].items() if key not in GRADIENTS.get(name, ())}
    if name == "astrocyte":
        conditions |= {f"scope_{scope}": {"perturbation": {"scope": scope}} for scope in SCOPE}
        conditions |= {"leaky": {"network": {"model": "leaky", "cycles": 3}, "decision": {"window": 2}}}
    shorter = deep_merge({**example, "conditions": conditions, "seeds": [3]}, SHORT[name])
    assert_same_compiled(interpreted_run(shorter, tmp_path))


@pytest.mark.full
@pytest.mark.parametrize(
    ("scenario", "condition"),
    [("exp020", "cursor"), ("exp022", "traffic"), ("exp012a", "full"), ("exp020_iterations", "iteration_1")],
)
def test_the_published_system_gives_the_same_bits_without_compilation(
    scenario: str, condition: str, tmp_path: Path
) -> None:
    short = ["seeds=[42]", "schedule.episodes=2", "schedule.trials_per_episode=10"]
    length = short if scenario in ("exp020_iterations", "exp012a") else short[:2]
    loaded = astrosim.load_scenario(scenario, length, [condition])
    assert_same_compiled(interpreted_run(tomllib.loads(to_toml(loaded)), tmp_path))


NUMBERS = [
    True,
    3,
    -2,
    2.5,
    np.uint8(250),
    np.int8(-100),
    np.uint32(4_000_000_000),
    np.int32(-7),
    np.int64(2**40),
    np.uint64(2**40),
    np.float32(0.1),
    np.float64(0.1),
]
OPERATIONS = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mult": lambda a, b: a * b,
    "Div": lambda a, b: a / b,
    "Lt": lambda a, b: a < b,
}


@pytest.mark.full
@pytest.mark.parametrize("name", OPERATIONS)
def test_operators_compute_as_compiled_ones(name: str) -> None:
    """Value and type of every pair of numbers, against numba itself."""
    compiled = numba.njit(error_model="numpy")(OPERATIONS[name])
    typed = interpreted._HELPERS[f"{interpreted.PREFIX}{name}"]
    for a in NUMBERS:
        for b in NUMBERS:
            with np.errstate(all="ignore"):
                found, expected = typed(a, b), compiled(a, b)
            assert interpreted._boxed(found) == expected, (a, b)
            assert type(interpreted._boxed(found)) is type(expected), (a, b)


def test_bytes_do_not_wrap_and_products_keep_their_digits() -> None:
    def kernel(mask, weight):
        total = mask[0] + mask[1]
        total += mask[2]
        return total, weight[0] * 0.1, mask[0] < 300.5, min(weight[0], 0.25), mask[1] ** 2

    mask, weight = np.array([200, 100, 50], np.uint8), np.array([0.3], np.float32)
    found = interpreted.Interpreted(kernel)(mask, weight)
    assert found[:3] == (350, float(np.float32(0.3)) * 0.1, True)
    assert found == numba.njit(kernel)(mask, weight)
