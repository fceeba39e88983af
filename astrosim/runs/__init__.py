"""Runs: conditions x seeds as independent replicates over workers, with checkpoints, resume and replay."""

from __future__ import annotations

from astrosim.runs.once import run_once
from astrosim.runs.rerun import RerunResult, rerun
from astrosim.runs.session import run_scenario
from astrosim.store import open_run

run = run_scenario  # the public name

__all__ = ["RerunResult", "open_run", "rerun", "run", "run_once", "run_scenario"]
