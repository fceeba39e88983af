"""Runs that an earlier version stored (`golden/store_runs.py` says which): they open, report, export, rerun and go on.

Only public names are used: where the modules of the package lie is of no concern to a stored run.
"""

from __future__ import annotations

import csv
import json
import logging
import re
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray
from llvmlite.binding import get_host_cpu_name
from numba import config
from places import GOLDEN

import astrosim

STORED = GOLDEN / "stored"
NAMES = sorted(path.name.removesuffix(".tar.gz") for path in STORED.glob("*.tar.gz"))
INTERRUPTED = [name for name in NAMES if name.endswith("_interrupted")]
FINISHED = [name for name in NAMES if name not in INTERRUPTED]
REPORTED = {"fields", "keep_revert", "published_neurons", "xor"}
"""Reported in the ordinary suite. Figures take long: 5 s per run, 14 s at most."""
RERUN = {
    "agents",
    "fields",
    "files",
    "interventions",
    "keep_revert",
    "neurons",
    "published_iterations",
    "rivals",
    "xor",
}
"""Rerun in the ordinary suite; the others have more kernels to compile."""
GONE_ON = {"fields_interrupted", "keep_revert_interrupted", "neurons_interrupted", "rivals_interrupted"}
"""Gone on with in the ordinary suite."""
GRADIENTS = {"autoencoders", "fields", "waves", "xor"}
"""Gradients are summed in the order of the processor's vectors, so that their last bits depend on it."""
CORRECTED = "ceiling_synapses"
"""Column of summary.csv whose values were wrong where an output has a free bias: it counted one synapse per output."""
LIBRARY = {"cma_es"}
"""Conditions whose sums a library takes, in its own order; measured: 1.1e-16, between this processor and AVX-512."""
PROCESSOR = "znver3"  # on which the runs were stored, as LLVM names it
ELSEWHERE = 1e-5  # largest difference on others; measured: 1.2e-6, between this one and one with vectors half as long


