"""Own astrocytes: subclasses of `Astrocyte` that a scenario names, and what they change of the rule."""

from __future__ import annotations

from astrosim.systems.threshold.custom.checks import problems
from astrosim.systems.threshold.custom.load import astrocyte_class
from astrosim.systems.threshold.custom.overrides import Overrides, exchanged_formulas, overrides_of

__all__ = ["Overrides", "astrocyte_class", "exchanged_formulas", "overrides_of", "problems"]
