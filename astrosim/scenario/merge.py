"""Conditions merged into the tables of a scenario, and the defaults that follow what they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.scenario.schema import REGULAR
from astrosim.scenario.wave import follow_variant


def merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Deep-merge an override into a scenario's tables; lists are replaced whole.

    What stands at a default follows the choice that sets the default: the number of regular neurons follows an
    overridden `system`, and the network of a wave its model and variant. Patterns replace a file of patterns, and a
    file replaces patterns; an own class of astrocytes replaces the file of another.
    """
    data = _deep_merge(base, override)
    if base.get("kind") == "wave":
        return follow_variant(data, base, override)
    return _follow_system(_one_module(_one_task(data, override), override), base, override)


def _deep_merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    data = dict(base)
    for key, value in override.items():
        old = data.get(key)
        data[key] = _deep_merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return data


def _one_task(data: dict[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Patterns or a file of them, whichever was named last."""
    task = override.get("task")
    if isinstance(task, dict) and len({"file", "patterns"} & set(task)) == 1:
        gone = "patterns" if "file" in task else "file"
        data["task"] = {key: value for key, value in data["task"].items() if key != gone}
    return data


def _one_module(data: dict[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """The file of the class of astrocytes that was named last."""
    agents = override.get("agents")
    if isinstance(agents, dict) and "astrocyte" in agents and "file" not in agents:
        data["agents"] = {key: value for key, value in data["agents"].items() if key != "file"}
    return data


def _follow_system(data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """The number of regular neurons of another system, unless it was chosen by hand."""
    system, network = base.get("system", "described"), base.get("network", {})
    if data.get("system", "described") != system and isinstance(network, dict):
        own = override.get("network", {})
        if network.get("regular") == REGULAR.get(str(system)) and isinstance(own, dict) and "regular" not in own:
            data["network"] = {key: value for key, value in data["network"].items() if key != "regular"}
    return data
