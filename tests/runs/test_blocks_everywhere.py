"""Runs whose replicates share blocks: the same bytes on clusters and in shares, and whatever reads a run reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dask_processes import cluster
from fake_system import many_to_a_block
from run_helpers import contents, differing, small

from astrosim.export import export_run
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.merge import merge_runs
from astrosim.store.read import block_of
from astrosim.view.stored import StoredRun

pytest.importorskip("distributed")

RUN = small(seeds=list(range(1, 10)), record={"every": 5, "weights_at": [0, -1], "decisions": True})


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in blocks of several replicates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_ALONE", "5")
        directory = tmp_path_factory.mktemp("blocks") / "run"
        with many_to_a_block():
            run_scenario(RUN, directory, workers=1)
    block = block_of(directory, (next(iter(RUN.conditions)), 1))
    assert block is not None
    assert len(block.cells) > 1
    return directory


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FAKE_ALONE", "5")
    with many_to_a_block():
        yield


@pytest.mark.full
@pytest.mark.usefixtures("together")
def test_workers_of_a_cluster_write_the_same_blocks(blocks, tmp_path):
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster") as there:
        run_scenario(RUN, tmp_path / "run", executor=f"dask={there.address}")
    assert differing(contents(blocks), contents(tmp_path / "run")) == []
    names = [sorted(path.name for path in (one / "commits").iterdir()) for one in (blocks, tmp_path / "run")]
    assert names[0] == names[1]


@pytest.mark.usefixtures("together")
def test_shares_hold_whole_blocks_and_merge_to_the_same_bytes(blocks, tmp_path):
    parts = [tmp_path / f"part{number}" for number in (3, 1, 2)]
    for part in parts:
        run_scenario(RUN, part, workers=1, shard=f"{part.name[-1]}/3")
    held = [{path.stem for path in (part / "commits").glob("block-*.json")} for part in parts]
    assert all(held)
    assert len(set.union(*held)) == sum(map(len, held))
    merge_runs(parts, tmp_path / "merged")
    assert differing(contents(blocks), contents(tmp_path / "merged")) == []


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, each replicate with files of its own."""
    directory = tmp_path_factory.mktemp("alone") / "run"
    run_scenario(RUN, directory, workers=1)
    return directory


def test_a_branch_starts_from_a_replicate_of_a_block(blocks, alone, tmp_path):
    for name, source in (("blocks", blocks), ("alone", alone)):
        run_scenario(small(seeds=[1, 9]), tmp_path / name, workers=1, branch=f"{source}:maturity")
    assert differing(contents(tmp_path / "blocks"), contents(tmp_path / "alone")) == []
    first = open_run(tmp_path / "blocks")
    assert first.seed.values.tolist() == [1, 9]


def test_exports_and_a_second_run_see_the_same_replicates(blocks, alone, tmp_path):
    assert open_run(blocks).load().identical(open_run(alone).load())
    for name, source in (("blocks", blocks), ("alone", alone)):
        export_run(source, tmp_path / name)
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("blocks", "alone")
    )
    assert len(one) > 5
    differ = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    assert differ == []
    assert rerun(blocks, workers=1, out=tmp_path / "again").identical


def test_the_view_replays_a_replicate_of_a_block(blocks):
    replicate = StoredRun(blocks).replay("maturity", 9)
    replicate.advance(200)
    assert replicate.compared > 0
    stored = open_run(blocks).weight.sel(condition="maturity", seed=9, weight_episode=0)
    assert np.isfinite(stored).any()
