"""One small run of every kind on the kernel, through the command line: rows, store, report, and the same bits again."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from field_cases import SMALL as FIELDS
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app

SHORT = {"schedule": {"episodes": 20, "trials_per_episode": 10}, "record": {"every": 5}}
KINDS: dict[str, dict[str, Any]] = {
    "astrocytes": SHORT,
    "published": SHORT | {"system": "published"},
    "rival": SHORT | {"learner": "delta", "decision": {"reward": "log_sigmoid", "window": 0}},
    "neurons": SHORT | {"learner": "neurons"},
    "both": SHORT | {"learner": "both"},
    "wave": {
        "kind": "wave",
        "task": {"data": "xor"},
        "front": {"rule": "none"},
        "network": {"steps": "s d s d g g g"},
        "schedule": {"epochs": 3, "passes": 2, "batch": 4},
    },
    "task": {"kind": "task"} | FIELDS,
}


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_every_kind_is_stored_reported_and_repeated(tmp_path: Path, kind: str) -> None:
    file, directory = tmp_path / "tiny.toml", tmp_path / "run"
    file.write_text(tomli_w.dumps(KINDS[kind] | {"name": "tiny", "title": "A tiny one", "seeds": [3]}), "utf-8")
    call("run", str(file), "--out", str(directory), "--workers", "1")
    with (directory / "summary.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["seed"] == "3"
    dataset = astrosim.open_run(directory)
    assert dataset.committed.values.all()
    # test_accuracy of waves and fields, mean_accuracy of all others
    (accuracy,) = (float(row[name]) for name in ("mean_accuracy", "test_accuracy") if name in row)
    stored = dataset["test_accuracy" if "test_accuracy" in row else "pattern_accuracy"].values
    last = stored.reshape(-1)[-1] if "test_accuracy" in row else stored[0, 0, -1].mean()
    assert accuracy == pytest.approx(float(last))
    assert np.isfinite(accuracy)
    page = (directory / "report.html").read_text("utf-8")
    assert "A tiny one" in page
    assert page.count("<table") > 0
    assert "identical" in call("rerun", str(directory), "--workers", "1")
