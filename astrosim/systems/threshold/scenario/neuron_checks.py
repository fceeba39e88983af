"""What must fit together where neurons learn by themselves, or stand as in experiments 001 to 018.

Every text: ``field: what is wrong (value). What would be right.``
"""

from __future__ import annotations

from typing import Any

Scenario = Any  # the schema imports its checks


def problems(scenario: Scenario) -> list[str]:
    """Return all problems of a scenario whose `neuronal` holds."""
    if scenario.learner == "both" and scenario.system == "published":
        return [
            'learner: neurons and astrocytes never learnt together there ("both"). Write system = "described", or '
            'learner = "neurons" or "astrocytes".'
        ]
    found = [*_network_problems(scenario), *_other_problems(scenario), *_rule_problems(scenario)]
    return [*found, *_joint_problems(scenario)]


def _network_problems(scenario: Scenario) -> list[str]:
    net, found = scenario.network, []
    if net.layout == "relay" and scenario.learner not in ("neurons", "none"):
        found.append(
            'network.layout: in a relay only neurons learn so far ("relay"). Write learner = "neurons", or "none", or '
            'network.layout = "lattice".'
        )
    if net.layout == "relay" and net.clusters < 2:
        found.append(f"network.clusters: a relay has inputs in one and outputs in another ({net.clusters}). Write 2.")
    if scenario.system == "published" and net.layout != "relay":
        found.append(
            f'network.layout: the published neurons that learn stand in a relay ("{net.layout}"). Write "relay".'
        )
    own = (
        ("tonic", 0),
        ("input_clusters", "all"),
        ("synapses", "all"),
        ("positions", None),
        ("wiring", None),
        ("start", None),
    )
    found += [
        f"network.{name}: not in a relay ({getattr(net, name)!r}). Remove it."
        for name, default in own
        if net.layout == "relay" and getattr(net, name) != default
    ]
    if net.start is not None and scenario.learner == "neurons" and net.layout != "relay":
        found.append(
            f"network.start: neurons that learn alone start from drawn weights ({net.start.name!r}). Remove it, or "
            "write another learner."
        )
    return found


def _other_problems(scenario: Scenario) -> list[str]:
    found = []
    if scenario.homeostasis.rule == "episode":
        found.append(
            'homeostasis.rule: only the published cursor has it ("episode"). Write "step" or "none", or learner = '
            '"cursor" in the published system.'
        )
    if scenario.interventions:
        count = len(scenario.interventions)
        found.append(f"interventions: not where neurons learn by themselves ({count}). Remove them.")
    if scenario.agents.astrocyte is not None and scenario.system == "published":
        found.append("agents.astrocyte: only the described system takes own astrocytes. Remove it.")
    return found


def _rule_problems(scenario: Scenario) -> list[str]:
    if scenario.learner not in ("neurons", "both"):
        return []
    found = []
    if scenario.modulation.source == "modulatory" and scenario.network.modulatory == 0:
        found.append(
            'network.modulatory: nobody releases reward (0). Write 1 or more, or modulation.source = "outputs".'
        )
    if scenario.modulation.cycling and scenario.modulation.source == "outputs":
        found.append("modulation.cycling: only modulatory neurons take turns (true). Write false.")
    if scenario.modulation.shape_to < scenario.modulation.shape_from:
        found.append(
            f"modulation.shape_to: before modulation.shape_from = {scenario.modulation.shape_from} "
            f"({scenario.modulation.shape_to}). Write {scenario.modulation.shape_from} or more."
        )
    return found


def _joint_problems(scenario: Scenario) -> list[str]:
    """What neurons do not do where astrocytes decide beside them."""
    if scenario.learner != "both":
        return []
    found = []
    if scenario.decision.window != 1:
        found.append(
            f"decision.window: neurons learn from one pattern per trial ({scenario.decision.window}). Write 1, or "
            'learner = "astrocytes".'
        )
    if scenario.plasticity.provisional:
        found.append(
            "plasticity.provisional: where astrocytes keep and revert, too, a change stands (true). Write false, or "
            'learner = "neurons".'
        )
    if scenario.homeostasis.every_cycle:
        found.append(
            "homeostasis.every_cycle: thresholds that move within a pass leave astrocytes nothing to compare (true). "
            'Write false, or learner = "neurons".'
        )
    return found
