"""The notebook of wave runs: executed as a notebook where there is no run, and as a script on stored ones."""

import base64
import csv
import re
import runpy
from pathlib import Path

import jupytext
import numpy as np
from nbclient import NotebookClient

from astrosim.runs import run_scenario
from astrosim.scenario import WaveScenario

NOTEBOOK = Path(__file__).parent.parent / "analysis" / "waves.py"


def medians(directory):
    with open(directory / "summary.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    names = dict.fromkeys(row["condition"] for row in rows)
    return {
        name: np.median([float(row["test_accuracy"]) for row in rows if row["condition"] == name]) for name in names
    }


def test_notebook_makes_a_small_run_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTROSIM_RUNS", str(tmp_path / "runs"))
    notebook = jupytext.read(NOTEBOOK)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    text = "".join(output.get("text", "") for output in outputs)
    wanted = medians(tmp_path / "runs" / "offline_digits_small")
    assert len(wanted) == 4
    for name, median in wanted.items():
        assert re.search(rf"offline_digits_small +{name} +{median:.4f} ", text)
    images = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(images) == 5  # accuracy and loss by epoch, final accuracy, classes, gaps
    assert all(base64.b64decode(image).startswith(b"\x89PNG") for image in images)
    assert "No sweep among these runs" in text


def test_stored_runs_are_drawn_and_nothing_is_trained(tmp_path, monkeypatch, capsys):
    scenario = WaveScenario.model_validate(
        {
            "kind": "wave",
            "name": "sweep",
            "seeds": [1, 2],
            "task": {"data": "digits", "train": 64, "test": 50},
            "schedule": {"epochs": 1},
            "conditions": {f"leak_{sigma:g}": {"leak": {"sigma": sigma}} for sigma in (0.0, 0.3, 0.6)},
            "reference": {"leak_0.3": {"test_accuracy": 0.8}},
        }
    )
    run_scenario(scenario, tmp_path / "runs" / "sweep", workers=1)
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "scenario.toml").write_text("kind = 'wave'\n")
    monkeypatch.setenv("ASTROSIM_RUNS", str(tmp_path / "runs"))
    found = runpy.run_path(str(NOTEBOOK))
    text = capsys.readouterr().out
    assert list(found["runs"]) == ["sweep"]
    assert "left out:" in text
    assert {path.name for path in (tmp_path / "runs" / "figures").iterdir()} == {
        f"sweep_{name}.png" for name in ("accuracy_by_epoch", "loss_by_epoch", "final_accuracy", "classes", "leak")
    }
    median = medians(tmp_path / "runs" / "sweep")["leak_0.3"]
    assert f"sweep / leak_0.3, test_accuracy: published 0.8, measured {median:.4f} (n = 2)" in text
