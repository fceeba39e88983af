"""The JSON Schema of scenario files: bundled scenarios keep it, and what the reader refuses it refuses as well."""

from __future__ import annotations

import tomllib
from typing import Any

import jsonschema
import pytest

from astrosim.contracts.registry import find_system, kinds
from astrosim.core.errors import ScenarioError
from astrosim.scenario.bundled import bundled
from astrosim.scenario.json_schema import json_schema


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_every_bundled_scenario_and_template_is_valid(validator: Any) -> None:
    texts = {name: path.read_text() for name, path in bundled().items()}
    texts |= {kind: find_system(kind).template.replace("{name}", "mine") for kind in kinds()}
    for name, text in texts.items():
        problem = next(validator.iter_errors(tomllib.loads(text)), None)
        assert problem is None, f"{name}: {problem}"


@pytest.mark.parametrize(
    "text",
    [
        "schedule.episode = 3",
        "schedule.episodes = 0",
        'schedule.episodes = "3"',
        'learner = "astrocyte"',
        "conditions.a.network.cluster = 3",
        "conditions.a.seeds = [1]",
        'kind = "task"\nlearner = "astrocytes"',
        'kind = "wave"\nschedule.episodes = 3',
        'seeds = "1-3"',
        "interventions = [{at_trial = 3}]",
        "sweep.perturbation.sigma = 0.1",
        "sweep.perturbation.sgma = [0.1, 0.2]",
        "sweep.seeds = [1, 2]",
        'sweep.design = "gird"',
    ],
)
def test_what_the_reader_refuses_is_refused(validator: Any, text: str) -> None:
    assert not validator.is_valid(tomllib.loads(text))


def test_fields_say_meaning_unit_source_and_default() -> None:
    schema = json_schema("astrocyte")
    field = schema["definitions"]["astrocyte"]["properties"]["astrocytes"]["properties"]["radius"]
    assert field["default"] == 3.0
    assert "territory" in field["description"]
    assert "(units). Source: Murray 3.2." in field["description"] or "3.2" in field["description"]
    assert field["exclusiveMinimum"] == 0


def test_another_kind_is_an_error() -> None:
    with pytest.raises(ScenarioError, match=r"--kind: kind: no such kind \(waves\). Write one of astrocyte, wave"):
        json_schema("waves")
