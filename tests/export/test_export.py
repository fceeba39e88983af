"""Exports: every value of `open_run` comes back from the tables and from the NetCDF file, and nothing else does."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import xarray
from later import later
from run_helpers import small
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.export import export_run, netcdf, tidy
from astrosim.runs import run_scenario
from astrosim.store import open_run
from astrosim.systems.threshold.records import TABLES, VARIABLES

CONTROL = {"decisions": False, "trials": False, "firing": False}
CONDITIONS = {
    "maturity": {},
    "wide": {"network": {"regular": 6}, "astrocytes": {"per_cluster": 3}, "record": {"every": 11}},
    "coupled": {
        "coupling": {"graph": "nearest", "neighbours": 2},
        "interventions": [{"action": "lesion_astrocytes", "which": [3], "at_trial": 40}],
    },
    "window": {"decision": {"window": 0}, "perturbation": {"adapt_sigma": True}},
    "cursor": {"learner": "cursor", "schedule": {"episodes": 40}, "record": {"firing_trials": [5, 90]}},
    "neurons": {"learner": "neurons"},
    "control": {"learner": "none", "task": {"patterns": [["1", "10"], ["0", "11"]]}, "record": CONTROL},
}


DERIVED = {"accuracy", "input", "target", "ceiling", "ceiling_upper", "trial"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose replicates have different lengths of every dimension, with one replicate not committed."""
    directory = tmp_path_factory.mktemp("export") / "run"
    record = {"every": 7, "weights_at": [0, -1], "trials": True, "firing": True}
    run_scenario(small(conditions=CONDITIONS, record=record), directory, workers=1)
    (directory / "commits" / "wide-8.json").unlink()
    return directory


