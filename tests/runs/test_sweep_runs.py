"""Runs of sweeps: the bytes of conditions written by hand; functions; every kind of scenario."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import small, summary_rows
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.core.errors import RunError, ScenarioError
from astrosim.scenario import to_toml

SHORT: dict[str, Any] = {"conditions": {}, "schedule": {"episodes": 12, "trials_per_episode": 10}}
AXES = {"perturbation.sigma": [0.05, 0.2], "astrocytes.radius": [2.0, 4.0]}


def test_a_sweep_computes_what_conditions_written_by_hand_do(tmp_path: Path) -> None:
    swept = astrosim.sweep(small(**SHORT), AXES, directory=tmp_path / "swept", workers=1)
    conditions = {
        f"sigma_{sigma}-radius_{radius:g}": {"perturbation": {"sigma": sigma}, "astrocytes": {"radius": radius}}
        for sigma in AXES["perturbation.sigma"]
        for radius in AXES["astrocytes.radius"]
    }
    astrosim.run(small(**{**SHORT, "conditions": conditions}), tmp_path / "by_hand", workers=1)
    own = [
        {name: value for name, value in row.items() if name not in ("sigma", "radius")}
        for row in summary_rows(tmp_path / "swept")
    ]
    assert own == summary_rows(tmp_path / "by_hand")
    by_hand = astrosim.open_run(tmp_path / "by_hand")
    for name, setting in conditions.items():
        sigma, radius = setting["perturbation"]["sigma"], setting["astrocytes"]["radius"]
        one = swept.sel(condition="default", sigma=sigma, radius=radius)
        other = by_hand.sel(condition=name)
        for variable in by_hand.data_vars:
            assert one[variable].values.tobytes() == other[variable].values.tobytes(), variable
