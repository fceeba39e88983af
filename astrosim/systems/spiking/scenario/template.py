"""A commented scenario of a spiking network: the file that `astrosim new` writes."""

from __future__ import annotations

TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# Spiking neurons and astrocytes with calcium, simulated as NEST does; names and units of parameters are NEST's.
# `astrosim explain {name}.toml` lists all fields with range, unit and source.

kind = "spiking"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:3"        # first:count; a seed draws the wiring and the Poisson trains
learner = "none"        # a simulation

# A network from files beside this one, in place of populations:
#   network.neurons = "neurons.csv"        neuron,model and any parameter by NEST's name
#   network.astrocytes = "astrocytes.csv"  astrocyte,model and parameters
#   network.synapses = "synapses.csv"      pre,post,weight,delay_ms
#   network.tripartite = "tripartite.csv"  pre,astrocyte,post,weight_in,weight_out,delay_in_ms,delay_out_ms

[[network.populations]]
name = "excitatory"
model = "aeif_cond_alpha"
size = 80
parameters = { tau_syn_ex = 2.0, tau_syn_in = 4.0 }

[[network.populations]]
name = "inhibitory"
model = "aeif_cond_alpha"
size = 20
parameters = { tau_syn_ex = 2.0, tau_syn_in = 4.0 }

[[network.populations]]
name = "astrocytes"
model = "li_rinzel"
size = 100
parameters = { IP3 = 0.4, delta_IP3 = 0.5, tau_IP3 = 2000.0 }

[[network.connections]]
pre = ["excitatory"]
post = ["excitatory", "inhibitory"]
rule = "pairwise_bernoulli"
p = 0.1
weight = 1.0            # nS
delay_ms = 2.0
astrocytes = "astrocytes"   # some synapses get one of them as a third factor
third_p = 0.5
weight_out = 1.0        # pA, slow inward current

[[network.connections]]
pre = ["inhibitory"]
post = ["excitatory", "inhibitory"]
rule = "pairwise_bernoulli"
p = 0.1
weight = -4.0
delay_ms = 1.0

[[input.poisson]]
target = ["excitatory", "inhibitory"]
rate_hz = 2000.0
weight = 1.0

[schedule]
duration_ms = 1000.0
step_ms = 0.1

[record]
spikes = true
traces = [
  { variable = "V_m", nodes = ["0"], every_ms = 1.0 },
  { variable = "Ca_astro", nodes = ["a:0"], every_ms = 1.0 },
]

# Each condition overrides any of the fields above.
[conditions.uncoupled]

[conditions.coupled]
gap_junctions.rule = "linear"
"""
