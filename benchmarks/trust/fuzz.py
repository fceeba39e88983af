"""Fuzzed scenarios, sweeps, tables, graphs and command lines: the tests that draw them, with more examples."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.trust.outcome import Outcome

ROOT = Path(__file__).parents[2]
FILES = (
    "tests/scenario/test_scenario_fuzz.py",
    "tests/scenario/test_file_fuzz.py",
    "tests/cli/test_cli_fuzz.py",
)
PASSING = re.compile(r"- (\d+) passing(?: examples)?, (\d+) failing")


def fuzz(number: int, seed: int) -> Outcome:
    """Draw about `number` inputs: each is accepted, or refused in words with place and remedy."""
    outcome = Outcome("fuzzed scenarios, sweeps, tables, graphs, command lines")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", "--hypothesis-show-statistics"]
    environment = os.environ | {"ASTROSIM_EXAMPLES": str(number)}
    command += [f"--hypothesis-seed={seed}", *FILES]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    for passing, failing in PASSING.findall(done.stdout):
        outcome.injected += int(passing) + int(failing)
        outcome.survived += int(passing)
    if done.returncode:
        outcome.defects.append(done.stdout[-2000:])
    return outcome.end()
