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
# # Eight of eight: all patterns, on every seed
#
# **Question.** The report's network reaches about two thirds of its bits, and could not reach more than .70: its
# wiring is the limit. What if it is given a neuron that always fires, a second cycle, and a reward taken over all
# patterns before a decision?
#
# **Claim.** Keep-or-revert then finds weights for all eight patterns on every seed, within some 1,000 trials, and
# does not lose them.
#
# **To run it.** `make notebooks NAMES=eight_of_eight`. Seeds 20000 to 20059, the first sixty of the scenario's
# thousand, named before the run.

# %% [markdown]
# ## The run
#
# 5,000 trials of eight passes each. `race` makes the decisions of `radius_4`, but gives a perturbation up as soon as
# the patterns that are left could not save it.

# %%
import numpy as np
from common import opened, passes_to_solve, show, solving

from astrosim import plot

NAMES = ["radius_3", "radius_4", "race", "one_cycle"]
dataset, summary = opened(
    "eight_of_eight", "eight_of_eight", ['seeds = "20000:60"', "schedule.episodes = 100", "record.every = 5"]
)
solving(summary)

# %%
show(plot.solved_curves(*passes_to_solve(summary, NAMES)), "eight_of_eight_solved")

# %%
trials = {name: summary.column(name, "solved_trial") for name in NAMES}
passes = {name: summary.column(name, "solved_passes") for name in NAMES}
assert all(np.isfinite(trials[name]).all() for name in ("radius_3", "radius_4", "race"))
assert np.isnan(trials["one_cycle"]).all()
assert np.median(trials["radius_4"]) <= 1000
assert np.quantile(trials["radius_4"], 0.95) <= 2000
assert np.array_equal(trials["race"], trials["radius_4"])
saved = 1 - np.median(passes["race"]) / np.median(passes["radius_4"])
print(f"a race saves {saved:.0%} of the passes until the task is solved, and decides the same")

# %% [markdown]
# ## What comes after
#
# A seed counts as solved the first time that all 40 bits are right. Is the solution kept? Accuracy of the frozen
# network at every record after that.

# %%
for name in ("radius_3", "radius_4"):
    right = dataset["pattern_accuracy"].sel(condition=name).mean("pattern")
    after = (dataset["episode"] + 1) * 50 >= dataset["solved_trial"].sel(condition=name).isel(episode=-1)
    later = right.values[after.transpose(*right.dims).values]
    print(f"{name}: {later.size} records after the solution, {np.mean(later < 1.0):.2%} with a wrong bit")
    assert np.mean(later < 1.0) < 0.02
    assert (right.isel(episode=-1) == 1.0).all()

# %% [markdown]
# ## What one cycle could do at most
#
# The structural ceiling of one cycle is exact; of two cycles the weights that were found prove that it is 1.

# %%
for name in ("one_cycle", "radius_4"):
    accuracy, ceiling = summary.column(name, "mean_accuracy"), summary.column(name, "ceiling")
    print(f"{name}: accuracy {accuracy.mean():.4f}, ceiling {ceiling.mean():.4f}")
assert (summary.column("radius_4", "ceiling") == 1.0).all()
assert summary.column("one_cycle", "ceiling").max() < 1.0

# %% [markdown]
# ## Reading
#
# The report's network cannot solve its task, whatever learns: with one cycle, even with the tonic neuron, the exact
# ceiling is .765 on average, and .735 is reached. With a second cycle the same keep-or-revert rule solves all eight
# patterns on all sixty seeds (interval .940 to 1), with territories of radius 4 after 932 trials in the median and
# 1,750 at the 95 % quantile. The full scenario (`astrosim run eight_of_eight`, 1,000 seeds) finds 1,000 of 1,000
# (.996 to 1) for both radii, 898 and 1,832 trials for radius 4, 1,001 and 2,134 for radius 3, and 999 of 1,000 for 32
# small territories. A solution is not final at once: in .9 % of the later records a bit is wrong again, since the
# mean reward may rise while one output falls; at the end all are right, and in the full scenario none is wrong after
# trial 5,000. Racing decides the same and saves 15 % of the passes. A median of 600 trials, which was hoped for, was
# not reached. What is new here is the network and the scalar, not the locality: see `update_scope` and `both_worlds`.
