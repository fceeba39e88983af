"""The notebooks: stored ones are in step with their sources, and what an execution gives; waves also on stored runs."""

import base64
import copy
import csv
import importlib.util
import re
import runpy
import sys
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import pytest
from nbclient.exceptions import CellExecutionError

from astrosim.runs import run_scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

ANALYSIS = Path(__file__).parent.parent / "analysis"
LARGEST = 1_000_000  # bytes of a stored notebook
LOCAL = re.compile(r"/(tmp|home|root|work|Users|var|opt)/|[A-Z]:\\|20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d")
SCRIPT = runpy.run_path(str(ANALYSIS / "execute.py"))
executed, bare, outputs = SCRIPT["executed"], SCRIPT["bare"], SCRIPT["outputs"]
SOURCES = {source.stem: source for source in SCRIPT["sources"]()}
GRADIENTS = {"control", "digits", "fashion", "mnist", "own_data", "waves"}  # their bits depend on the kind of processor
LIVE = {"against_nest"} if any(map(importlib.util.find_spec, ("nest", "brian2"))) else set()  # says more then
SAME_EVERYWHERE = sorted(set(SOURCES) - GRADIENTS - LIVE)


def stored(name):
    return nbformat.read(ANALYSIS / f"{name}.ipynb", as_version=4)


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def text(notebook):
    return "".join(output.get("text", "") for output in outputs(notebook))


def images(notebook):
    found = [output["data"]["image/png"] for output in outputs(notebook) if "image/png" in output.get("data", {})]
    return [base64.b64decode(image) for image in found]


def medians(directory):
    with open(directory / "summary.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    names = dict.fromkeys(row["condition"] for row in rows)
    return {
        name: np.median([float(row["test_accuracy"]) for row in rows if row["condition"] == name]) for name in names
    }


def test_every_notebook_is_stored_and_none_without_source():
    assert set(SOURCES) == {path.stem for path in ANALYSIS.glob("*.ipynb")}
    assert set(SOURCES) == {path.stem for path in ANALYSIS.glob("*.py")} - {"common", "execute", "peers", "tuning"}


@pytest.mark.parametrize("name", SOURCES)
def test_stored_notebook_is_its_source_executed_once_from_top_to_bottom(name):
    notebook = stored(name)
    assert cells(notebook) == cells(jupytext.read(SOURCES[name]))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert {output.output_type for output in outputs(notebook)} <= {"stream", "display_data"}
    assert images(notebook)


@pytest.mark.parametrize("name", SOURCES)
def test_stored_notebook_holds_nothing_of_the_machine(name):
    path = ANALYSIS / f"{name}.ipynb"
    notebook = stored(name)
    assert path.stat().st_size < LARGEST
    assert bare(copy.deepcopy(notebook)) == notebook
    assert not LOCAL.search(text(notebook))
    assert not any(output.get("name") == "stderr" for output in outputs(notebook))


@pytest.mark.full  # 20 s or more each; `waves` is executed in the ordinary suite, below
@pytest.mark.parametrize("name", SAME_EVERYWHERE)
def test_notebook_holds_its_assertions_and_says_what_is_stored(name, tmp_path):
    notebook = executed(SOURCES[name], tmp_path)
    assert text(notebook) == text(stored(name))
    assert len(images(notebook)) == len(images(stored(name)))
    asserted = [cell for cell in notebook.cells if cell.cell_type == "code" and "assert " in cell.source]
    assert len(asserted) >= 3
    assert "## Reading" in notebook.cells[-1].source


@pytest.mark.parametrize(
    ("cell", "error", "message"),
    [
        ("assert 1 > 2, 'a wrong number'", CellExecutionError, "a wrong number"),
        ("import warnings\nwarnings.warn('beware')", RuntimeError, "bad.py: .*beware"),
    ],
)
def test_a_notebook_that_fails_or_warns_is_not_written(tmp_path, cell, error, message):
    source = tmp_path / "bad.py"
    source.write_text(f"# %%\n{cell}\n")
    with pytest.raises(error, match=f"(?s){message}"):
        executed(source, tmp_path)


def test_unknown_names_are_told():
    with pytest.raises(SystemExit) as told:
        SCRIPT["main"](["wave"])
    assert str(told.value) == f"no such notebook (wave). Write some of {', '.join(sorted(SOURCES))}."


def test_waves_make_a_small_run_where_there_is_none(tmp_path):
    notebook = executed(SOURCES["waves"], tmp_path / "runs")
    said = text(notebook)
    wanted = medians(tmp_path / "runs" / "offline_digits_small")
    assert len(wanted) == 4
    for name, median in wanted.items():
        assert re.search(rf"offline_digits_small +{name} +{median:.4f} ", said)
    assert len(images(notebook)) == 5  # accuracy and loss by epoch, final accuracy, classes, gaps
    assert all(image.startswith(b"\x89PNG") for image in images(notebook))
    assert "No sweep among these runs" in said


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
    monkeypatch.syspath_prepend(ANALYSIS)
    monkeypatch.delitem(sys.modules, "common", raising=False)
    found = runpy.run_path(str(SOURCES["waves"]))
    said = capsys.readouterr().out
    assert list(found["runs"]) == ["sweep"]
    assert "left out:" in said
    assert {path.name for path in (tmp_path / "runs" / "figures").iterdir()} == {
        f"sweep_{name}.png" for name in ("accuracy_by_epoch", "loss_by_epoch", "final_accuracy", "classes", "leak")
    }
    median = medians(tmp_path / "runs" / "sweep")["leak_0.3"]
    assert f"sweep / leak_0.3, test_accuracy: published 0.8, measured {median:.4f} (n = 2)" in said
