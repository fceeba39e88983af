"""A sweep on the command line: ``--sweep path=a,b,c`` and ``--sweep path=from:to:steps`` as overrides of [sweep]."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from astrosim.core.errors import ScenarioError
from astrosim.scenario.sweep.list_file import value_of

NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
RANGE = re.compile(rf"(?P<low>{NUMBER}):(?P<high>{NUMBER})(?::(?P<steps>\d+))?(?P<log>:log)?")
EXAMPLE = "--sweep perturbation.sigma=0.1,0.2 or --sweep perturbation.sigma=0.1:0.5:5"


def override_of(text: str) -> str:
    """Return the override that a flag stands for, as `load_scenario` takes it.

    Parameters
    ----------
    text : str
        ``path=a,b,c``, ``path=from:to:steps``, ``path=from:to:steps:log``, or of a random design ``path=from:to``.

    Raises
    ------
    ScenarioError
        If it is of none of these forms.
    """
    path, equals, raw = text.partition("=")
    if not equals or not path.strip() or not raw.strip():
        raise ScenarioError([f"--sweep: not a swept field ({text}). Write {EXAMPLE}."])
    return f"--sweep sweep.{path.strip()}={_axis(raw.strip())}"


def _axis(raw: str) -> str:
    if match := RANGE.fullmatch(raw):
        steps = f", steps = {int(match['steps'])}" if match["steps"] else ""
        scale = ', scale = "log"' if match["log"] else ""
        return f"{{ from = {float(match['low'])}, to = {float(match['high'])}{steps}{scale} }}"
    whole = value_of(raw)
    if isinstance(whole, tuple):
        return raw
    parts = [value_of(part) for part in _parts(raw)]
    return _toml(parts) if len(parts) > 1 else _toml(parts[0])


def _parts(raw: str) -> Iterator[str]:
    """A list taken apart at its commas, those within brackets and quotes left alone."""
    for match in re.finditer(r'(?:\[[^\]]*\]|"[^"]*"|[^,\[])+', raw):
        yield match[0].strip()


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