@pytest.fixture(scope="module")
def folder(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_run(finished, tmp_path_factory.mktemp("tables") / "csv")


def dense(dataset: xarray.Dataset, frame: pandas.DataFrame, dims: tuple[str, ...], column: str, like: Any) -> Any:
    """A column of a table put back into an array full of fill values."""
    fill = np.nan if like.dtype.kind == "f" else next(v.fill for v in VARIABLES if column.startswith(v.name))
    values = np.full(tuple(dataset.sizes[d] for d in ("condition", "seed", *dims)), fill, dtype=like.dtype)
    frame = frame[frame[column].notna()]
    places = []
    for d in ("condition", "seed", *dims):
        labels = dataset[d].values if d in dataset.coords else np.arange(dataset.sizes[d])
        number = {label: place for place, label in enumerate(labels.tolist())}
        places.append([number[label] for label in frame[tidy.CALLED.get(d, d)].tolist()])
    values[tuple(places)] = frame[column].to_numpy(dtype=like.dtype)
    return values


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
def test_every_value_comes_back_from_the_tables(finished: Path, folder: Path, variable: Any) -> None:
    dataset = open_run(finished)
    dims = tuple(d for d in variable.dims if d not in tidy.SPREAD)
    frame = pandas.read_csv(folder / f"{TABLES[dims]}.csv")
    stored = dataset[variable.name].values
    if variable.dims == dims:
        parts = [(variable.name, stored)]
    else:
        parts = [(f"{variable.name}_{place}", stored[..., place]) for place in range(stored.shape[-1])]
    for column, expected in parts:
        assert np.array_equal(
            dense(dataset, frame, dims, column, expected), expected, equal_nan=expected.dtype.kind == "f"
        )


def test_tables_hold_rows_of_what_was_recorded_and_no_others(finished: Path, folder: Path) -> None:
    frames = {path.stem: pandas.read_csv(path) for path in folder.glob("*.csv")}
    assert set(frames) == set(TABLES.values())
    for dims, name in TABLES.items():
        frame = frames[name]
        assert not ((frame["condition"] == "wide") & (frame["seed"] == 8)).any()
        assert not frame.duplicated(list(frame.columns[: 2 + len(dims)])).any()
        assert not frame.iloc[:, 2 + len(dims) :].isna().all(axis=1).any()
    rows = {name: frame.groupby(["condition", "seed"]).size() for name, frame in frames.items()}
    assert rows["episodes"]["maturity", 3] == len(range(0, 59, 7)) + 1
    assert rows["episodes"]["wide", 3] == len(range(0, 59, 11)) + 1
    assert rows["episodes"]["cursor", 8] == len(range(0, 39, 7)) + 1
    assert rows["trials"]["cursor", 3] == 400
    assert ("control", 3) not in rows["trials"].index
    assert rows["patterns"]["control", 3] == 2 * rows["episodes"]["control", 3]
    assert rows["astrocytes"]["wide", 3] == 6 * rows["episodes"]["wide", 3]
    assert ("cursor", 3) not in rows["astrocytes"].index
    assert rows["gap_junctions"].index.tolist() == [("coupled", 3), ("coupled", 8)]
    assert rows["interventions"].to_dict() == {("coupled", 3): 1, ("coupled", 8): 1}
    assert rows["firing"]["cursor", 3] == (90 - 5) * 32
    assert rows["neurons"]["wide", 3] == 36
    assert rows["neurons"]["maturity", 3] == 32
    control = frames["patterns"][frames["patterns"]["condition"] == "control"]
    assert control["output_1"].notna().all()
    assert control["output_2"].isna().all()  # two output bits where others have five


def test_rows_stand_in_the_order_of_their_numbers(folder: Path) -> None:
    with (folder / "weights.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["condition", "seed", "episode", "synapse", "weight"]
    assert rows == sorted(rows, key=lambda r: (list(CONDITIONS).index(r[0]), int(r[1]), int(r[2]), int(r[3])))


def test_units_name_every_column(finished: Path, folder: Path) -> None:
    about = json.loads((folder / "units.json").read_text())
    for path in folder.glob("*.csv"):
        head = path.open().readline().strip().split(",")
        assert list(about["tables"][path.name]) == head
    assert about["tables"]["astrocytes.csv"]["exploration_rate"] == {
        "units": "1/trial",
        "long_name": "exploration rate after the episode",
        "type": "Float64",
    }
    assert about["title"] == "small"


def test_codes_are_told_in_words(finished: Path, folder: Path, file: Path) -> None:
    neurons, events = (pandas.read_csv(folder / f"{name}.csv") for name in ("neurons", "interventions"))
    assert neurons.groupby("neuron_kind")["neuron_kind_in_words"].unique().map(list).to_dict() == {
        0: ["input"], 1: ["output"], 2: ["modulatory"], 3: ["regular"],
    }  # fmt: skip
    assert set(events["event_action_in_words"]) == {"lesion_astrocytes"}
    trials = pandas.read_csv(folder / "trials.csv")
    assert set(zip(trials["decision"], trials["decision_in_words"], strict=True)) <= {
        (1, "kept"), (0, "reverted"), (-1, "nothing_decided"),
    }  # fmt: skip
    with xarray.open_dataset(file, engine="h5netcdf", mask_and_scale=False) as found:
        kind = found["neuron_kind"].attrs
        assert kind["flag_values"].tolist() == [0, 1, 2, 3, 4]
        assert kind["flag_meanings"].split()[3] == "regular"


def test_accuracy_tasks_and_ceilings_are_exported(finished: Path, folder: Path) -> None:
    episodes, tasks, ends = (pandas.read_csv(folder / f"{name}.csv") for name in ("episodes", "tasks", "replicates"))
    with (finished / "summary.csv").open() as text:
        rows = {(row["condition"], int(row["seed"])): row for row in csv.DictReader(text)}
    last = episodes.groupby(["condition", "seed"])["accuracy"].last()
    assert {place: round(value, 9) for place, value in last.items()} == {
        place: round(float(row["mean_accuracy"]), 9) for place, row in rows.items() if place != ("wide", 8)
    }
    control = tasks[(tasks["condition"] == "control") & (tasks["seed"] == 3)]
    assert control[["input_0", "target_0", "target_1"]].to_numpy().tolist() == [[1, 1, 0], [0, 1, 1]]
    assert control["input_1"].isna().all()
    for row in ends.to_dict("records"):
        assert row["ceiling"] == pytest.approx(float(rows[row["condition"], row["seed"]]["ceiling"]))


def test_whole_numbers_stay_whole_with_the_types_that_are_told(folder: Path) -> None:
    about = json.loads((folder / "units.json").read_text())["tables"]["tasks.csv"]
    frame = pandas.read_csv(folder / "tasks.csv", dtype={name: one["type"] for name, one in about.items()})
    assert str(frame["target_3"].dtype) == "Int64"
    assert frame["target_3"].isna().any()


@pytest.mark.parametrize("name", ["foo.csv", "foo.TXT", "foo.csv.gz"])
def test_no_folder_gets_the_name_of_a_file(finished: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(AstrosimError, match=r"tables go into a folder, not into one file"):
        export_run(finished, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_the_order_of_blocks_does_not_show(finished: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "ROWS", 37)
    monkeypatch.setattr("astrosim.export.replicates.TRIAL_CHUNK", 100)
    again = export_run(finished, folder.parent / "blocks")
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


@pytest.fixture(scope="module")
def file(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_run(finished, tmp_path_factory.mktemp("netcdf") / "run.nc", "netcdf")


def test_netcdf_is_the_dataset_itself(finished: Path, file: Path) -> None:
    expected = open_run(finished).load()
    with xarray.open_dataset(file, engine="h5netcdf", mask_and_scale=False) as found:
        assert found.attrs.pop("scenario") == (finished / "scenario.toml").read_text()
        assert "whole" in found.attrs.pop("comment")
        assert found.attrs == expected.attrs
        assert set(found.variables) - set(expected.variables) == DERIVED
        for name in expected.variables:
            one, other = expected[name], found[name]
            assert (one.dims, one.dtype.kind, one.dtype.itemsize) == (
                other.dims,
                other.dtype.kind,
                other.dtype.itemsize,
            )
            assert one.values.tobytes() == other.values.tobytes(), name
            added = ("_FillValue", "flag_values", "flag_meanings")
            mine, theirs = ({k: v for k, v in a.attrs.items() if k not in added} for a in (one, other))
            assert mine == theirs, name


@pytest.mark.parametrize("largest", [netcdf.IN_MEMORY, *later(0)])
def test_a_netcdf_file_without_room_is_a_clear_error(finished: Path, tmp_path: Path, largest: int) -> None:
    code = (
        "import resource, sys; from astrosim.export import export_run, netcdf; from astrosim.core.errors import *\n"
        f"netcdf.IN_MEMORY = {largest}; resource.setrlimit(resource.RLIMIT_FSIZE, (1500, -1))\n"
        "try: export_run(*sys.argv[1:], 'netcdf')\n"
        "except StoreError as error: print(error)"
    )
    place = tmp_path / "full.nc"
    done = subprocess.run([sys.executable, "-c", code, finished, place], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        rf"{place}: (File too large|No space left .*)\. Free space, or name another place\.\n", done.stdout
    )
    assert list(tmp_path.iterdir()) == []


def test_netcdf_files_are_the_same_however_they_are_made(
    finished: Path, tmp_path: Path, file: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(netcdf, "IN_MEMORY", 0)
    export_run(finished, tmp_path / "direct.nc", "netcdf")
    with xarray.open_dataset(tmp_path / "direct.nc") as direct, xarray.open_dataset(file) as made:
        xarray.testing.assert_identical(direct.load(), made.load())


def test_netcdf_masks_what_is_not_there(finished: Path, file: Path) -> None:
    with xarray.open_dataset(file, engine="h5netcdf") as found:
        gone = found.sel(condition="wide", seed=8)
        assert not bool(gone["committed"])
        for variable in VARIABLES:
            assert bool(gone[variable.name].isnull().all()), variable.name
        control = found["output"].sel(condition="control", seed=3).isel(episode=0)
        assert np.isfinite(control.values[:2, :2]).all()
        assert np.isnan(control.values[2:]).all()
        assert (found["decision"].sel(condition="cursor", seed=3)[400:].isnull()).all()


def test_a_run_without_astrocytes_or_log_exports(tmp_path: Path) -> None:
    scenario = small(learner="none", conditions={}, record={"decisions": False}, seeds=[3])
    run_scenario(scenario, tmp_path / "run", workers=1)
    names = {path.name for path in export_run(tmp_path / "run").iterdir()}
    assert names == {
        "episodes.csv",
        "patterns.csv",
        "replicates.csv",
        "tasks.csv",
        "weights.csv",
        "neurons.csv",
        "synapses.csv",
        "units.json",
    }
    path = export_run(tmp_path / "run", format="netcdf")
    assert path == tmp_path / "run" / "trajectory.nc"
    with xarray.open_dataset(path, engine="h5netcdf") as found:
        assert "astrocyte" not in found.dims
        assert found.sizes["condition"] == 1
    assert sorted(p.name for p in (tmp_path / "run").iterdir() if p.name.startswith(".")) in ([], [".lock"])


def test_nothing_is_overwritten(finished: Path, file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"run\.nc: exists already\. Name another place, or remove it\."):
        export_run(finished, file, "netcdf")
    assert file.read_bytes() == before
    with pytest.raises(AstrosimError, match=r"format: no such format \('xlsx'\)\. Write one of csv, netcdf, neo\."):
        export_run(finished, tmp_path / "x", "xlsx")  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["csv", "netcdf"])
def test_a_place_that_cannot_be_written_is_named_and_left_clean(finished: Path, tmp_path: Path, format: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/out: .*\. Free space, or name another place\."):
        export_run(finished, tmp_path / "file" / "out", format)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_command_line(finished: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["export", str(finished), "--out", str(tmp_path / "a.nc")])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'a.nc'}\n")
    with xarray.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as found:
        assert found.sizes["seed"] == 2
    done = runner.invoke(app, ["export", str(finished), "--format", "csv", "--out", str(tmp_path / "t")])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 't'}\n")
    assert (tmp_path / "t" / "episodes.csv").exists()
    refused = runner.invoke(app, ["export", str(finished), "--out", str(tmp_path / "t")])
    assert refused.exit_code == 2
    assert "exists already" in refused.stderr
    assert runner.invoke(app, ["export", str(tmp_path / "nowhere")]).exit_code == 2
    assert runner.invoke(app, ["export", str(finished), "--format", "xml"]).exit_code == 2
