"""Numbers with their nouns: one place decides between singular and plural."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from astrosim.explain import explain
from astrosim.scenario.words import counted
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(0, "seed", "0 seeds"), (1, "seed", "1 seed"), (1_200, "trial", "1,200 trials"), (2, "batch", "2 batches")],
)
def test_a_number_and_its_noun(count: int, noun: str, text: str) -> None:
    assert counted(count, noun, "batches" if noun == "batch" else "") == text


@pytest.mark.parametrize("model", [Scenario, WaveScenario, ArrayScenario])
def test_one_condition_and_one_seed_are_singular(model: type[Scenario]) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    explain(model.model_validate({"seeds": [3]}), console)
    text = console.export_text()
    assert "1 condition x 1 seed" in text
    assert "1 conditions" not in text
    assert "1 seeds" not in text
