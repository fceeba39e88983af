"""The kinds of scenarios, by the name that a file gives in `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.scenario.receptive import FieldScenario
from astrosim.scenario.schema import Scenario
from astrosim.scenario.wave import WaveScenario

AnyScenario = Scenario | WaveScenario | FieldScenario
AnyModel = type[Scenario] | type[WaveScenario] | type[FieldScenario]
MODELS: dict[str, AnyModel] = {"astrocyte": Scenario, "wave": WaveScenario, "fields": FieldScenario}


def model_of(data: Mapping[str, Any]) -> AnyModel | None:
    """The model of a scenario's tables by their `kind`; None where there is no such kind."""
    kind = data.get("kind", "astrocyte")
    return MODELS.get(kind) if isinstance(kind, str) else None
