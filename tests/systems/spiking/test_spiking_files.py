"""Networks from files: run, stored, exported as they are asked for; all that is wrong is told at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from spiking_networks import write_files
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app

SCENARIO = """kind = "spiking"
name = "from_files"
seeds = [1]
learner = "none"
network.neurons = "neurons.csv"
network.astrocytes = "astrocytes.csv"
network.synapses = "synapses.csv"
network.tripartite = "tripartite.csv"
input.spikes = "spikes.csv"
schedule.duration_ms = 50
schedule.step_ms = 0.1
record.spikes = true
record.traces = [
  { variable = "V_m", nodes = ["10", "second", "a:0"], every_ms = 0.5 },
  { variable = "Ca_astro", nodes = ["a:0"], every_ms = 10.0 },
]
"""
FILES = {
    "neurons.csv": "neuron,model,name,tau_m,I_e\n11,iaf_psc_exp,second,,\n10,iaf_psc_exp,first,20,500\n",
    "astrocytes.csv": "astrocyte,model,IP3\n0,astrocyte_lr_1994,0.4\n",
    "synapses.csv": "pre,post,weight,delay_ms,model,U\n10,second,900,1.5,tsodyks,0.4\n# a remark\n10,11,100,2,,\n",
    "tripartite.csv": "pre,astrocyte,post,weight_in,weight_out,delay_in_ms,delay_out_ms\n10,0,11,1,2,1,1\n",
    "spikes.csv": "target,time_ms,weight,delay_ms\n11,3,2000,1\na:0,4,0.5,1\n",
}


def call(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result.output


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spiking")
    write_files(folder, FILES | {"net.toml": SCENARIO})
    call("run", folder / "net.toml", "--out", folder / "run", "--workers", "1")
    call("export", folder / "run")
    return folder / "run"


def test_a_neuron_under_constant_current_fires_when_it_must(run: Path) -> None:
    """V(t) = E_L + R I (1 - e^(-t / tau)): threshold after tau ln(1 / (1 - 15 / 40)) = 9.4 ms, and on from V_reset."""
    spikes = [float(row["time_ms"]) for row in table(run / "csv" / "spikes.csv") if row["node"] == "10"]
    first = 20.0 * np.log(1.0 / (1.0 - 15.0 / 40.0))
    expected = [np.ceil(first * 10.0) / 10.0]
    while expected[-1] + 2.0 + first <= 50.0:
        expected.append(np.round(expected[-1] + 2.0 + np.ceil(first * 10.0) / 10.0, 1))
    assert spikes == pytest.approx(expected)


def test_tables_have_the_columns_that_are_asked_for(run: Path) -> None:
    spikes, trace = table(run / "csv" / "spikes.csv"), table(run / "csv" / "trace_V_m.csv")
    assert list(spikes[0]) == ["node", "time_ms"]
    assert list(trace[0]) == ["time_ms", "10", "11", "a:0"]
    assert {row["a:0"] for row in trace} == {""}  # an astrocyte has none
    assert [float(row["time_ms"]) for row in trace] == pytest.approx(0.5 * np.arange(1, 101))
    calcium = table(run / "csv" / "trace_Ca_astro.csv")
    assert list(calcium[0]) == ["time_ms", "a:0"]
    assert len(calcium) == 5


def test_the_dataset_holds_the_same_with_labels(run: Path) -> None:
    dataset = astrosim.open_run(run)
    trace = table(run / "csv" / "trace_V_m.csv")
    assert dataset.V_m.attrs["units"] == "mV"
    assert list(dataset.V_m_node_name.values) == ["10", "11", "a:0"]
    stored = dataset.V_m.sel(condition="default", seed=1).values
    np.testing.assert_array_equal(stored[:, :2], [[float(row["10"]), float(row["11"])] for row in trace])
    assert dataset.sizes["spike"] == int(dataset.spike_count.max()) == len(table(run / "csv" / "spikes.csv"))


def test_a_rerun_on_the_other_engine_is_identical_in_all_that_is_stored(run: Path, tmp_path: Path) -> None:
    call("run", run.parent / "net.toml", "--engine", "agents", "--out", tmp_path / "agents", "--workers", "1")
    call("export", tmp_path / "agents")
    for file in sorted((run / "csv").glob("*.csv")):
        assert (tmp_path / "agents" / "csv" / file.name).read_bytes() == file.read_bytes(), file.name
    assert "identical" in call("rerun", run, "--workers", "1")


def test_a_run_goes_on_to_the_bytes_of_a_longer_one(run: Path, tmp_path: Path) -> None:
    short = tmp_path / "short"
    call("run", run.parent / "net.toml", "--set", "schedule.duration_ms=20", "--out", short, "--workers", "1")
    call("run", short, "--resume", "--set", "schedule.duration_ms=50", "--workers", "1")
    stored = {path.relative_to(run): path for path in (run / "trajectory.zarr").rglob("*") if path.is_file()}
    assert {path.relative_to(short) for path in (short / "trajectory.zarr").rglob("*") if path.is_file()} == set(stored)
    for name, path in stored.items():
        assert (short / name).read_bytes() == path.read_bytes(), name


def test_report_and_figures_are_drawn(run: Path) -> None:
    page = (run / "report.html").read_text("utf-8")
    assert page.count("<figure") == 2
    assert "2 iaf_psc_exp" in page
    call("plot", run, "raster", "--out", run.parent / "raster.png")
    assert "portrait" in call("plot", run, "portrait", code=2)


BAD = {
    "neurons.csv": "neuron,model,C_m,tau_m\n0,iaf_psc_ex,,\n1,iaf_psc_exp,-250,\n1,iaf_psc_exp,nan,\n"
    "2,aeif_cond_alpha,,12\n3,iaf_psc_exp,abc,\n",
    "astrocytes.csv": "astrocyte,model,tau_IP3,Ca_tott\n0,li_rinzel,-3,\n1,li_rinzel,,\n",
    "synapses.csv": "pre,post,weight,delay_ms\n0,1,10,1.55\n0,a:0,1,0\n7,1,1,1\n1,2,,1\na:0,a:1,1,1\n",
    "tripartite.csv": "pre,astrocyte,post,weight_in,weight_out,delay_in_ms,delay_out_ms\n0,5,a:0,1,1,1,1\n",
    "spikes.csv": "target,time_ms,weight,delay_ms\n0,5,1,1\n0,4,1,1\n0,5.03,1,1\nzero,6,1,1\n",
}
COMPLAINTS = (
    "neurons.csv:2: model: no such model ('iaf_psc_ex'). Write iaf_psc_exp.",
    "neurons.csv:3: C_m: out of range (-250 pF). Write a number above 0.",
    "neurons.csv:4: neuron: listed twice ('1'). Give each node a number of its own.",
    "neurons.csv:4: C_m: not a finite number ('nan'). Write a number. Also in line 6.",
    "neurons.csv:5: tau_m: aeif_cond_alpha has no such parameter (12). Leave it empty.",
    "astrocytes.csv:1: Ca_tott: no such column (Ca_tott). Write Ca_tot.",
    "astrocytes.csv:2: tau_IP3: out of range (-3 ms). Write a number above 0.",
    "synapses.csv:2: delay_ms: not on the grid ('1.55'). Write a multiple of schedule.step_ms = 0.1.",
    "synapses.csv:3: delay_ms: shorter than a step ('0'). Write a multiple of schedule.step_ms = 0.1.",
    "synapses.csv:4: pre: no such node ('7'). Write a number or a name of a neuron, or a:NUMBER of an astrocyte.",
    "synapses.csv:5: weight: empty. Write a number.",
    "synapses.csv:6: post: an astrocyte onto an astrocyte ('a:1'). Couple astrocytes by [gap_junctions].",
    "tripartite.csv:2: astrocyte: no such node ('5').",
    "tripartite.csv:2: post: not a neuron ('a:0'). Name a neuron.",
    "spikes.csv:3: time_ms: times not sorted (4 ms after 5 ms). Sort the rows by time_ms.",
    "spikes.csv:4: time_ms: not on the grid ('5.03'). Write a multiple of schedule.step_ms = 0.1.",
    "spikes.csv:5: target: no such node ('zero').",
    "record.traces[0].nodes: no such node ('second').",
    "record.traces[1].every_ms: not a multiple of schedule.step_ms = 0.1 (0.05). Write one.",
)


def test_all_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    write_files(tmp_path, BAD | {"net.toml": SCENARIO.replace("every_ms = 10.0", "every_ms = 0.05")})
    output = call("run", tmp_path / "net.toml", "--out", tmp_path / "run", code=2)
    for complaint in COMPLAINTS:
        assert complaint in output
    assert "Traceback" not in output
    assert not (tmp_path / "run").exists()
    listed = json.loads(call("validate", tmp_path / "net.toml", "--json", code=2))
    assert {Path(one["file"]).name for one in listed["problems"]} >= {*BAD, "net.toml"}


@pytest.mark.parametrize(
    ("flag", "complaint"),
    [
        ("schedule.step_ms=50", "too large (50)"),
        ("schedule.step_ms=4", "synapses.csv:2: delay_ms: not on the grid"),
        ("schedule.step_ms=-1", "too small (-1)"),
        ("schedule.duration_ms=0.05", "not a multiple of schedule.step_ms"),
        ("gap_junctions.rule=square", "Write one of"),
    ],
)
def test_impossible_schedules_are_refused(run: Path, tmp_path: Path, flag: str, complaint: str) -> None:
    output = call("run", run.parent / "net.toml", "--set", flag, "--out", tmp_path / "run", code=2)
    assert complaint in output


def test_conditions_differ_in_length_but_not_in_what_is_recorded(run: Path, tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    own = "\n[conditions.long]\n\n[conditions.short]\nschedule.duration_ms = 20\n"
    write_files(tmp_path, {"net.toml": SCENARIO + own})
    call("run", tmp_path / "net.toml", "--out", tmp_path / "run", "--workers", "1")
    trace = astrosim.open_run(tmp_path / "run").V_m.sel(seed=1)
    np.testing.assert_array_equal(trace.sel(condition="long"), astrosim.open_run(run).V_m.values[0, 0])
    np.testing.assert_array_equal(trace.sel(condition="short")[:40, :2], trace.sel(condition="long")[:40, :2])
    assert np.isnan(trace.sel(condition="short")[40:]).all()
    call("export", tmp_path / "run")
    rows = table(tmp_path / "run" / "csv" / "trace_V_m.csv")
    assert list(rows[0]) == ["condition", "seed", "time_ms", "10", "11", "a:0"]
    assert [row["condition"] for row in rows] == ["long"] * 100 + ["short"] * 40
    write_files(tmp_path, {"net.toml": SCENARIO + "\n[conditions.a]\nrecord.traces = []\nschedule.step_ms = 0.05\n"})
    output = call("validate", tmp_path / "net.toml", code=2)
    assert "conditions.a.record: the same for all conditions" in output
    assert "conditions.a.schedule.step_ms: the same for all conditions" in output


def test_an_astrocyte_without_synapses_beside_others_is_refused(run: Path, tmp_path: Path) -> None:
    more = FILES | {"astrocytes.csv": "astrocyte,model\n0,li_rinzel\n1,li_rinzel\n"}
    write_files(tmp_path, more | {"net.toml": SCENARIO})
    assert "network.astrocytes: without synapses (a:1)" in call("validate", tmp_path / "net.toml", code=2)
