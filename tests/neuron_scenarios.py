"""The golden rows of experiments 001 to 018, and the scenarios that give them."""

from __future__ import annotations

import json
from functools import cache

from places import ROOT

from astrosim.scenario import load_scenario, resolve
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.scenario.schema import Scenario

PUBLISHED = ROOT / "scenarios" / "published"
CONFIGURATIONS = {
    "000 untrained": ("exp002", ""),
    "002": ("exp002", ""),
    "003": ("exp003", ""),
    "004 published(signed flag)": ("exp004", ""),
    "004 HEAD(simple flag)": ("exp004", "_simple"),
    "005 published(signed)": ("exp005", ""),
    "005 HEAD(simple)": ("exp005", "_simple"),
    "006 published(signed)": ("exp006", ""),
    "006 HEAD(simple)": ("exp006", "_simple"),
    "009 published(no ep arg)": ("exp009", ""),
    "009 as-described signed": ("exp009", "_signed"),
    "009 as-described simple": ("exp009", "_simple"),
    "010": ("exp010", ""),
    "010b published(homeo in loop)": ("exp010b", ""),
    "010b HEAD": ("exp010b", "_once"),
    "011": ("exp011", ""),
    "012a": ("exp012a", ""),
    "012b": ("exp012b", ""),
    "012c": ("exp012c", ""),
    "012b signed flag": ("exp012b", "_signed"),
    "013 broken(homeo in loop)": ("exp013", "_broken"),
    "013 fixed": ("exp013", ""),
    "014": ("exp014", ""),
    "015": ("exp015", ""),
    "016": ("exp016", ""),
    "017": ("exp017", ""),
    "018": ("exp018", ""),
}
"""Golden configuration -> bundled scenario, and the ending of its conditions."""


@cache
def golden_rows() -> list[dict]:
    return json.loads((ROOT / "tests" / "golden" / "phase1.json").read_text())["rows"]


@cache
def scenario_of(configuration: str, condition: str) -> Scenario:
    """The resolved scenario of a golden row."""
    name, ending = CONFIGURATIONS[configuration]
    loaded = load_scenario(PUBLISHED / f"{name}.toml")
    assert isinstance(loaded, Scenario)
    return resolve(loaded, condition.lower() + ending)


def engine_of(configuration: str, condition: str, seed: int, engine: str = "kernel") -> NeuronSimulation:
    scenario = scenario_of(configuration, condition).model_copy(update={"engine": engine})
    replicate = make_engine(scenario, seed)
    assert isinstance(replicate, NeuronSimulation)
    return replicate
