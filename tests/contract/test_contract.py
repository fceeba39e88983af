"""The contract of all systems, over every entry of the registry and every learner."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from later import later

from astrosim.audit.conformance import CHECKS, Bench, check_system
from astrosim.contracts.registry import find_system, targets
from astrosim.scenario import condition_names, resolve

SLOW = ("spiking_learning",)
"""A minute, most of it compilation; systems like it are in the ordinary suite."""


@pytest.mark.parametrize("name", [*(name for name in targets() if name not in SLOW), *later(*SLOW)])
def test_system_keeps_the_contract(name: str, tmp_path: Path) -> None:
    """All checks in one test: they share the runs of the system's example, which take longest."""
    findings = list(check_system(find_system(name), tmp_path))
    assert len(findings) == len(CHECKS)
    assert [finding for finding in findings if finding.problem] == []


@pytest.mark.parametrize(
    ("name", "path"), [("astrocyte", "learner"), ("task", "learner.rule"), ("wave", "training.rule")]
)
def test_every_learner_has_its_condition(name: str, path: str) -> None:
    scenario = find_system(name).scenario
    *sections, field = path.split(".")
    model = scenario.model_fields[sections[0]].annotation if sections else scenario
    known = set(get_args(model.model_fields[field].annotation))
    whole = Bench(find_system(name), Path()).scenario()
    used = set()
    for condition in condition_names(whole):
        value = resolve(whole, condition)
        for part in path.split("."):
            value = getattr(value, part)
        used.add(value)
    assert used == known
