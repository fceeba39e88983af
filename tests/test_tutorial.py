"""Small data for learners: runs that are made once, a table, a wiring, and what a notebook makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from astrosim import AstrosimError, Network, StoreError, load_scenario, open_run, run, tutorial
from astrosim.runs import run_once
from astrosim.statistics import mean_interval, seed_band
from astrosim.summary import comparisons_frame, conditions_frame, read


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the first run."""
    return tutorial.run_directory("learning", tmp_path_factory.mktemp("runs"))


def test_a_run_is_made_once_and_opened_from_then_on(learning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert learning.name == "tutorial_learning"
    before = {path: path.stat().st_mtime_ns for path in (learning / "trajectory.zarr").rglob("*") if path.is_file()}
    monkeypatch.setenv("ASTROSIM_RUNS", str(learning.parent))
    dataset = tutorial.open_run()
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert dict(dataset.sizes) == dict(open_run(learning).sizes)
    assert (dataset.sizes["condition"], dataset.sizes["seed"]) == (2, 12)
    assert not dataset.output.sel(condition="control").any()


def test_an_interrupted_run_is_finished_and_another_one_is_kept(tmp_path: Path) -> None:
    overrides = ["schedule.episodes=3", "seeds=[1, 2]"]
    scenario = load_scenario("quick", overrides)
    (tmp_path / "whole").mkdir()
    whole = run_once("quick", tmp_path / "whole", overrides, workers=1)
    with pytest.raises(KeyboardInterrupt):
        run(scenario, tmp_path / "half", workers=1, stopped=lambda: True)
    half = run_once(scenario, tmp_path / "half", workers=1)
    assert open_run(half).committed.all()
    assert open_run(half).equals(open_run(whole))
    with pytest.raises(StoreError):
        run_once("cursor", half, workers=1)
    with pytest.raises(AstrosimError, match=r"overrides: for files and names only \(seeds=1\)"):
        run_once(scenario, half, ["seeds=1"])


@pytest.mark.parametrize("name", sorted(set(tutorial.RUNS) - {"learning"}))
def test_the_other_runs_are_whole(name: str, tmp_path: Path) -> None:
    dataset = tutorial.open_run(name, tmp_path)
    assert dataset.committed.all()
    frame = conditions_frame(tmp_path / f"tutorial_{name}")
    assert list(frame.index) == list(dataset.condition.values)
    assert np.isfinite(frame["mean"]).all()


def test_a_directory_of_another_run_is_kept(tmp_path: Path, learning: Path) -> None:
    (tmp_path / "tutorial_table").symlink_to(learning)
    with pytest.raises(StoreError, match="scenario"):
        tutorial.run_directory("table", tmp_path)


def test_tables_are_open_to_the_doors_that_take_tables() -> None:
    harvest, circuit = tutorial.open_table(), tutorial.open_table("touch_circuit")
    assert (len(harvest), harvest.yield_kg.isna().sum(), tutorial.table_path("harvest").name) == (240, 0, "harvest.csv")
    network = Network.from_edges(circuit, inputs=["ALML", "ALMR", "AVM"], outputs=["AVAL", "AVBL"])
    onto_inputs = circuit.target.isin(["ALML", "ALMR", "AVM"]).sum()
    assert len(network.pre) == len(circuit) - onto_inputs == 55


@pytest.mark.parametrize("door", [tutorial.open_run, tutorial.open_table, tutorial.table_path])
def test_unknown_names_are_told(door) -> None:
    with pytest.raises(AstrosimError, match=r"name: no such \w+ \(harvst\)\. (Did you mean harvest\?|Write one of )"):
        door("harvst")


def test_conditions_and_their_differences_are_those_of_the_summary(learning: Path) -> None:
    rows = read(learning)
    maturity, control = (rows.column(name, "mean_accuracy") for name in ("maturity", "control"))
    frame = conditions_frame(learning)
    assert frame.index.to_list() == ["maturity", "control"]
    interval = mean_interval(maturity, bounds=(0, 1))
    assert frame.loc["maturity"].tolist() == [12, interval.mean, interval.low, interval.high]
    assert frame.attrs["measure"] == "mean accuracy"
    found = comparisons_frame(rows)
    assert found.index.to_list() == [("maturity", "control")]
    assert found.difference.item() == pytest.approx((maturity - control).mean(), abs=1e-12)
    turned = comparisons_frame(learning, [("control", "maturity"), ("maturity", "control")])
    assert turned.difference.tolist() == pytest.approx([-found.difference.item(), found.difference.item()])
    assert (turned.p_holm == 2 * turned.p_value).all()
    rates = conditions_frame(learning, "accept_rate")
    assert rates.loc["maturity", "mean"] == rows.column("maturity", "accept_rate").mean()
    assert np.isnan(rates.loc["control", "mean"])


def test_what_is_not_there_is_told(learning: Path) -> None:
    with pytest.raises(
        AstrosimError, match=r"column: no such column of numbers \(acept_rate\)\. Did you mean accept_rate"
    ):
        conditions_frame(learning, "acept_rate")
    with pytest.raises(AstrosimError, match=r"pairs: no such condition .*\(maturty\)\. Did you mean maturity\?"):
        comparisons_frame(learning, [("maturty", "control")])
    with pytest.raises(StoreError):
        conditions_frame(learning.parent / "nothing")


def test_pairs_without_common_seeds_give_an_empty_frame_with_its_columns(tmp_path: Path, learning: Path) -> None:
    full = comparisons_frame(learning)
    empty = comparisons_frame(learning, [])
    assert empty.empty
    assert list(empty.columns) == list(full.columns)
    assert empty.index.names == full.index.names


def test_a_band_is_labelled_and_follows_students_t() -> None:
    """Of 1, 2, 3: mean 2, standard error 1/sqrt(3), t(2) of 95 % is 4.302653."""
    values = xr.DataArray(
        np.stack([np.full((2, 3), float(seed)) for seed in (1, 2, 3)], axis=-1),
        dims=("condition", "episode", "seed"),
        coords={"episode": [0, 5, 9], "seed": [7, 8, 9]},
        attrs={"units": "1"},
    )
    band = seed_band(values)
    assert set(band.data_vars) == {"mean", "low", "high"}
    assert band["mean"].dims == ("condition", "episode")
    assert band.episode.values.tolist() == [0, 5, 9]
    assert band["mean"].attrs == {"units": "1"}
    assert band.high.values == pytest.approx(2 + 4.302653 / np.sqrt(3))
    assert band.low.values == pytest.approx(2 - 4.302653 / np.sqrt(3))
    assert seed_band(values, bounds=(0, 3)).high.values == pytest.approx(3)
    with pytest.raises(ValueError, match=r"no dimension seed \(dimensions are condition, episode"):
        seed_band(values.isel(seed=0))
