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
# # Window: how many patterns before a decision?
#
# **Question.** The report judges a perturbation by one pattern. What if the reward is the mean over K of the eight
# before anything is decided?
#
# **Claim.** With whole steps kept, only a window of nearly all patterns solves the task; one pattern at a time cannot
# be built upon.
#
# **To run it.** `make notebooks NAMES=window`. Seeds 21000 to 21011, the first twelve of the scenario's hundred,
# named before the run.

# %%
import numpy as np
from common import opened, passes_to_solve, show, solving

from astrosim import plot

WINDOWS = (1, 2, 4, 8)
dataset, summary = opened("window", "window", ['seeds = "21000:12"', "schedule.episodes = 200", "record.every = 10"])
solving(summary)

# %%
two = [f"k{k}" for k in WINDOWS]
show(plot.solved_curves(*passes_to_solve(summary, [*two, "k8_three_cycles", "k8_soft"])), "window_solved")
accuracy = {name: summary.column(name, "mean_accuracy") for name in two}
show(
    plot.accuracy_by_condition(accuracy, {name: summary.column(name, "ceiling") for name in two}, {}), "window_accuracy"
)

# %%
for name in two:
    print(f"{name}: accuracy {accuracy[name].mean():.3f}, kept {summary.column(name, 'accept_rate').mean():.3f}")
assert np.isfinite(summary.column("k8", "solved_trial")).all()
assert np.isnan(summary.column("k1", "solved_trial")).all()
assert [accuracy[name].mean() for name in two] == sorted(accuracy[name].mean() for name in two)

# %% [markdown]
# ## Reading
#
# To come.
