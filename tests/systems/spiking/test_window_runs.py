"""What a run of learning over spiking windows leaves: networks that answer, and ends that longer runs go on from."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.core.errors import AstrosimError

TABLES: dict[str, Any] = {
    "kind": "spiking",
    "name": "small",
    "seeds": [3],
    "network": {"inputs": 3, "outputs": 2},
    "task": {"patterns": [["000", "10"], ["100", "01"], ["010", "11"]]},
    "schedule": {"trials": 130},
    "conditions": {
        "calcium": {"astrocytes": {"activation": "calcium", "max_active": 2, "exploration": 0.05},
                    "schedule": {"stop": False}},
        "stopping": {},
    },
}  # fmt: skip


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def kept(directory: Path) -> dict[str, Any]:
    """Bytes of the store, and the rows of the summary without the time."""
    root = directory / "trajectory.zarr"
    every = [file for file in root.rglob("*") if file.is_file()]
    files: dict[str, Any] = {str(file.relative_to(root)): file.read_bytes() for file in every}
    with (directory / "summary.csv").open(encoding="utf-8", newline="") as lines:
        return files | {"rows": [row | {"wall_s": ""} for row in csv.DictReader(lines)]}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a run of 130 trials, with records every 50."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "small.toml").write_text(tomli_w.dumps(TABLES), "utf-8")
    call("run", str(folder / "small.toml"), "--out", str(folder / "run"), "--workers", "1", "--no-report")
    return folder / "run"


def test_what_was_learned_answers_as_the_run_read_it(short: Path) -> None:
    trained, run = astrosim.load_trained(short, "calcium"), astrosim.open_run(short).sel(condition="calcium", seed=3)
    shown = np.array([[int(bit) for bit in given] for given, _ in TABLES["task"]["patterns"]])
    assert np.array_equal(trained.readouts(shown), run["readout"].values)
    targets = np.array([[int(bit) for bit in target] for _, target in TABLES["task"]["patterns"]])
    with (short / "summary.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["condition"] == "calcium")
    assert np.mean(trained(shown) == targets) == float(row["mean_accuracy"])
    assert np.array_equal(trained.weights["weight"].values, run["weight"].values)
    assert trained([1, 1, 1]).shape == (2,)
    with pytest.raises(AstrosimError, match="a value beside 0 and 1"):
        trained([0.5, 0.0, 1.0])


def test_a_run_goes_on_to_the_bytes_of_a_longer_one(short: Path, tmp_path: Path) -> None:
    whole, file = tmp_path / "whole", short.parent / "small.toml"
    length = ("--set", "schedule.trials=400", "--workers", "1", "--no-report")
    call("run", str(file), "--out", str(whole), *length)
    call("run", str(short), "--resume", *length)
    one, other = kept(short), kept(whole)
    assert {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)} == set()
    (lengthened,) = json.loads((short / "provenance.json").read_text("utf-8"))["lengthened"]
    assert (lengthened["from_ends"], lengthened["from_the_beginning"]) == (2, 0)
