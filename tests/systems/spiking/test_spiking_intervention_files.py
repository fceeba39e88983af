"""Interventions in scenario files of spiking networks: texts of errors, what is written, explained, stored, drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_files import complaints, write
from typer.testing import CliRunner

from astrosim import open_run
from astrosim.cli import app
from astrosim.export import export_run
from astrosim.report.figure_of_run import show
from astrosim.scenario import load_scenario, resolve, to_toml
from astrosim.scenario.interventions import ACTIONS
from astrosim.systems.spiking.scenario.interventions import most_events

HEAD = """kind = "spiking"
name = "own"
seeds = [1]
learner = "none"
schedule = { duration_ms = 50.0, step_ms = 0.1 }
network.populations = [{ name = "E", model = "iaf_psc_exp", size = 4 }, { name = "A", model = "li_rinzel", size = 3 }]
"""
COUPLED = 'gap_junctions.rule = "linear"\n'
ONE_PROBLEM = [
    ("action = 'lesion_neurons'\nwhich = [1]", "8: interventions[0].action: no time (none). Write at_ms."),
    (
        "action = 'silence_neurons'\nat_ms = 10.0",
        "8: interventions[0].action: silence_neurons of whom (none)? Write which; all: fraction = 1.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = 10.05\nwhich = [1]",
        "9: interventions[0].at_ms: not on the grid (10.05). Write a multiple of schedule.step_ms = 0.1.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = 10.0\nwhich = [1]\nevery_ms = 0.25",
        "11: interventions[0].every_ms: not on the grid (0.25). Write a multiple of schedule.step_ms = 0.1.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = 50.0\nwhich = [1]",
        "9: interventions[0].at_ms: not before the end of the run (50). Write a time below 50.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = -1.0\nwhich = [1]",
        "9: interventions[0].at_ms: too small (-1.0). Write a number from 0.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = 1.0\nwhich = [4]",
        "10: interventions[0].which: no such neuron ('4'). Write numbers from 0 to 3, names or populations.",
    ),
    (
        "action = 'lesion_astrocytes'\nat_ms = 1.0\nwhich = [3]",
        "10: interventions[0].which: no such astrocyte ('3'). Write numbers from 0 to 2, names or populations.",
    ),
    (
        "action = 'lesion_astrocytes'\nat_ms = 1.0\nwhich = ['E']",
        "10: interventions[0].which: no astrocyte ('E'). Write astrocytes for lesion_astrocytes.",
    ),
    (
        "action = 'lesion_astrocytes'\nat_ms = 1.0\nwhich = ['A']\nevery_ms = 2.0",
        "11: interventions[0].every_ms: lesion_astrocytes cannot recur (2.0). Remove every_ms.",
    ),
    (
        "action = 'cut_gap_junctions'\nat_ms = 1.0\nwhich = [1]",
        "8: interventions[0].action: there are no gap junctions (cut_gap_junctions). Write gap_junctions.rule, "
        "or remove it.",
    ),
    (
        "action = 'set'\nat_ms = 1.0\nwhich = ['E']\nparameter = 'tau_n'\nvalue = 3.0",
        "11: interventions[0].parameter: none of its nodes has it ('tau_n'). Did you mean tau_m?",
    ),
    (
        "action = 'set'\nat_ms = 1.0\nwhich = ['E']\nparameter = 'tau_m'\nvalue = -3.0",
        "12: interventions[0].value: not for tau_m (-3 ms). Write a number above 0.",
    ),
    (
        "action = 'set'\nat_ms = 1.0\nwhich = ['E']\nparameter = 'V_th'\nvalue = -71.0",
        "12: interventions[0].value: V_reset = -70 mV is not below V_th = -71 mV: it would fire in every step. Write a "
        "lower V_reset.",
    ),
    (
        "action = 'set'\nat_ms = 1.0\nparameter = 'tau_m'\nvalue = 3.0",
        "8: interventions[0].action: set of whom (none)? Write which; all: fraction = 1.",
    ),
    (
        "action = 'set'\nat_ms = 1.0\nparameter = 'schedule.step_ms'\nvalue = 3.0",
        "10: interventions[0].parameter: not to be changed in a run: the length of a run is fixed "
        "('schedule.step_ms'). Write one of gap_junctions.strength, gap_junctions.threshold, gap_junctions.width.",
    ),
    (
        "action = 'silence_neurons'\nat_ms = 0.0\nfraction = 1\nevery_ms = 0.0001",
        "7: interventions: too many events (500001). At most 100000 fit: raise every_ms.",
    ),
    (
        "action = 'freeze_plasticity'\nat_ms = 0.0",
        '8: interventions[0].action: not a valid choice ("freeze_plasticity"). Write one of "lesion_astrocytes", '
        '"silence_astrocytes", "release_astrocytes", "lesion_neurons", "silence_neurons", "release_neurons", "set", '
        '"cut_gap_junctions", "restore_gap_junctions".',
    ),
]


@pytest.mark.parametrize(("text", "complaint"), ONE_PROBLEM)
def test_each_problem_is_told_with_its_line_and_a_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    found = complaints(tmp_path, f"{HEAD}[[interventions]]\n{text}")
    assert f"s.toml:{complaint}" in found
    assert len(found) == 1 or "too many" in complaint


def test_fixed_parameters_say_why(tmp_path: Path) -> None:
    for name, why in (("E_L", "the state is kept relative to it"), ("V_m", "it is an initial value")):
        text = f"[[interventions]]\naction = 'set'\nat_ms = 1.0\nwhich = ['E']\nparameter = '{name}'\nvalue = -60.0"
        (found,) = complaints(tmp_path, HEAD + text)
        assert f"parameter: not to be changed in a run: {why} ('{name}'). Write one of C_m, I_e, V_reset," in found


def test_all_problems_are_told_at_once_in_conditions_too(tmp_path: Path) -> None:
    text = """
