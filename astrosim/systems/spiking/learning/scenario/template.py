"""A commented scenario of a spiking network that learns: the file that `astrosim new` writes."""

from __future__ import annotations

TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# A spiking network learns patterns over short windows; `astrosim explain {name}.toml` lists all fields with range, unit
# and source.

kind = "spiking"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:10"       # first:count; a seed draws the network and all trials

[task]
patterns = [            # input bits, target bits
    ["00000", "10101"],
    ["10000", "01010"],
    ["01000", "11001"],
    ["00100", "00110"],
    ["00010", "10011"],
    ["00001", "01100"],
    ["11000", "00101"],
    ["00110", "11010"],
]
window_ms = 20.0        # for which a pattern is shown
threshold_pa = 93.75    # mean synaptic current above which an output counts as 1

[perturbation]
sigma = 0.5             # standard deviation of a step
fraction = 0.1          # of a territory's synapses

[schedule]
trials = 20_000         # at most; a replicate ends once all bits are right

# Each condition overrides any of the fields above.
[conditions.random]

[conditions.calcium]
astrocytes = { activation = "calcium", max_active = 2, exploration = 0.05 }
"""
