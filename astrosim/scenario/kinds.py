"""The kinds of scenarios, by the name that a file gives in `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.scenario.schema import Scenario
from astrosim.scenario.wave import WaveScenario

AnyScenario = Scenario | WaveScenario
MODELS: dict[str, type[Scenario] | type[WaveScenario]] = {"astrocyte": Scenario, "wave": WaveScenario}


def model_of(data: Mapping[str, Any]) -> type[Scenario] | type[WaveScenario] | None:
    """The model of a scenario's tables by their `kind`; None where there is no such kind."""
    kind = data.get("kind", "astrocyte")
    return MODELS.get(kind) if isinstance(kind, str) else None
