"""A sweep of every kind of scenario: validated, expanded, run, read, drawn and reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from later import later
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.contracts.registry import find_system, targets
from astrosim.scenario import load_scenario
from astrosim.scenario.field_info import fields_of, value_at
from astrosim.store.settings import swept
from astrosim.summary import read

AXES: dict[str, tuple[str, list[Any]]] = {
    "astrocyte": ("astrocytes.radius", [2.0, 4.0]),
    "published": ("learner", ["astrocytes", "cursor"]),
    "wave": ("training.learning_rate", [0.002, 0.008]),
    "task": ("perturbation.sigma", [0.05, 0.2]),
    "environment": ("perturbation.sigma", [0.05, 0.2]),
    "objective": ("perturbation.sigma", [0.05, 0.2]),
    "spiking": ("gap_junctions.rule", ["none", "linear"]),
    "spiking_learning": ("perturbation.sigma", [0.05, 0.2]),
    "spiking_images": ("perturbation.sigma", [0.05, 0.2]),
}


def test_every_kind_has_its_sweep() -> None:
    assert set(AXES) == set(targets())
    for name, (path, _) in AXES.items():
        assert path in fields_of(find_system(name).scenario)


ORDINARY = ("astrocyte", "task", "spiking_learning")


@pytest.mark.parametrize("name", [*ORDINARY, *later(*(name for name in AXES if name not in ORDINARY))])
def test_a_sweep_of_every_kind_is_run_read_and_reported(name: str, tmp_path: Path) -> None:
    path, values = AXES[name]
    *sections, field = path.split(".")
    axis: dict[str, Any] = {field: values}
    tables = {key: value for key, value in find_system(name).part("example").tables.items() if key != "conditions"}
    file, directory = tmp_path / "swept.toml", tmp_path / "run"
    file.write_text(tomli_w.dumps({**tables, "sweep": {sections[0]: axis} if sections else axis}))
    call = CliRunner().invoke
    ended = call(app, ["run", str(file), "--seeds", "3,42", "--out", str(directory), "--workers", "1"])
    assert ended.exit_code == 0, ended.output
    dataset = astrosim.open_run(directory)
    assert dataset[field].values.tolist() == values
    assert dataset["committed"].dims == ("condition", field, "seed")
    assert dataset["committed"].values.all()
    found = read(directory)
    assert [row[field] for row in found.rows] == [value for value in values for _ in (3, 42)]
    assert [value_at(one, path) for one in found.resolved.values()] == values
    assert found.measure.column in found.rows[0]
    assert swept(astrosim.open_run(directory, grid=False))["parameters"] == [field]
    page = (directory / "report.html").read_text(encoding="utf-8")
    assert f"Response: {found.measure.words}" in page
    assert "2 settings" in page
    assert load_scenario(directory) == load_scenario(directory / "scenario.toml")
    drawn = call(app, ["plot", str(directory), "response", "--format", "png"])
    assert drawn.exit_code == 0, drawn.output
