"""Scenario files that tests write, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario

TASK = [["00", "1"], ["10", "0"], ["01", "1"]]
SIZES = {"clusters": 2, "inputs": 2, "outputs": 1, "modulatory": 0, "regular": 3}  # 12 neurons; 0, 1, 6, 7 are inputs
GOOD_PATTERNS = "input,target\n00,1\n10,0\n01,1\n"
GOOD_POSITIONS = "neuron,x,y\n" + "".join(f"{n},{n}.25,-{n}\n" for n in range(12))
GOOD_WIRING = "pre,post,weight\n0,2,0.5\n0,3,-1\n1,2,0.25\n3,8,2\n"


def write(directory: Path, text: str) -> Path:
    """A scenario file of this text."""
    path = directory / "s.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, *overrides: str) -> list[str]:
    """Problems of a scenario file, file names without their folder."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    return [problem.replace(f"{path.parent}/", "") for problem in caught.value.problems]


def complaints(directory: Path, text: str, *overrides: str) -> list[str]:
    """Problems of a text."""
    return problems(write(directory, text), *overrides)


def write_scenario(folder: Path, **files: str | bytes) -> Path:
    """A small scenario that names the files, which are written beside it."""
    names = {"patterns": "patterns.csv", "positions": "positions.csv", "wiring": "wiring.csv"}
    for key, content in files.items():
        (folder / names[key]).write_bytes(content if isinstance(content, bytes) else content.encode())
    network = SIZES | {key: names[key] for key in ("positions", "wiring") if key in files}
    task = {"file": names["patterns"]} if "patterns" in files else {"patterns": TASK}
    data = {
        "name": "filed",
        "seeds": [3, 8],
        "task": task,
        "network": network,
        "schedule": {"episodes": 20},
        "record": {"every": 5},
    }
    path = folder / "s.toml"
    path.write_text(tomli_w.dumps(data))
    return path