[[conditions.a.interventions]]
action = "lesion_astrocytes"
at_ms = 80.0
which = [9]
[[conditions.a.interventions]]
action = "silence_neurons"
at_ms = 0.05
which = ["B"]
"""
    found = complaints(tmp_path, HEAD + text)
    assert [one.partition(": ")[0] for one in found] == ["s.toml:10", "s.toml:11", "s.toml:14", "s.toml:15"]
    assert all("conditions.a.interventions[" in one for one in found)


CONDITIONS = f"""{HEAD}{COUPLED}
[[input.poisson]]
target = ["E", "A"]
rate_hz = 4000.0
weight = 200.0
[[record.traces]]
variable = "Ca_astro"
nodes = ["A"]
[conditions.whole]
[[conditions.lesion.interventions]]
action = "lesion_astrocytes"
at_ms = 20.0
which = [1]
[[conditions.lesion.interventions]]
action = "silence_neurons"
at_ms = 30.0
fraction = 0.5
label = "half"
[[conditions.lesion.interventions]]
action = "set"
at_ms = 10.0
every_ms = 10.0
until_ms = 35.0
parameter = "gap_junctions.strength"
value = 0.2
"""


def test_interventions_are_written_out_and_read_back(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, CONDITIONS))
    again = load_scenario(write(tmp_path, to_toml(scenario)))
    assert again == scenario
    items = resolve(again, "lesion").interventions
    assert [item.name for item in items] == ["lesion astrocytes 1", "half", "gap_junctions.strength = 0.2"]
    assert items[2].when_words == "at 10 ms, then every 10 ms until 35 ms"
    assert [most_events(item, 50.0) for item in items] == [1, 1, 3]
    assert resolve(again, "whole").interventions == ()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interventions")
    write(folder, CONDITIONS)
    call("run", folder / "s.toml", "--out", folder / "run", "--workers", "1")
    return folder


def call(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_happened_is_stored_and_exported(ended: Path) -> None:
    dataset = open_run(ended / "run")
    own = dataset.sel(condition="lesion", seed=1)
    assert own["event_step"].values.tolist() == [100, 200, 200, 300, 300]
    assert own["event_intervention"].values.tolist() == [2, 0, 2, 1, 2]
    assert [ACTIONS[code] for code in own["event_action"].values] == [
        "set",
        "lesion_astrocytes",
        "set",
        "silence_neurons",
        "set",
    ]
    assert (dataset["event_step"].sel(condition="whole") == -1).all()
    calcium = own["Ca_astro"].values
    assert np.isnan(calcium[20:, 1]).all()
    assert not np.isnan(calcium[:20]).any()
    assert not np.isnan(calcium[:, [0, 2]]).any()
    export_run(ended / "run", ended / "tables")
    lines = (ended / "tables" / "interventions.csv").read_text().splitlines()
    assert len(lines) == 6
    assert lines[2] == "lesion,1,1,200,0,lesion_astrocytes,0"


def test_explanation_and_report_tell_them(ended: Path) -> None:
    told = call("explain", ended / "s.toml")
    for text in ("Interventions", "at 20 ms", "lesion astrocytes 1", "silence 0.5 of neurons", "half"):
        assert text in told
    page = (ended / "run" / "report.html").read_text(encoding="utf-8")
    assert "lesion: lesion astrocytes 1, at 20 ms; silence 0.5 of neurons, at 30 ms; gap_junctions.strength = " in page
    assert "Numbered marks: interventions" in page


def test_figures_mark_their_times(ended: Path) -> None:
    found = show(ended / "run")
    for kind in ("raster", "traces"):
        figure = found.kinds[kind].draw(found.material).figure
        lines = {float(line.get_xdata()[0]) for axes in figure.axes for line in axes.lines if line.get_gid() == "event"}
        assert lines == {10.0, 20.0, 30.0}
        texts = [text.get_text() for text in figure.legends[-1].get_texts()]
        assert any(
            "at 20 ms: lesion, seed 1: gap_junctions" in one and "lesion astrocytes 1" in one for one in texts
        ), texts


def test_a_run_goes_on_to_the_bytes_of_a_longer_one(ended: Path, tmp_path: Path) -> None:
    short, whole = tmp_path / "short", ended / "run"
    call("run", ended / "s.toml", "--set", "schedule.duration_ms=40", "--out", short, "--workers", "1")
    call("run", short, "--resume", "--set", "schedule.duration_ms=50", "--workers", "1")
    stored = {path.relative_to(whole): path for path in (whole / "trajectory.zarr").rglob("*") if path.is_file()}
    assert {path.relative_to(short) for path in (short / "trajectory.zarr").rglob("*") if path.is_file()} == set(stored)
    for name, path in stored.items():
        assert (short / name).read_bytes() == path.read_bytes(), name
