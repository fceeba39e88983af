"""A commented scenario of a calcium-wave network: the file that `astrosim new` writes."""

TEMPLATE = """# One line that says what this experiment asks.
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
batch = 128             # images per update

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
