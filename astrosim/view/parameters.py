"""Numbers, choices, and yes or no of a scenario as controls: kind, range and unit come from the fields themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from astrosim.scenario.field_info import KINDS, choices, fields_of, interval, limits, sections_of
from astrosim.scenario.relevance import named_in_full
from astrosim.systems.threshold.scenario.schema import Scenario

LEFT_OUT = ("task", "record", "sweep")  # what is learned, what is stored, and what other runs are made of
PUBLISHED = ("learner", "sensing.rule", "exploration.rule")  # all that may vary in the published system
SLIDER_SPAN = 2.0  # 1; real fields of at most this range get a slider
SLIDER_STEPS = 255  # whole numbers of at most this number of values get one too
FINENESS = 0.01  # 1; step of a slider over real numbers


@dataclass(frozen=True)
class Parameter:
    """A field that can be changed before a reset.

    Attributes
    ----------
    path : str
        As in a scenario file: ``network.p_within``.
    kind : type
        int, float, bool or str.
    choices : tuple of str
        Of a text; else empty.
    low, high : float or None
        Ends of a slider; None where the range is too wide for one.
    interval, unit, meaning : str
    value : int, float, bool or str
        Of the scenario.
    """

    path: str
    kind: type
    choices: tuple[str, ...]
    low: float | None
    high: float | None
    interval: str
    unit: str
    meaning: str
    value: Any

    @property
    def name(self) -> str:
        """Its name within the section, in words."""
        return self.path.rpartition(".")[2].replace("_", " ")

    @property
    def label(self) -> str:
        """Name and unit."""
        return self.name if self.unit in ("", "1") else f"{self.name} ({self.unit})"

    @property
    def hint(self) -> str:
        """Meaning and range."""
        return f"{self.meaning}; {self.interval}" if self.interval else self.meaning

    @property
    def fineness(self) -> float:
        """Step of a slider."""
        return 1 if self.kind is int else FINENESS

    def read(self, value: Any) -> Any:
        """Return a control's value as the field's type."""
        return self.kind(value)


def parameters(scenario: Any) -> dict[str, list[Parameter]]:
    """Return the parameters of a resolved scenario of any kind by section, in the order of the schema."""
    of_threshold = isinstance(scenario, Scenario)
    kind: Any = type(scenario)
    groups = dict[str, list[Parameter]]()
    if of_threshold:
        groups["system"] = [found] if (found := _parameter(scenario, "", "learner")) else []
    left_out = (*LEFT_OUT, *(named_in_full(kind) if of_threshold else ()))  # learners that have sections of their own
    for section, model in sections_of(kind).items():
        if section not in left_out and isinstance(getattr(scenario, section, None), model):
            candidates = (_parameter(scenario, section, name) for name in model.model_fields)
            groups[section] = [parameter for parameter in candidates if parameter]
    if of_threshold and scenario.system == "published":
        groups = {section: [p for p in group if p.path in PUBLISHED] for section, group in groups.items()}
    return {section: group for section, group in groups.items() if group}


def _parameter(scenario: Any, section: str, name: str) -> Parameter | None:
    """The parameter of a field; None where it holds neither a number, a yes or no, nor one of several texts."""
    path = f"{section}.{name}" if section else name
    kind: Any = type(scenario)
    facts, owner = fields_of(kind).get(path), getattr(scenario, section) if section else scenario
    if facts is None:
        return None
    info, value = type(owner).model_fields[name], getattr(owner, name)
    names = choices(info.annotation)
    if not names and facts.kind not in (KINDS[int], KINDS[float], KINDS[bool]):
        return None
    low, high = _ends(limits(info), type(value))
    within = "" if names else interval(limits(info))
    return Parameter(path, type(value), names, low, high, within, facts.unit, facts.meaning, value)


def _ends(bounds: dict[str, Any], kind: type) -> tuple[float | None, float | None]:
    """Ends of a slider, where the range is closed and narrow."""
    if not {"ge", "le"} <= set(bounds):
        return None, None
    low, high = bounds["ge"], bounds["le"]
    narrow = high - low <= (SLIDER_STEPS if kind is int else SLIDER_SPAN)
    return (low, high) if narrow else (None, None)
