"""What a scenario of a spiking network means: its nodes, what comes in, the order inside a step, the work to come."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import Phase
from astrosim.explain.interventions import interventions_table
from astrosim.explain.tables import heading, names_words, new_table, phases_table, together
from astrosim.explain.workload import work_table
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network.description import Network
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.workload import workload

PHASES = (
    Phase("integrate", "each neuron over the step, with the currents and conductances at its start"),
    Phase("fire", "threshold, reset; a spike bears the stamp of the step's end"),
    Phase("receive", "what arrives at the end of the step is added: it acts from the next step on"),
    Phase("calcium", "each astrocyte over the step, then what arrives adds IP3"),
    Phase("release", "slow inward currents from the new calcium, for the steps that their delay names"),
    Phase("record", "the state after all this"),
)


def explanation(scenario: SpikingScenario, resolved: Mapping[str, SpikingScenario], file: str) -> list[RenderableType]:
    """Return the heading, and the parts that follow the values, in order."""
    networks = {name: network_of(one, one.seeds[0]) for name, one in resolved.items()}
    return [
        heading(scenario, file, "spiking network, no learner"),
        nodes_table(networks),
        *([interventions_table(resolved)] if any(one.interventions for one in resolved.values()) else []),
        phases_table("A step, phase by phase", PHASES, resolved, step_rule),
        work_table(workload(scenario)),
    ]


def nodes_table(networks: Mapping[str, Network]) -> Table:
    """Return the nodes and connections of each condition's network, of the first seed."""
    table = new_table(
        "\nNetworks (of the first seed)",
        ("condition", {"overflow": "fold"}),
        ("neurons", {"overflow": "fold"}),
        ("astrocytes", {"overflow": "fold"}),
        ("connections", {"justify": "right"}),
        ("gap junctions", {"justify": "right"}),
    )
    rows = {name: "|".join(network_words(network)) for name, network in networks.items()}
    for names in together(rows).values():
        table.add_row(names_words(names), *network_words(networks[names[0]]))
    return table


def network_words(network: Network) -> tuple[str, str, str, str]:
    """Return neurons and astrocytes by model, connections and gap junctions, in words."""
    neurons = ", ".join(_counts(network.neurons.model, tuple(NEURONS)))
    astrocytes = ", ".join(_counts(network.astrocytes.model, tuple(ASTROCYTES)))
    pairs = f"{len(network.coupling.pairs):,} {network.coupling.rule}" if len(network.coupling.pairs) else "none"
    return neurons or "none", astrocytes or "none", f"{len(network.connections):,}", pairs


def _counts(models: object, known: tuple[str, ...]) -> list[str]:
    found = list(models)  # type: ignore[call-overload]
    return [f"{found.count(name):,} {name}" for name in known if name in found]


def step_rule(phase: str, scenario: SpikingScenario) -> str:
    """Describe a phase of a step under a resolved scenario, with its numbers."""
    step = scenario.schedule.step_ms
    leap = scenario.network.leap_ms
    calcium = f"Runge-Kutta 4, {step:g} ms" if not leap else f"from arrival to arrival, {leap:g} ms at most"
    return {
        "integrate": f"{step:g} ms; exact propagators; aeif_cond_alpha: to {scenario.network.tolerance_mv:g} mV",
        "fire": "u >= threshold; aeif_cond_alpha: V_peak is crossed inside the step",
        "receive": "by step of the spike, then its neuron, then its synapse",
        "calcium": calcium,
        "release": "SIC_scale ln y where y = 1000 (Ca - SIC_th) > 1",
        "record": ", ".join(f"{one.variable} {one.every_ms:g} ms" for one in scenario.record.traces) or "no traces",
    }[phase]
