"""Runs of sweeps: the bytes of conditions written by hand; functions; every kind of scenario."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import small, summary_rows
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.core.errors import Interrupted, RunError, ScenarioError

SHORT: dict[str, Any] = {"conditions": {}, "schedule": {"episodes": 12, "trials_per_episode": 10}}
AXES = {"perturbation.sigma": [0.05, 0.2], "astrocytes.radius": [2.0, 4.0]}


def test_a_sweep_computes_what_conditions_written_by_hand_do(tmp_path: Path) -> None:
    swept = astrosim.sweep(small(**SHORT), AXES, directory=tmp_path / "swept", workers=1)
    conditions = {
        f"sigma_{sigma}-radius_{radius:g}": {"perturbation": {"sigma": sigma}, "astrocytes": {"radius": radius}}
        for sigma in AXES["perturbation.sigma"]
        for radius in AXES["astrocytes.radius"]
    }
    astrosim.run(small(**{**SHORT, "conditions": conditions}), tmp_path / "by_hand", workers=1)
    own = [
        {name: value for name, value in row.items() if name not in ("sigma", "radius")}
        for row in summary_rows(tmp_path / "swept")
    ]
    assert own == summary_rows(tmp_path / "by_hand")
    by_hand = astrosim.open_run(tmp_path / "by_hand")
    for name, setting in conditions.items():
        sigma, radius = setting["perturbation"]["sigma"], setting["astrocytes"]["radius"]
        one = swept.sel(condition="default", sigma=sigma, radius=radius)
        other = by_hand.sel(condition=name)
        for variable in by_hand.data_vars:
            assert one[variable].values.tobytes() == other[variable].values.tobytes(), variable


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid of two parameters, one of them a text, crossed with two conditions; not all of it committed."""
    directory = tmp_path_factory.mktemp("sweep") / "run"
    conditions = {"full": {}, "firing": {"sensing": {"rule": "firing"}}}
    axes = {"perturbation.sigma": [0.05, 0.1, 0.2], "decision.accept": ["strict", "metropolis"]}
    astrosim.sweep(small(**{**SHORT, "conditions": conditions}), axes, seeds=[3], directory=directory, workers=1)
    (directory / "commits" / "firing-sigma_0.1-accept_strict-3.json").unlink()
    return directory


def test_a_grid_has_a_dimension_for_each_parameter(crossed: Path) -> None:
    grid, flat = astrosim.open_run(crossed), astrosim.open_run(crossed, grid=False)
    assert grid["pattern_accuracy"].dims == ("condition", "sigma", "accept", "seed", "episode", "pattern")
    assert grid["condition"].values.tolist() == ["full", "firing"]
    assert grid["sigma"].values.tolist() == [0.05, 0.1, 0.2]
    assert grid["accept"].values.tolist() == ["strict", "metropolis"]
    assert grid["sigma"].attrs["path"] == "perturbation.sigma"
    assert flat["pattern_accuracy"].dims == ("condition", "seed", "episode", "pattern")
    assert flat["accept"].values.tolist() == ["strict", "metropolis"] * 6
    assert flat["base_condition"].values.tolist() == ["full"] * 6 + ["firing"] * 6
    for name in flat.data_vars:
        assert grid[name].values.tobytes() == flat[name].values.tobytes()
    assert grid["committed"].values.sum() == 11
    assert not grid["committed"].sel(condition="firing", sigma=0.1, accept="strict").any()


PARTS: list[dict[str, Any]] = [
    {"condition": 1, "sigma": [2, 0], "accept": slice(None), "episode": slice(0, 1)},
    {"sigma": 1, "accept": 0, "pattern": [3, 1]},
    {"condition": [1, 0], "sigma": slice(2, 0, -1), "seed": 0},
    {"condition": 0, "sigma": 0, "accept": 1, "seed": 0, "episode": 0, "pattern": 2},
    {"sigma": slice(0, 0)},
]


@pytest.mark.parametrize("part", PARTS)
def test_parts_of_a_grid_are_read_as_parts_of_the_whole(crossed: Path, part: dict[str, Any]) -> None:
    whole = astrosim.open_run(crossed)["pattern_accuracy"].load().isel(part)
    assert np.array_equal(
        astrosim.open_run(crossed)["pattern_accuracy"].isel(part).values, whole.values, equal_nan=True
    )


def test_the_summary_has_the_parameters_as_columns(crossed: Path) -> None:
    with (crossed / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:5] == ["condition", "seed", "base_condition", "sigma", "accept"]
    assert [row["sigma"] for row in rows[:6]] == ["0.05", "0.05", "0.1", "0.1", "0.2", "0.2"]
    from astrosim import summary

    assert [row["accept"] for row in summary.read(crossed).rows[:2]] == ["strict", "metropolis"]


