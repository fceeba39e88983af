"""What `astrosim new` writes: a commented scenario of each kind."""

from __future__ import annotations

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
regular = 18            # regular neurons a cluster, besides 5 input, 5 output and 2 modulatory ones
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
per_cluster = 4         # astrocytes a cluster
radius = 3.0            # units, territory
max_active = 3          # astrocytes a trial

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

WAVE_TEMPLATE = """# One line that says what this experiment asks.
#
# Paper     Who, when, what, section.
# Question  What varies, what is measured, and what would count as an answer.
#
# Every field that is left out has a value of Peterson, "What can astrocytes compute?", or one that trained well;
# `astrosim explain {name}.toml` lists all of them with range, unit and source, and the width of every layer.

kind = "wave"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:10"       # first:count; a seed is a network of its own, trained once
device = "cpu"          # or "cuda", or "auto"

[task]
data = "digits"         # scikit-learn's 8x8 digits, no download; or "xor", "mnist", "fashion"
# train = 10_000        # images used, the first ones
# validation = 200      # images kept out of training, to choose settings by

[front]
rule = "sparse"         # random projection; or "none", "gaussian", "vae", "covae"
width = 20              # features: cells of the first layer
standardise = true      # z-scores by the training images

[network]
steps = "gd gd gd gd gd"  # s spread (2 cells more), g gather (2 less), d slide: 20-18-18-16-16-14-14-12-12-10-10
reach = 3               # cells in reach
activation = "tanh"     # after every step but the last
initial = "unit"        # rows of norm 1 over live connections

[training]
learning_rate = 0.01    # Adam
decay = "cosine"        # to 0 over the run; or "constant"

[schedule]
epochs = 10
batch = 128             # images an update

# Each condition overrides any of the fields above.
[conditions.wave]

[conditions.wave_2d]    # the same features as a grid; G gathers rows only, C columns only
network = { grid = [4, 5], steps = "sdddGGC", activation = "elu" }
training.learning_rate = 0.02

[conditions.mlp]        # neurons, all to all
network = { model = "mlp", hidden = [20], activation = "elu" }
training.learning_rate = 0.02

# Published figures to set beside the measured ones, if there are any.
# [reference.wave]
# test_accuracy = 0.67875
"""

FIELDS_TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# Astrocytes over receptive fields learn to classify images from one scalar, by keep or revert.
# `astrosim explain {name}.toml` lists all fields with range, unit and source, and the phases of a trial.

kind = "fields"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:5"        # first:count; a seed is a network of its own

[task]
data = "digits"         # scikit-learn's 8x8 digits, no download; or "mnist", "fashion"
split = "drawn"         # the seed draws the test images; "given": those of the data set
test = 360              # test images
validation = 200        # images kept out of training, to choose settings by

[network]
units = 128             # hidden units
field = 4               # pixels, side of each unit's receptive field

[territory]
units = 1               # hidden units that an astrocyte owns

[perturbation]
sigma = 0.05            # of each astrocyte at the start; it adapts
cap = 0.1               # and never exceeds this

[batches]               # all 1,237 training images in every batch
first = 1_237
last = 1_237
stay = 1_000            # trials between two refreshes from scratch

[schedule]
trials = 40_000

[record]
every = 4_000           # trials

# Each condition overrides any of the fields above.
[conditions.astrocytes]

[conditions.random_mask]  # as many synapses, anywhere
learner.rule = "random_mask"
"""

TEMPLATES = {"astrocyte": TEMPLATE, "wave": WAVE_TEMPLATE, "fields": FIELDS_TEMPLATE}
