"""Defaults of a threshold network that follow what a condition overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REGULAR = {"described": 18, "published": 23}  # regular neurons per cluster (spec, section 1)


def follow(data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Return merged tables in which defaults follow the choices that set them.

    The number of regular neurons follows an overridden `system`. Patterns replace a file of patterns, and a file
    replaces patterns; an own class of astrocytes replaces the file of another; sizes follow a file of neurons.
    """
    return _follow_system(_of_nodes(_one_module(_one_task(data, override), override), override), base, override)


def _of_nodes(data: dict[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes that another file of neurons gives."""
    own = override.get("network")
    if isinstance(own, dict) and own.get("nodes") is not None:
        gone = {"clusters", "inputs", "outputs", "positions"} - set(own)
        data["network"] = {key: value for key, value in data["network"].items() if key not in gone}
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