def test_exports_have_the_parameters(crossed: Path, tmp_path: Path) -> None:
    import xarray

    folder = astrosim.export_run(crossed, tmp_path / "csv")
    with (folder / "episodes.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["base_condition"], row["sigma"], row["accept"], row["seed"]) == ("full", "0.05", "strict", "3")
    with xarray.open_dataset(astrosim.export_run(crossed, tmp_path / "run.nc", "netcdf")) as other:
        assert other["sigma"].dims == ("condition",)
        assert {"sigma", "accept", "base_condition"} <= set(other.coords)


def test_other_designs_have_coordinates_along_the_conditions(tmp_path: Path) -> None:
    found = astrosim.sweep(
        small(**SHORT),
        {"perturbation.sigma": {"from": 0.05, "to": 0.5}, "astrocytes.per_cluster": {"from": 1, "to": 3}},
        design="latin_hypercube",
        samples=3,
        seeds=[3],
        directory=tmp_path / "run",
        workers=1,
    )
    assert found["pattern_accuracy"].dims == ("condition", "seed", "episode", "pattern")
    assert found["sigma"].dims == ("condition",)
    assert sorted(found["per_cluster"].values.tolist()) == [1, 2, 3]


def test_a_sweep_goes_on_after_an_interruption(tmp_path: Path) -> None:
    scenario = small(**SHORT)
    astrosim.sweep(scenario, AXES, directory=tmp_path / "whole", workers=1)
    calls = iter(range(10**9))
    from astrosim.scenario.choose import swept

    with pytest.raises(Interrupted):
        astrosim.run(swept(scenario, AXES), tmp_path / "parts", workers=1, stopped=lambda: next(calls) > 3)
    astrosim.run(None, tmp_path / "parts", workers=1, resume=True)
    assert summary_rows(tmp_path / "parts") == summary_rows(tmp_path / "whole")


def area(width: float, height: float, seed: int) -> dict[str, float]:
    return {"area": width * height + seed, "width": width}


def test_functions_are_swept_too() -> None:
    found = astrosim.sweep(area, {"width": [1.0, 2.0], "height": {"from": 1, "to": 3, "steps": 3}}, seeds=[0, 10])
    assert found["area"].dims == ("width", "height", "seed")
    assert found["area"].sel(width=2.0, height=3.0, seed=10) == 16.0
    side = astrosim.sweep(area, {"width": [1.0, 2.0], "height": [3.0, 4.0]}, design="zip")
    assert side["area"].values.ravel().tolist() == [3.0, 8.0]
    assert side["height"].dims == ("setting",)
    drawn = astrosim.sweep(lambda x, seed: x, {"x": {"from": 2, "to": 3}}, design="sobol", samples=4)
    assert np.array_equal(drawn["value"].values[:, 0], drawn["x"].values)


def test_functions_are_swept_by_several_processes() -> None:
    axes = {"width": [1.0, 2.0, 5.0], "height": [1.0, 4.0]}
    assert astrosim.sweep(area, axes, seeds=[1], workers=2).identical(astrosim.sweep(area, axes, seeds=[1]))


def test_what_a_function_does_wrong_names_setting_and_seed() -> None:
    with pytest.raises(RunError, match=r"x = 0, seed 7: ZeroDivisionError: division by zero. Return a number"):
        astrosim.sweep(lambda x, seed: 1 / x, {"x": [1, 0]}, seeds=[7])
    with pytest.raises(ScenarioError, match=r"x: one value, where a sweep has several \(3\)"):
        astrosim.sweep(lambda x, seed: x, {"x": 3})


def test_the_command_line_sweeps(tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ["run", "quick", "--conditions", "maturity", "--set", "schedule.episodes=5", "--seeds", "3"]
    flags = ["--sweep", "perturbation.sigma=0.1,0.2", "--sweep", "astrocytes.radius=2:4:2", "--no-report"]
    result = CliRunner().invoke(app, [*arguments, *flags, "--out", str(out), "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert dict(astrosim.open_run(out)["committed"].sizes) == {"condition": 1, "sigma": 2, "radius": 2, "seed": 1}
    refused = CliRunner().invoke(app, ["run", str(out), "--resume", "--sweep", "perturbation.sigma=0.1,0.3"])
    assert refused.exit_code == 2
    assert "--sweep" in refused.stderr
    told = CliRunner().invoke(app, [*arguments, *flags[:4], "--dry-run"])
    assert "Sweep: 4 settings, every value with every other" in told.stdout
    assert "4 conditions x 1 seed" in told.stdout


def test_shards_of_a_sweep_are_merged_to_the_bytes_of_one_run(tmp_path: Path) -> None:
    from astrosim.runs.merge import merge_runs
    from astrosim.scenario.choose import swept

    scenario = swept(small(**SHORT, seeds=[3]), AXES)
    astrosim.run(scenario, tmp_path / "whole", workers=1)
    for number in (1, 2):
        astrosim.run(scenario, tmp_path / f"part-{number}", workers=1, shard=f"{number}/2")
    merge_runs([tmp_path / "part-2", tmp_path / "part-1"], tmp_path / "merged")
    assert summary_rows(tmp_path / "merged") == summary_rows(tmp_path / "whole")
    assert astrosim.open_run(tmp_path / "merged").equals(astrosim.open_run(tmp_path / "whole"))
