"""The command line, as scripts use it: exit codes, texts, JSON, and real runs of a few trials."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app, commands
from astrosim.core.errors import DiskFullError, Interrupted, RunError, ScenarioError, StoreError
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.ceiling_tables import ceilings, ceilings_table
from astrosim.systems.threshold.show.summary import Summary

COMMANDS = ["run", "rerun", "report", "new", "list", "explain", "validate", "ceiling", "plot", "animate", "view"]
ALONE = ["--no-report", "--workers", "1"]
SHORT = ["--seeds", "5,6", "--set", "schedule.episodes=30", "--set", "record.every=10", *ALONE]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def rows_of(directory: Path) -> list[dict[str, str]]:
    with (directory / "summary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_version_and_help() -> None:
    assert call("--version").stdout == f"astrosim {astrosim.__version__}\n"
    text = call("--help").stdout
    assert [name for name in COMMANDS if re.search(rf"\b{name}\b", text)] == COMMANDS
    assert all(call(name, "--help").exit_code == 0 for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nope"],
        ["nope"],
        ["run"],
        ["explain"],
        ["run", "quick", "--nope"],
        ["run", "quick", "--workers", "0"],
        ["run", "quick", "--engine", "gpu"],
        ["--log-level", "loud", "list"],
        ["ceiling", "quick", "--time-limit", "x"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "nosuch"], "nosuch: no such file or bundled scenario. `astrosim list` shows the bundled ones.\n"),
        (
            ["run", "."],
            ".: a directory. `astrosim run . --resume` goes on with its run, `astrosim rerun .` repeats it; ",
        ),
        (["run", "quick", "--resume"], "quick: no such run directory. Name the directory of a run to resume it.\n"),
        (["run", ".", "--resume", "--seeds", "1"], ".: a run goes on as it began. Leave out --out, --seeds, "),
        (["run", "quick", "--seeds", "1,x"], "--seeds: no range of seeds ('[1,x]'). Write first:count, "),
        (["run", "quick", "--seeds", "1,1"], "--seeds: a seed is listed twice (1). Name each seed once.\n"),
        (["run", "quick", "--conditions", "contrl"], "conditions: no such condition (contrl). Did you "),
        (["run", "quick", "--set", "schedule.episods=1"], "--set: schedule.episods: unknown key (1). Did you mean "),
        (["run", "quick", "--data", "none"], "--data: no such directory (none). Name an existing one, or leave it "),
        (
            ["run", "quick", "--engine", "published"],
            "--engine: cannot run system = 'described' of condition maturity (published). ",
        ),
        (
            ["run", "published/exp024", "--engine", "kernel"],
            "--engine: cannot run system = 'published' of condition maturity (kernel). Leave it out.",
        ),
        (["run", "xor", "--engine", "agents"], "--engine: cannot run kind = 'wave' (agents). Write one of "),
        (["run", "quick", "--engine", "torch"], "--engine: cannot run kind = 'astrocyte' (torch). Write one "),
        (["rerun", "none"], "none"),
        (["rerun", ".", "--data", "none"], "--data: no such directory (none). Name an existing one, or leave it "),
        (["new", "a b"], "a b: not a valid name. Write letters, digits, dots, dashes and underscores.\n"),
    ],
)
def test_bad_input_exits_with_2_and_says_what_would_be_right(arguments: list[str], expected: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(expected)
    assert not Path("runs").exists()


def test_all_errors_of_a_file_reach_the_console() -> None:
    Path("bad.toml").write_text("nme = 1\n[network]\nclusters = 0\n")
    result = call("validate", "bad.toml")
    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == ["bad.toml:1", "bad.toml:3"]
    as_json = call("validate", "bad.toml", "--json")
    assert as_json.exit_code == 2
    told = json.loads(as_json.stdout)
    assert (told["valid"], len(told["problems"])) == (False, len(result.stderr.splitlines()))
    for part, line in zip(told["problems"], result.stderr.splitlines(), strict=True):
        assert line == f"{part['file']}:{part['line']}: {part['field']}: {part['message']} {part['remedy']}"


def test_new_list_validate_explain() -> None:
    assert call("new", "mine").exit_code == 0
    assert call("new", "mine").exit_code == 2
    assert call("validate", "mine.toml").stdout == "mine.toml: valid, 20 replicates\n"
    assert "Values (* not the default)" in call("explain", "mine.toml").stdout
    listed = call("list").stdout
    assert re.search(r"maturity +Maturity-scaled .* 40 +8,000,000", listed)
    assert {entry["name"] for entry in json.loads(call("list", "--json").stdout)} >= {"maturity", "published/exp024"}


def test_new_validate_and_explain_a_wave() -> None:
    assert call("new", "sea", "--kind", "wave").exit_code == 0
    assert call("new", "other", "--kind", "sea").exit_code == 2
    assert call("validate", "sea.toml").stdout == "sea.toml: valid, 30 replicates\n"
    told = call("explain", "sea.toml", "--conditions", "wave")
    assert "20-18-18-16-16-14-14-12-12-10-10" in told.stdout
    assert "An update by gradient, phase by phase" in told.stdout
    assert re.search(r"waves/xor +Exclusive or .* 500 +6,000,000", call("list").stdout)


def test_dry_run_of_a_wave() -> None:
    work = json.loads(call("run", "xor", "--dry-run", "--json", "--seeds", "1:20", "--conditions", "wave,mlp").stdout)
    assert (work["cells"], work["updates"], work["live_weights"], work["parameters"]) == (40, 480_000, 198, 275)
    assert re.search(r"updates per replicate +12,000", call("run", "xor", "--dry-run").stdout)
    assert list(Path().iterdir()) == []


def test_a_chain_that_does_not_fit_is_told_from_the_command_line() -> None:
    result = call("run", "xor", "--set", "network.steps=s d s d s d g s g s g g g", "--seeds", "1")
    assert result.exit_code == 2
    assert result.stderr.startswith("--set: network.steps: 's d s d s d g s g s g g g' ends at width 2, not at 1 as ")
    assert "(2-4-4-6-6-8-8-6-8-6-8-6-4-2)" in result.stderr


def test_a_wave_has_no_ceiling() -> None:
    result = call("ceiling", "xor")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        'waves/xor.toml: kind: only networks of threshold neurons have a structural ceiling ("wave"). '
        'Name a scenario of kind "astrocyte".\n'
    )


def test_the_data_directory_reaches_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    def run_scenario(scenario: Any, directory: Path, **options: Any) -> None:
        told.update(options, kind=scenario.kind, unit=options["progress"].unit)
        raise RunError("stopped here.")

    monkeypatch.setattr("astrosim.runs.run_scenario", run_scenario)
    Path("sets").mkdir()
    assert call("run", "xor", "--data", "sets").stderr == "stopped here.\n"
    assert (told["data"], told["kind"], told["unit"]) == (Path("sets"), "wave", "updates")
    assert call("run", "quick").exit_code == 1
    assert (told["data"], told["kind"], told["unit"]) == (None, "astrocyte", "trials")


def test_dry_run_writes_nothing() -> None:
    result = call("run", "maturity", "--dry-run", "--json", "--seeds", "1000:3", "--conditions", "maturity,control")
    work = json.loads(result.stdout)
    assert (work["cells"], work["trials"], work["learning_trials"]) == (6, 1_200_000, 600_000)
    assert re.search(r"trials +8,000,000", call("run", "maturity", "--dry-run").stdout)
    assert list(Path().iterdir()) == []


def test_run_resume_rerun(tmp_path: Path) -> None:
    """A run from end to end in this process, then the same directory through every other command."""
    result = call("run", "quick", *SHORT)
    assert result.exit_code == 0, result.output
    directory = Path("runs/quick")
    rows = rows_of(directory)
    assert [(row["condition"], row["seed"]) for row in rows] == [
        ("maturity", "5"),
        ("maturity", "6"),
        ("control", "5"),
        ("control", "6"),
    ]
    assert {row["trials"] for row in rows} == {"300"}
    assert {row["engine"] for row in rows} == {"kernel"}
    accuracy = np.mean([float(row["mean_accuracy"]) for row in rows[:2]])
    assert re.search(rf"maturity +2 +{accuracy:.4f} ", result.stdout)
    assert "Note: expected: condition control: the output is the same vector for every pattern" in result.stdout
    assert f"Run directory: {directory}" in result.stdout

    again = call("run", "runs/quick", "--resume", "--no-report", "--json")
    assert again.exit_code == 0, again.output
    told = json.loads(again.stdout)
    assert told["cells"] == 4
    assert told["rows"][0]["mean_accuracy"] == float(rows[0]["mean_accuracy"])
    assert told["rows"][2]["accept_rate"] is None

    replay = call("rerun", "runs/quick", "--workers", "1")
    assert (replay.exit_code, replay.stdout) == (0, "runs/quick: identical\n")
    assert call("explain", "runs/quick").exit_code == 0

    occupied = call("run", "quick", *SHORT, "--out", "runs/quick")
    assert occupied.exit_code == 2
    assert "a run lies here already" in occupied.stderr


def test_second_run_takes_another_directory() -> None:
    Path("runs/quick").mkdir(parents=True)
    Path("runs/quick-2").mkdir()
    done = call("run", "quick", *SHORT, "--conditions", "control")
    assert done.exit_code == 0
    assert done.stderr.startswith("runs/quick exists: writing runs/quick-3\n")
    assert (Path("runs/quick-3") / "summary.csv").exists()


def test_engines_give_the_same_summary() -> None:
    fast = call("run", "quick", *SHORT, "--seeds", "5", "--conditions", "maturity", "--out", "fast")
    slow = call(
        "run", "quick", *SHORT, "--seeds", "5", "--conditions", "maturity", "--out", "slow", "--engine", "agents"
    )
    assert (fast.exit_code, slow.exit_code) == (0, 0), slow.output
    own = ("engine", "wall_s")
    one, other = ({k: v for k, v in rows_of(Path(name))[0].items() if k not in own} for name in ("fast", "slow"))
    assert one == other
    assert rows_of(Path("slow"))[0]["engine"] == "agents"


def test_published_figures_stand_beside_those_of_the_same_seeds_and_length_alone() -> None:
    result = call("run", "published/exp020", "--set", "schedule.episodes=20", "--seeds", "42,137", *ALONE)
    assert result.exit_code == 0, result.output
    assert "0.6475" not in result.stdout
    said = " ".join(result.stdout.split())
    assert "schedule.episodes 20" in said
    assert "seeds 42, 137" in said


def test_a_constant_output_is_a_loud_warning() -> None:
    row = {"constant_output": True, "mean_accuracy": 0.55, "kept": 5, "reverted": 5, "distinct_outputs": 1.0}
    row |= {"ceiling": 0.7, "ceiling_exact": True, "accept_rate": 0.5, "wall_s": 1.0, "trials": 10, "seed": 1}
    summary = Summary(Path("x"), Scenario(), [{"condition": "default", **row}])
    console = Console(width=100, record=True)
    console.print(summary.table(), *summary.alarms())
    text = console.export_text()
    assert "WARNING" in text
    assert "CONSTANT OUTPUT: condition default" in text


def test_ceilings_are_those_of_the_specification() -> None:
    """Spec, section 1: the table of structural ceilings."""
    result = call("ceiling", "published/exp024", "--json")
    rows = [row for row in json.loads(result.stdout) if row["condition"] == "maturity"]
    expected = [0.700, 0.750, 0.775, 0.775, 0.725, 0.675, 0.625, 0.675, 0.625, 0.725]
    assert [row["ceiling"] for row in rows] == pytest.approx(expected)
    assert [row["synapses"] for row in rows] == [14, 15, 18, 15, 15, 15, 14, 16, 13, 15]
    assert all(row["exact"] for row in rows)
    table = call("ceiling", "published/exp024").stdout
    assert re.search(r"maturity, epsilon, control +42 +0\.7000 +exact +14 +0\.5000 ", table)
    assert re.search(r"mean +0\.7050 +exact +15\.0 ", table)


def test_conditions_with_other_wiring_have_lines_of_their_own() -> None:
    scenario = Scenario.model_validate(
        {"seeds": [1, 2], "conditions": {"a": {}, "b": {}, "c": {"network": {"p_within": 1}}}}
    )
    console = Console(width=120, record=True)
    console.print(ceilings_table(ceilings(scenario)))
    first = [line.split()[:2] for line in console.export_text().splitlines()]
    assert ["a,", "b"] in first
    assert ["c", "1"] in first
    assert [words[0] for words in first].count("mean") == 2
    assert all(row["ceiling"] == pytest.approx(0.9) for row in ceilings(scenario) if row["condition"] == "c")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ScenarioError(["f.toml:1: a: b."]), 2, "f.toml:1: a: b.\n"),
        (StoreError("d: damaged. Repair it."), 2, "d: damaged. Repair it.\n"),
        (DiskFullError("d: full. Free space."), 1, "d: full. Free space.\n"),
        (
            OSError(28, "No space left on device", "d/f"),
            1,
            "d/f: No space left on device. Fix this, then try again.\n",
        ),
        (RunError("a worker died."), 1, "a worker died.\n"),
        (Interrupted("Go on with: astrosim run d --resume"), 130, "Go on with: astrosim run d --resume\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (
            ZeroDivisionError("x"),
            1,
            "A defect of astrosim: ZeroDivisionError: x. `astrosim --log-level debug ...` tells ",
        ),
        (MemoryError(), 1, "out of memory (MemoryError). Lower the size of the network, or use fewer --workers.\n"),
    ],
)
def test_errors_become_texts_and_exit_codes(
    error: BaseException, code: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(commands, "read_scenario", fail)
    result = call("validate", "quick")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(text)
    assert "Traceback" not in result.stderr


def test_ctrl_c_leaves_130_and_the_way_to_go_on() -> None:
    arguments = ["run", "quick", "--set", "schedule.episodes=3000000", "--no-report", "--workers", "1", "--out", "d"]
    process = subprocess.Popen(
        [sys.executable, "-m", "astrosim.cli", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not Path("d/trajectory.zarr").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "Go on with: astrosim run d --resume" in err
    assert "Traceback" not in err


def test_nothing_heavy_is_imported_to_explain() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from astrosim.cli import app\n"
        "assert CliRunner().invoke(app, ['explain', 'quick']).exit_code == 0\n"
        "print([m for m in ('numba', 'xarray', 'zarr', 'matplotlib', 'mesa', 'scipy', 'torch') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == "[]\n"


def test_a_finished_run_goes_on_for_longer_and_another_branches_from_it() -> None:
    assert call("run", "quick", *SHORT).exit_code == 0
    refused = call("run", "runs/quick", "--resume", "--set", "perturbation.sigma=0.2")
    assert refused.exit_code == 2
    assert "perturbation.sigma: a run that goes on keeps it (0.2). Only schedule.episodes may grow." in refused.stderr
    longer = call("run", "runs/quick", "--resume", "--set", "schedule.episodes=40", *ALONE)
    assert longer.exit_code == 0, longer.output
    assert {row["trials"] for row in rows_of(Path("runs/quick"))} == {"400"}
    assert call("rerun", "runs/quick", "--workers", "1").stdout == "runs/quick: identical\n"
    twice = call("run", "runs/quick", "--resume", "--set", "schedule.episodes=50", *ALONE)
    assert twice.exit_code == 0, twice.output
    provenance = json.loads(Path("runs/quick/provenance.json").read_text())
    assert [entry["from_ends"] for entry in provenance["lengthened"]] == [4, 4]
    branch = ("run", "quick", *SHORT, "--from", "runs/quick:maturity", "--out", "runs/branch")
    assert call(*branch).exit_code == 0
    shutil.rmtree("runs/quick")
    assert call("rerun", "runs/branch", "--workers", "1").stdout == "runs/branch: identical\n"


def test_schema_and_parts_of_an_explanation() -> None:
    assert json.loads(call("schema", "--kind", "wave").stdout)["definitions"].keys() == {"wave"}
    assert "trials_per_episode" in call("explain", "quick", "schedule").stdout
    assert json.loads(call("explain", "quick", "schedule", "--json").stdout)["fields"][0]["path"] == "schedule.episodes"
    assert "frozen probe" in call("explain", "--glossary").stdout
    assert call("explain", "quick", "shedule").stderr == (
        "SECTION: no such section or field (shedule). Did you mean schedule?\n"
    )


def test_a_copy_of_a_scenario() -> None:
    told = call("new", "mine", "--from", "quick")
    assert told.exit_code == 0, told.output
    assert call("validate", "mine.toml").stdout == "mine.toml: valid, 6 replicates\n"
    assert "note: `astrosim run quick` means the bundled scenario, quick.toml yours." in call("new", "quick").stdout
