"""A commented scenario of a threshold network: the file that `astrosim new` writes."""

TEMPLATE = """# One line that says what this experiment asks.
#
# Paper     Who, when, what, section.
# Question  What varies, what is measured, and what would count as an answer.
#
# Every field that is left out has the value of Murray (2026); `astrosim explain {name}.toml` lists all of them with
# range, unit and source.

name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
system = "described"    # or "published": the report's program, replayed count by count
learner = "astrocytes"  # or "cursor", or "none"
seeds = "1000:10"       # first:count, or a list such as [42, 137]

[network]
clusters = 2            # clusters
regular = 18            # regular neurons per cluster, besides 5 input, 5 output and 2 modulatory ones
p_within = 0.6          # connection probability within a cluster
p_between = 0.5         # connection probability between clusters
# positions = "positions.csv"  # neuron,x,y: places from a file beside this one, in place of drawn ones
# wiring = "wiring.csv"        # pre,post,weight: synapses from a file; weights are rounded to the grid of 2^-22

[task]
# file = "patterns.csv" # input,target: patterns from a file, in place of this list
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

[astrocytes]
per_cluster = 4         # astrocytes per cluster
radius = 3.0            # units, territory
max_active = 3          # astrocytes per trial

[sensing]
rule = "traffic"        # or "firing"

[exploration]
rule = "maturity"       # or "flat", or "none"

[perturbation]
scope = "territory"     # or "random", "single", "global"
sigma = 0.1             # standard deviation of the step

[schedule]
episodes = 500
trials_per_episode = 10

[record]
every = 25              # episodes

# Each condition overrides any of the fields above.
[conditions.learning]

[conditions.control]
learner = "none"        # initial weights, never trained

# Published figures to set beside the measured ones, if there are any.
# [reference.learning]
# accuracy = 0.68
"""
