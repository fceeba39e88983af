"""The contract of all systems, over every entry of the registry and every learner."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from astrosim.conformance import CHECKS, Bench
from astrosim.contracts.registry import find_system, targets
from astrosim.scenario import condition_names, resolve

SYSTEMS = [pytest.param(name, marks=pytest.mark.xdist_group(f"contract-{name}")) for name in targets()]
BENCHES: dict[str, Bench] = {}


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The runs of a system's example; made once per process."""
    name: str = request.param
    if name not in BENCHES:
        BENCHES[name] = Bench(find_system(name), tmp_path_factory.mktemp(name))
    return BENCHES[name]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "bench",
    [pytest.param(name, marks=pytest.mark.xdist_group(f"contract-{name}")) for name in targets()],
    indirect=True,
)
def test_system_keeps_the_contract(bench: Bench, check) -> None:
    check(bench)


@pytest.mark.parametrize(
    ("name", "path"), [("astrocyte", "learner"), ("fields", "learner.rule"), ("wave", "training.rule")]
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