def unpacked(name: str, folder: Path) -> Path:
    """The directory of a stored run, as it was written."""
    with tarfile.open(STORED / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name


def marked(names: list[str], ordinary: set[str]) -> list[object]:
    """Names as parameters; all but the ordinary ones wait for the full suite."""
    assert ordinary <= set(names)
    return [pytest.param(name, marks=() if name in ordinary else pytest.mark.full) for name in names]


def summary_rows(directory: Path) -> list[dict[str, str]]:
    """Rows of summary.csv without the time, which is no result, and the count that was corrected."""
    with (directory / "summary.csv").open(newline="") as file:
        rows = csv.DictReader(file)
        return [{key: value for key, value in row.items() if key not in ("wall_s", CORRECTED)} for row in rows]


def corrected(difference: str) -> bool:
    """Whether a difference is the constant of five outputs, which was counted as five synapses."""
    match = re.fullmatch(rf"summary, {CORRECTED}, .*: (\d+) was stored, (\d+) came out", difference)
    return match is not None and int(match[1]) - int(match[2]) == 5


def inexact(name: str, directory: Path) -> list[str]:
    """Conditions that need not come out to the bit on this processor, or the one that numba is told to compile for."""
    if (config.CPU_NAME or get_host_cpu_name()) == PROCESSOR:
        return []
    conditions = astrosim.open_run(directory).condition.values.tolist()
    return conditions if name.removesuffix("_interrupted") in GRADIENTS else sorted(LIBRARY & set(conditions))


def assert_same(found: Path, expected: Path, near: Sequence[str] = ()) -> None:
    """Compare the trajectories and the summaries of two run directories; those of some conditions may be just near."""
    one, other = astrosim.open_run(found), astrosim.open_run(expected)
    assert set(one.variables) == set(other.variables)
    for name in other.variables:
        parts = other.condition.values if "condition" in other[name].dims else [None]
        for part in parts:
            chosen = {} if part is None else {"condition": part}
            assert_same_array(one[name].sel(chosen), other[name].sel(chosen), to_the_bit=part not in near)
    rows = [[row for row in summary_rows(run) if row["condition"] not in near] for run in (found, expected)]
    assert rows[0] == rows[1]


def without_words(array: xarray.DataArray) -> dict[str, object]:
    """Attributes but the long name, whose words may be corrected."""
    return {name: value for name, value in array.attrs.items() if name != "long_name"}


def assert_same_array(one: xarray.DataArray, other: xarray.DataArray, to_the_bit: bool) -> None:
    assert (one.dims, one.dtype, without_words(one)) == (other.dims, other.dtype, without_words(other)), other.name
    if to_the_bit or other.dtype.kind != "f":
        np.testing.assert_array_equal(one.values, other.values, err_msg=str(other.name))
    else:
        np.testing.assert_allclose(one.values, other.values, atol=ELSEWHERE, rtol=0, err_msg=str(other.name))


def test_runs_of_every_system_and_learner_are_stored(tmp_path):
    found = set()
    for name in FINISHED:
        scenario = astrosim.load_scenario(unpacked(name, tmp_path) / "scenario.toml")
        for condition in astrosim.condition_names(scenario):
            one = astrosim.resolve(scenario, condition)
            if one.kind == "astrocyte":
                found.add((one.system, one.learner))
            else:
                found.add((one.kind, one.learner.rule if one.kind == "task" else one.training.rule))
    blind = ("adaptive_monte_carlo", "cma_es", "evolution", "one_plus_one", "spsa")
    others = ("node_perturbation", "reinforce", "backpropagation", "delta")
    described = ("astrocytes", "cursor", "neurons", "both", "none", *blind, *others)
    assert found == {
        *(("described", learner) for learner in described),
        *(("published", learner) for learner in ("astrocytes", "cursor", "neurons", "none")),
        *(("task", rule) for rule in ("astrocytes", "random_mask", "one_plus_one", "spsa", "backpropagation")),
        *(("wave", rule) for rule in ("gradient", "keep_revert")),
    }
    assert {name.removesuffix("_interrupted") for name in INTERRUPTED} <= set(FINISHED)


@pytest.mark.parametrize("name", NAMES)
def test_no_archive_names_a_machine_or_a_place_on_it(name, tmp_path):
    directory = unpacked(name, tmp_path)
    for session in json.loads((directory / "provenance.json").read_text())["sessions"]:
        assert (session["host"], session["platform"]) == ("", "")
        assert session["git"]["dirty"] is False
    for path in directory.rglob("*"):
        if path.suffix in (".json", ".toml", ".csv", ".npz"):
            assert re.findall(rb"[\"' ]/\w+/|/tmp/|/home/|/root/|/work/", path.read_bytes()) == [], path


@pytest.mark.parametrize("name", FINISHED)
def test_a_stored_run_opens_and_is_exported(name, tmp_path):
    directory = unpacked(name, tmp_path)
    scenario, dataset = astrosim.load_scenario(directory / "scenario.toml"), astrosim.open_run(directory)
    conditions = astrosim.condition_names(scenario)
    replicates = [(condition, seed) for condition in conditions for seed in scenario.seeds]
    assert scenario.name == name
    assert [(row["condition"], int(row["seed"])) for row in summary_rows(directory)] == replicates
    assert (tuple(dataset.condition.values), tuple(dataset.seed.values)) == (conditions, scenario.seeds)
    assert dataset.committed.values.all()
    exported = set()
    for table in astrosim.export_run(directory).glob("*.csv"):
        with table.open(newline="") as file:
            exported |= {(row["condition"], int(row["seed"])) for row in csv.DictReader(file) if "condition" in row}
    assert exported == set(replicates)


@pytest.mark.parametrize("name", marked(FINISHED, REPORTED))
def test_a_stored_run_is_reported_and_written_as_netcdf(name, tmp_path):
    directory = unpacked(name, tmp_path)
    page = astrosim.write_report(directory).read_text(encoding="utf-8")
    dataset = astrosim.open_run(directory)
    for condition in dataset.condition.values:
        assert condition in page
    assert page.count("<figure") >= 2
    with xarray.open_dataset(
        astrosim.export_run(directory, format="netcdf"), engine="h5netcdf", mask_and_scale=False
    ) as file:
        stored = [variable for variable in file.data_vars if variable in dataset]
        assert len(stored) >= 5
        for variable in stored:
            np.testing.assert_array_equal(file[variable].values, dataset[variable].values, err_msg=str(variable))


@pytest.mark.parametrize("name", marked(FINISHED, RERUN))
def test_a_stored_run_is_rerun_to_the_bit(name, tmp_path):
    directory = unpacked(name, tmp_path)
    near = inexact(name, directory)
    if near:
        astrosim.run(astrosim.load_scenario(directory / "scenario.toml"), tmp_path / "again", workers=1)
        assert_same(tmp_path / "again", directory, near)
    else:
        result = astrosim.rerun(directory, workers=1)
        assert [difference for difference in result.differences if not corrected(difference)] == []
        assert result.identical == (result.differences == ())


def test_a_finished_run_is_left_as_it_is(tmp_path):
    directory = unpacked("files", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (directory / "trajectory.zarr").rglob("*")}
    astrosim.run(None, directory, workers=1, resume=True)
    assert {path: path.stat().st_mtime_ns for path in (directory / "trajectory.zarr").rglob("*")} == before


@pytest.mark.parametrize("name", marked(INTERRUPTED, GONE_ON))
def test_an_interrupted_run_ends_as_the_undisturbed_one(name, tmp_path, caplog):
    """It stopped after three quarters of its last replicate. A version may refuse the checkpoint, if it says so."""
    directory, told = unpacked(name, tmp_path), []
    (checkpoint,) = (directory / "checkpoints").iterdir()
    committed = astrosim.open_run(directory).committed.values
    assert committed.sum() == committed.size - 1
    with caplog.at_level(logging.WARNING):
        astrosim.run(None, directory, workers=1, resume=True, progress=lambda *counts: told.append(counts))
    units, total, *_ = told[0]
    taken_up = units >= total * (committed.size - 0.5) / committed.size
    refused = checkpoint.name in caplog.text
    assert taken_up != refused
    assert list((directory / "checkpoints").iterdir()) == []
    assert_same(directory, unpacked(name.removesuffix("_interrupted"), tmp_path), inexact(name, directory))
