"""`check-extension`: other people's astrocytes and systems, held against the contract through the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from places import ROOT
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.conformance import Bench
from astrosim.conformance.checks import check_bench, engines_agree, the_report_is_complete, what_is_missing_is_refused
from astrosim.contracts.registry import find_system
from astrosim.contracts.system import System

WRONG = {
    "glia": "glia: not of the form module:Name. Write, for example, my_rules:CautiousAstrocyte.",
    "no_module:Glia": "no_module:Glia: no such module (no_module). Put it into this folder, or install it.",
    "json:Glia": "json:Glia: no such name in json (Glia). Define it there.",
    "json:loads": "json:loads: neither a System nor a subclass of astrosim.Astrocyte (function). Name one of them.",
}


@pytest.mark.parametrize("target", WRONG)
def test_what_cannot_be_checked_is_told(target: str) -> None:
    result = CliRunner().invoke(app, ["check-extension", target])
    assert (result.exit_code, result.stderr) == (2, f"{WRONG[target]}\n")


OWN = (
    "sensing_memory:Remembering",
    pytest.param("proportional_adaptation:Proportional", marks=pytest.mark.full),  # compiled anew by each process
)


@pytest.mark.parametrize("target", OWN)
def test_own_astrocytes_keep_the_contract(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "scenarios" / "extend")
    result = CliRunner().invoke(app, ["check-extension", "--json", target])
    outcomes = {one["check"]: one["problem"] for one in json.loads(result.stdout)}
    assert outcomes == dict.fromkeys(outcomes, "")
    assert {"same_seed_same_bytes", "resumed_is_uninterrupted", "engines_agree"} <= set(outcomes)
    assert result.exit_code == 0


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
    monkeypatch.setattr("astrosim.conformance.checks.condition_names", lambda scenario: ("cursor", "forgotten"))
    (finding,) = check_bench(bench, [the_report_is_complete])
    assert finding.problem == "report: does not name forgotten."
