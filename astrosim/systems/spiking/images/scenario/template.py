"""A commented scenario of images and spiking units."""

from __future__ import annotations

TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# Spiking units over receptive fields learn to classify images from one scalar, by keep or revert.
# `astrosim explain {name}.toml` lists all fields with range, unit and source, and the phases of a trial.

kind = "spiking"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:5"        # first:count; a seed is a network of its own

[task]
data = "digits"         # scikit-learn's 8x8 digits, no download; or "mnist", "fashion"
split = "drawn"         # the seed draws the test images; "given": those of the data set
test = 360              # test images
validation = 200        # images kept out of training, to choose settings by
window_ms = 40.0        # for which an image is shown, from rest

[network]
units = 128             # hidden units, leaky integrate-and-fire
field = 4               # pixels, side of each unit's receptive field

[perturbation]
sigma = 0.3             # of each astrocyte at the start; it adapts
cap = 0.3               # and never exceeds this

[batches]               # all 1,237 training images in every batch
first = 1_237
last = 1_237
stay = 1_000            # trials between two refreshes from scratch

[schedule]
trials = 20_000

[record]
every = 4_000           # trials

# Each condition overrides any of the fields above.
[conditions.long_windows]

[conditions.short_windows]
task.window_ms = 20.0
"""
