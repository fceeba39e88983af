"""Trajectory store: labels, units, what readers see, and damage that is named."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
from run_helpers import small

from astrosim.core.errors import StoreError
from astrosim.runs import open_run, run_scenario
from astrosim.store.files import read_sealed, write_atomically, write_sealed
from astrosim.store.layout import TRIAL_CHUNK, Layout, create
from astrosim.store.replicates import Encoder, commit_path
from astrosim.store.variables import Variable
from astrosim.systems.threshold.records import EPISODE_VARIABLES, STATIC_VARIABLES, TRIAL_VARIABLES, WEIGHT_VARIABLES

VARIABLES = EPISODE_VARIABLES + TRIAL_VARIABLES + WEIGHT_VARIABLES + STATIC_VARIABLES


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    directory = tmp_path_factory.mktemp("store") / "run"
    run_scenario(small(), directory, workers=1)
    return directory


@pytest.fixture
def run(finished, tmp_path):
    """A copy to be damaged."""
    return shutil.copytree(finished, tmp_path / "run")


def test_every_variable_is_there_with_dimensions_unit_and_long_name(finished):
    data = open_run(finished)
    assert set(data.data_vars) == {variable.name for variable in VARIABLES} | {"committed"}
    for variable in VARIABLES:
        array = data[variable.name]
        assert array.dims == ("condition", "seed", *variable.dims)
        assert array.attrs == {"units": variable.unit, "long_name": variable.long_name}
        expected = {"weight": "f4", "active": "i1"}.get(variable.name, variable.dtype)
        assert array.dtype == np.dtype(expected), variable.name
    assert list(data.condition.values) == ["maturity", "cursor"]
    assert list(data.seed.values) == [3, 8]
    assert list(data.episode.values) == [0, 7, 14, 21, 28, 35, 42, 49, 56, 59]
    assert list(data.weight_episode.values) == [0, 59]
    assert data.sizes["trial"] == 600
    assert data.committed.values.all()
    assert all(data[name].attrs["long_name"] for name in data.coords)


def test_data_are_read_when_they_are_used(run):
    data = open_run(run)
    chunk = run / "trajectory.zarr" / "decision" / "c.0.0.0"
    chunk.unlink()
    assert (data.decision.values[0, 0] == -2).all()
    assert (data.decision.values[0, 1] != -2).all()


def test_a_replicate_without_commit_reads_as_fill_values_although_its_files_are_there(run):
    commit_path(run, "cursor", 8).unlink()
    assert (run / "trajectory.zarr" / "decision" / "c.1.1.0").exists()
    data = open_run(run)
    assert data.committed.values.tolist() == [[True, True], [True, False]]
    hidden = data.sel(condition="cursor", seed=8)
    for variable in VARIABLES:
        values = hidden[variable.name].values
        assert np.array_equal(values, np.full_like(values, variable.fill), equal_nan=values.dtype.kind == "f")
    assert (data.sel(condition="cursor", seed=3).decision != -2).all()


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path):
    path.write_bytes(path.read_bytes()[:-3])


DAMAGE = {
    "flipped bit": (_flip, r"checksum [0-9a-f]{12}\.\.\. where [0-9a-f]{12}\.\.\. was committed"),
    "cut": (_cut, r"\d+ bytes where \d+ were committed"),
    "gone": (lambda path: path.unlink(), r"missing; \d+ bytes were committed"),
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("variable", ["weight", "score", "decision"])
def test_a_damaged_chunk_is_named_with_the_remedy(run, kind, variable):
    harm, text = DAMAGE[kind]
    chunk = min((run / "trajectory.zarr" / variable).glob("c.0.1.*"))
    harm(chunk)
    with pytest.raises(StoreError, match=rf"{chunk}: {text}") as caught:
        open_run(run)
    record = commit_path(run, "maturity", 8)
    assert f"Delete {record}; `astrosim run {run} --resume` then computes this replicate again" in str(caught.value)
    open_run(run, verify=False)


def test_all_damage_is_told_at_once(run):
    chunks = [run / "trajectory.zarr" / "weight" / f"c.{row}.0.0.0" for row in (0, 1)]
    for chunk in chunks:
        _cut(chunk)
    with pytest.raises(StoreError) as caught:
        open_run(run)
    assert all(str(chunk) in str(caught.value) for chunk in chunks)


@pytest.mark.parametrize("name", ["seed/c/0", "weight/zarr.json"])
def test_damaged_arrays_are_named_and_have_another_remedy(run, name):
    _flip(run / "trajectory.zarr" / name)
    with pytest.raises(StoreError, match=rf"{name}: checksum") as caught:
        open_run(run)
    assert f"Run {run / 'scenario.toml'} again into another directory." in str(caught.value)


@pytest.mark.parametrize("harm", [_flip, _cut, lambda path: path.write_text("[]")], ids=["flip", "cut", "other"])
def test_a_damaged_commit_record_is_named(run, harm):
    record = commit_path(run, "cursor", 3)
    harm(record)
    with pytest.raises(StoreError, match=rf"{record}: (its checksum is|it is not whole).*Delete {record}"):
        open_run(run)


def test_a_directory_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"no run directory. Name that of a run"):
        open_run(tmp_path)


def test_an_atomic_write_replaces_whole_and_keeps_the_old_file_when_it_fails(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    (tmp_path / "file.tmp").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(path, b"newer")
    assert path.read_bytes() == b"new"


def test_a_sealed_record_returns_what_was_written_and_notices_any_changed_character(tmp_path):
    path = tmp_path / "record.json"
    write_sealed(path, {"number": 1.5, "none": None, "text": "bä"})
    assert read_sealed(path) == {"number": 1.5, "none": None, "text": "bä"}
    path.write_text(path.read_text().replace("1.5", "2.5"))
    with pytest.raises(ValueError, match="its checksum is"):
        read_sealed(path)


def test_a_sealed_record_of_an_earlier_version_is_read_and_checked(tmp_path):
    path = tmp_path / "record.json"
    content = {"number": 1.5, "none": None}
    text = json.dumps(content, indent=1, sort_keys=True)
    sealed = {"content": content, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    path.write_text(json.dumps(sealed, indent=1))
    assert read_sealed(path) == content
    path.write_text(path.read_text().replace("1.5", "2.5"))
    with pytest.raises(ValueError, match="its checksum is"):
        read_sealed(path)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i1", "u1", "bool"])
def test_chunks_have_the_bytes_that_zarr_gives_them(tmp_path, dtype):
    variables = tuple(
        Variable(name, dims, dtype, False if dtype == "bool" else 1, "1", "x")
        for name, dims in (("none", ()), ("one", ("episode",)), ("log", ("trial", "slot")))
    )
    labels = {"episode": np.arange(7)}
    layout = Layout("t", ("a", "b"), (1, 2, 3), variables, labels, lengths={"trial": TRIAL_CHUNK + 3, "slot": 2})
    create(layout, tmp_path / "x.zarr")
    quick, plain = Encoder(tmp_path / "x.zarr"), Encoder(tmp_path / "x.zarr")
    assert quick._packed.keys() >= {"none", "one", "log"}
    plain._packed = {}
    random = np.random.default_rng(1)
    shapes = {"none": (), "one": (7,), "log": (TRIAL_CHUNK + 3, 2)}
    for name, shape in shapes.items():
        for values in (random.integers(0, 2, shape), random.integers(0, 100, shape) / 3, np.ones(shape)):
            own = np.asarray(values).astype(dtype)
            assert quick.encode(name, (1, 2), own) == plain.encode(name, (1, 2), own)
    part = random.integers(0, 2, (TRIAL_CHUNK, 2)).astype(dtype)
    place = (0, 1, slice(0, TRIAL_CHUNK))
    found = quick.encode("log", place, part)
    assert found == plain.encode("log", place, part)
    assert list(found) == ["log/c.0.1.0.0"]
