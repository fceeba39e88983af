"""The sections of a scenario of a spiking network: every number with default, unit and source.

Source of the defaults: NEST 3.10 ("NEST") where it has the parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import Real, Section, as_tuple, quantity

Texts = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
Parameters = dict[str, Any]


class Population(Section):
    """Population of nodes of one model: an entry of ``network.populations``."""

    name: str = quantity("", "by which connections and inputs name it", "", min_length=1, max_length=64)
    model: str = quantity("iaf_psc_exp", "of neurons, or of astrocytes", "", "NEST")
    size: int = quantity(1, "nodes", "nodes", ge=1, le=10**7)
    parameters: Parameters = quantity(
        {},
        "parameters and initial values by NEST's names: a number, a list, or { uniform = [low, high] }, "
        "{ normal = [mean, standard deviation] }",
        "",
    )
    width: Real = quantity(0.0, "of the square in which its nodes lie at random; 0: no places", "um", ge=0, le=1e6)


class Wiring(Section):
    """Connection between populations: an entry of ``network.connections``."""

    pre: Texts = quantity((), "populations of presynaptic nodes", "", min_length=1)
    post: Texts = quantity((), "populations of postsynaptic nodes", "", min_length=1)
    rule: Literal["all_to_all", "one_to_one", "pairwise_bernoulli", "fixed_indegree", "fixed_total_number"] = quantity(
        "all_to_all", "which pairs are connected", "", "NEST"
    )
    p: Real = quantity(1.0, "pairwise_bernoulli: probability of each pair", "1", "NEST", ge=0, le=1)
    number: int = quantity(1, "fixed_indegree: per target; fixed_total_number: of all", "synapses", ge=0, le=10**9)
    autapses: bool = quantity(False, "a neuron onto itself", source="NEST")
    weight: Any = quantity(1.0, "pA or nS, as the target's model has it; a number or a distribution", "pA", "NEST")
    delay_ms: Any = quantity(1.0, "a number or a distribution, rounded to the grid", "ms", "NEST")
    synapse: str = quantity("static", "model of the synapse", "", "NEST")
    parameters: dict[str, Real] = quantity({}, "of the synapse: U, tau_rec, tau_fac, tau_psc", "")
    astrocytes: str = quantity("", "population of astrocytes that join the synapses; empty: none", "")
    third_rule: Literal["bernoulli_with_pool", "territory"] = quantity(
        "bernoulli_with_pool", "which astrocytes join which synapses", "", "NEST"
    )
    third_p: Real = quantity(1.0, "bernoulli_with_pool: probability that a synapse gets one", "1", "NEST", ge=0, le=1)
    pool_size: int = quantity(1, "bernoulli_with_pool: astrocytes of each target", "astrocytes", "NEST", ge=1)
    pool_type: Literal["random", "block"] = quantity("random", "bernoulli_with_pool: how pools are made", "", "NEST")
    radius: Real = quantity(50.0, "territory: distance from the astrocyte to the middle of the synapse", "um", gt=0)
    weight_in: Real = quantity(1.0, "from neuron to astrocyte", "1", "NEST")
    delay_in_ms: Real = quantity(1.0, "from neuron to astrocyte", "ms", "NEST", gt=0)
    weight_out: Real = quantity(1.0, "slow inward current from astrocyte to neuron", "pA", "NEST")
    delay_out_ms: Real = quantity(1.0, "from astrocyte to neuron", "ms", "NEST", gt=0)


class GapJunctions(Section):
    """Gap junctions between astrocytes."""

    rule: Literal["none", "linear", "threshold_linear"] = quantity("none", "flux of IP3 of a junction", "")
    neighbours: Literal["ring", "radius", "all"] = quantity("ring", "which astrocytes are coupled", "")
    radius: Real = quantity(75.0, "largest distance of neighbours", "um", "Stimberg et al. 2018", gt=0)
    strength: Real = quantity(
        0.09, "F: 1/s (linear) or uM/s (threshold_linear)", "1/s", "Stimberg et al. 2018", ge=0, le=1000
    )
    threshold: Real = quantity(0.3, "I_Theta", "uM", "Stimberg et al. 2018", ge=0)
    width: Real = quantity(0.05, "omega_I", "uM", "Stimberg et al. 2018", gt=0)
    gap_step_ms: Real = quantity(10.0, "over which a flux is held", "ms", "Stimberg et al. 2018", gt=0)


class SpikingNetwork(Section):
    """Network: from files, or of populations."""

    neurons: InputFile | None = quantity(None, "CSV: neuron,model and parameters by NEST's names", "")
    astrocytes: InputFile | None = quantity(None, "CSV: astrocyte,model and parameters by NEST's names", "")
    synapses: InputFile | None = quantity(None, "CSV: pre,post,weight,delay_ms and perhaps a model", "")
    tripartite: InputFile | None = quantity(
        None, "CSV: pre,astrocyte,post,weight_in,weight_out,delay_in_ms,delay_out_ms", ""
    )
    populations: Annotated[tuple[Population, ...], BeforeValidator(as_tuple)] = quantity(
        (), "populations: tables [[network.populations]]", "", max_length=1000
    )
    connections: Annotated[tuple[Wiring, ...], BeforeValidator(as_tuple)] = quantity(
        (), "connections: tables [[network.connections]]", "", max_length=10_000
    )
    tolerance_mv: Real = quantity(
        1e-12,
        "aeif_cond_alpha: error of V allowed in a sub-step near the threshold; 1e-8: faster",
        "mV",
        "measured",
        ge=1e-14,
        le=0.01,
    )
    leap_ms: Real = quantity(
        0.0, "longest leap of astrocytes without slow inward currents; 0: each step", "ms", "measured", ge=0, le=50
    )


class PoissonInput(Section):
    """Poisson trains, one of its own per node: an entry of ``input.poisson``."""

    target: Texts = quantity((), "populations, or nodes", "", min_length=1)
    rate_hz: Real = quantity(0.0, "mean rate", "Hz", "NEST", ge=0, le=1e6)
    weight: Real = quantity(1.0, "as of synapses", "pA", "NEST")
    delay_ms: Real = quantity(1.0, "from train to node", "ms", "NEST", gt=0)
    start_ms: Real = quantity(0.0, "first time", "ms", "NEST", ge=0)
    stop_ms: Real = quantity(1e12, "last time", "ms", "NEST", gt=0)


class CurrentInput(Section):
    """Constant currents that change: an entry of ``input.currents``."""

    target: Texts = quantity((), "populations, or nodes", "", min_length=1)
    time_ms: Real = quantity(0.0, "from when the current holds", "ms", ge=0)
    amplitude: Real = quantity(0.0, "in place of I_e", "pA")


class SpikingInput(Section):
    """Input from outside."""

    spikes: InputFile | None = quantity(None, "CSV: target,time_ms,weight,delay_ms", "")
    poisson: Annotated[tuple[PoissonInput, ...], BeforeValidator(as_tuple)] = quantity(
        (), "Poisson trains: tables [[input.poisson]]", "", max_length=10_000
    )
    currents: Annotated[tuple[CurrentInput, ...], BeforeValidator(as_tuple)] = quantity(
        (), "steps of current: tables [[input.currents]]", "", max_length=100_000
    )


class SpikingSchedule(Section):
    """Length of a simulation."""

    duration_ms: Real = quantity(1000.0, "biological time", "ms", gt=0, le=1e9)
    step_ms: Real = quantity(0.1, "step of the grid", "ms", "NEST", ge=0.001, le=20)


class TraceEntry(Section):
    """Variable to be recorded: an entry of ``record.traces``."""

    variable: str = quantity(
        "V_m", "V_m, I_syn_ex, I_syn_in, I_SIC, w, g_ex, g_in; Ca_astro, IP3, h_IP3R, SIC ...", "", max_length=32
    )
    nodes: Texts = quantity((), "numbers or names of neurons, a:NUMBER of astrocytes, or populations", "", min_length=1)
    every_ms: Real = quantity(1.0, "time between two samples", "ms", gt=0)


class SpikingRecord(Section):
    """Records of a simulation."""

    spikes: bool = quantity(True, "every spike of every neuron")
    traces: Annotated[tuple[TraceEntry, ...], BeforeValidator(as_tuple)] = quantity(
        (), "variables over time: tables [[record.traces]]", "", max_length=100
    )


TABLES: Mapping[str, type[Section]] = {
    "network.populations": Population,
    "network.connections": Wiring,
    "input.poisson": PoissonInput,
    "input.currents": CurrentInput,
    "record.traces": TraceEntry,
}
"""Entries of lists of tables."""
