# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Both worlds: astrocytes beside what the field would try first
#
# **Question.** On one network, one task and one budget of forward passes (one pattern through the network): how do
# astrocytes compare with random masks, zero-temperature and adaptive Monte Carlo, a (1+1) evolution strategy, an
# antithetic one, SPSA, node perturbation, REINFORCE, the delta rule and backpropagation?
#
# **Claim of the report** (Murray 2026, section 7.1). Local perturbation learns what global perturbation does not. The
# comparison was never made there.
#
# **To run it.** `make notebooks NAMES=both_worlds`. Seeds 28000 to 28007, the first eight of the scenario's hundred,
# named before the run.

# %%
import numpy as np
from common import opened, show, table

from astrosim import plot

# %% [markdown]
# ## The run
#
# The network of `eight_of_eight`: a tonic neuron and two cycles, hence a ceiling of 1 in nearly all wirings. 40,000
# passes each; the numbers of every rival were chosen on other seeds (see the scenario's head). Not all are told the
# same: the first eight conditions see one scalar a trial; node perturbation and REINFORCE see it pattern by pattern and
# each neuron's own noise; the delta rule and backpropagation see the error of every output.

# %%
dataset, summary = opened("both_worlds", "both_worlds", ['seeds = "28000:8"'])
table(summary)

# %%
names = [str(name) for name in dataset["condition"].values]
solved = {name: summary.column(name, "solved_passes") for name in names}
for name, passes in solved.items():
    hits = np.where(np.isfinite(passes), passes, np.inf)
    print(f"{name}: solved on {np.isfinite(passes).sum()} of 8 seeds; median passes {np.median(hits):,.0f}")
    assert name == "untrained" or summary.column(name, "passes").tolist() == [40_000.0] * 8

# %%
learners = names[:-1]
ceilings = {name: summary.column(name, "ceiling").mean() for name in learners}
show(plot.accuracy_by_passes(dataset.sel(condition=learners), ceilings), "both_worlds_passes")

# %%
show(
    plot.solved_curves({name: solved[name] for name in learners}, dict.fromkeys(learners, 40_000.0)),
    "both_worlds_solved",
)
