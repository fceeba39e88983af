"""`check-extension`: other people's astrocytes and systems, held against the contract through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from places import ROOT
from typer.testing import CliRunner

from astrosim.audit.conformance import Bench
from astrosim.audit.conformance.checks import (
    check_bench,
    engines_agree,
    the_report_is_complete,
    what_is_missing_is_refused,
)
from astrosim.cli import app
from astrosim.contracts.registry import find_system
from astrosim.contracts.system import System

WRONG = {
    "glia": "glia: not of the form module:Name. Write, for example, my_rules:CautiousAstrocyte.",
    "no_module:Glia": "no_module:Glia: no such module (no_module). Put it into this folder, or install it.",
    "json:Glia": "json:Glia: no such name in json (Glia). Define it there.",
    "json:loads": "json:loads: neither a System, nor a Baseline, nor a subclass of astrosim.Astrocyte (function). Name "
    "one of them.",
}


@pytest.mark.parametrize("target", WRONG)
def test_what_cannot_be_checked_is_told(target: str) -> None:
    result = CliRunner().invoke(app, ["check-extension", target])
    assert (result.exit_code, result.stderr) == (2, f"{WRONG[target]}\n")


OWN = (
    "sensing_memory:Remembering",
    pytest.param("proportional_adaptation:Proportional", marks=pytest.mark.full),  # compiled by each process
)


@pytest.mark.parametrize("target", OWN)
def test_own_astrocytes_keep_the_contract(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "scenarios" / "extend")
    result = CliRunner().invoke(app, ["check-extension", "--json", target])
    outcomes = {one["check"]: one["problem"] for one in json.loads(result.stdout)}
    assert outcomes == dict.fromkeys(outcomes, "")
    assert {"same_seed_same_bytes", "resumed_is_uninterrupted", "engines_agree"} <= set(outcomes)
    assert result.exit_code == 0


LEARNER = '''"""A step of all weights, kept if the reward rises."""

from astrosim.core.jit import kernel
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.rules.draws import gaussians
from astrosim.systems.threshold.learners.baselines.forward import whole_reward


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    before = whole_reward(circuit, numbers, room, weight)
    gaussians(circuit.key, trial, 0, room.step)
    for s in range(weight.size):
        room.trial[s] = min(max(weight[s] + numbers.sigma * room.step[s], -numbers.limit), numbers.limit)
    if whole_reward(circuit, numbers, room, room.trial) <= before:
        return REVERTED
    for s in range(weight.size):
        weight[s] = room.trial[s]
    return KEPT


LEARNER = Baseline(
    source="a test", reads=("sigma",), update=update, shown=lambda rival: 2, decided=lambda rival: "kept if better"
)
'''


def test_an_installed_learner_keeps_the_contract(tmp_path: Path) -> None:
    """Its package is on the path as pip leaves one: a module, and its metadata with the entry point."""
    (tmp_path / "own_learner.py").write_text(LEARNER)
    metadata = tmp_path / "own_learner-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: own_learner\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[astrosim.learners]\nblind_step = own_learner:LEARNER\n")
    command = [sys.executable, "-m", "astrosim.cli", "check-extension", "--json", "own_learner:LEARNER"]
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    outcomes = {one["check"]: one["problem"] for one in json.loads(ended.stdout or "[]")}
    assert outcomes == dict.fromkeys(outcomes, ""), ended.stderr
    assert {"same_seed_same_bytes", "resumed_is_uninterrupted", "workers_do_not_matter"} <= set(outcomes)


def test_a_learner_that_no_package_names_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unnamed_learner.py").write_text(LEARNER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    result = CliRunner().invoke(app, ["check-extension", "unnamed_learner:LEARNER"])
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "unnamed_learner:LEARNER: no installed package names this learner. Add the entry point"
    )


def test_a_system_that_says_nothing_about_a_missing_part_fails(tmp_path: Path) -> None:
    waves = find_system("wave")
    silent = System("mine", "wave", "updates", waves.parts)
    (finding,) = check_bench(Bench(silent, tmp_path), [what_is_missing_is_refused])
    assert finding.problem == "ceiling: neither a part nor a sentence with a remedy in `lacks`."


def test_a_defect_of_the_part_that_is_checked_is_a_finding(tmp_path: Path) -> None:
    def broken(bench: Bench) -> None:
        """Break."""
        raise KeyError("engine")

    (finding,) = check_bench(Bench(find_system("wave"), tmp_path), [broken])
    assert (finding.sentence, finding.problem) == ("Break.", "KeyError: 'engine'")


def test_engines_that_differ_are_found(tmp_path: Path) -> None:
    """Another scope on the other engine stands for an engine with other bits."""
    bench = Bench(find_system("astrocyte"), tmp_path)
    tables = {**bench.example.tables, "conditions": {"astrocytes": {}}}
    part = bench.of(tables, "engine_agents")
    part.run("other", {"perturbation": {"scope": "global"}})
    bench.example = replace(bench.example, tables=tables, other_engine={})
    (finding,) = check_bench(bench, [engines_agree])
    assert finding.problem.startswith("engine agents: other bytes than the scenario's own")


def test_a_report_without_a_condition_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(find_system("astrocyte"), tmp_path)
    bench.example = replace(
        bench.example, tables={**bench.example.tables, "conditions": {"cursor": {"learner": "cursor"}}}
    )
    assert bench.finished
    monkeypatch.setattr("astrosim.audit.conformance.checks.condition_names", lambda scenario: ("cursor", "forgotten"))
    (finding,) = check_bench(bench, [the_report_is_complete])
    assert finding.problem == "report: does not name forgotten."
