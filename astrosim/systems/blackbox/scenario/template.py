"""Commented scenarios of an environment and of an objective: the files that `astrosim new` writes."""

TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# Astrocytes over a small network learn to act in an environment from the return of whole episodes, by keep or revert.
# `astrosim explain {name}.toml` lists all fields with range, unit and source, and the phases of a trial.

kind = "task"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:5"        # first:count; a seed is a network of its own

[task]
environment = "CartPole-v1"   # a Gymnasium id; or "module:Class" beside this file, with allow_code = true
# max_steps = 200       # longest episode, where neither the id nor the class sets one

[network]
units = 16              # hidden units

[decision]
episodes = 8            # of a batch: the same before and after each change
stay = 10               # trials that a batch stays
race = 0.25             # after this share of the batch a proposal that is behind is given up

[schedule]
steps = 100_000         # environment steps, all counted but those of the test

[record]
every = 10_000          # steps
test = 100              # episodes at the end

# Each condition overrides any of the fields above.
[conditions.astrocytes]

[conditions.random_mask]  # as many synapses, anywhere
learner.rule = "random_mask"
"""

OBJECTIVE_TEMPLATE = """# One line that says what this experiment asks.
#
# Question  What varies, what is measured, and what would count as an answer.
#
# Astrocytes own some of the numbers that a function takes, and improve them from its value alone, by keep or revert.
# `astrosim explain {name}.toml` lists all fields with range, unit and source, and the phases of a trial.

kind = "task"
name = "{name}"
title = "One line for the report"
source = "where the experiment comes from"
seeds = "1000:5"        # first:count

[task]
objective = "astrosim.tasks:sphere"   # "module:function" of (weights), beside this file or installed
size = 40               # numbers that it takes
allow_code = true       # the function is run

[territory]
size = 5                # numbers that an astrocyte owns

[schedule]
evaluations = 20_000

[record]
every = 1_000           # evaluations

# Each condition overrides any of the fields above.
[conditions.astrocytes]

[conditions.cma_es]
learner.rule = "cma_es"
"""
