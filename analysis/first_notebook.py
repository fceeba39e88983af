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
# # A first notebook: from a run to a figure of one's own
#
# **Question.** How does one look at a run: what is in it, how do curves get an interval, and do two conditions differ?
#
# **To run it.** `make notebooks NAMES=first_notebook`, or cell by cell in JupyterLab. It takes seconds; nothing but the
# public doors of the package is used.

# %%
import matplotlib.pyplot as plt

from astrosim import open_run, tutorial
from astrosim.statistics import mean_interval, seed_band
from astrosim.summary import comparisons_frame, conditions_frame, read

# %% [markdown]
# ## A run
#
# `tutorial.run_directory` carries out a small run when it is first asked for: the bundled scenario `quick` on twelve
# seeds. Any other run is opened alike, by its directory.

# %%
run = tutorial.run_directory("learning")
ds = open_run(run)
print(", ".join(f"{ds.sizes[name]} {name}s" for name in ("condition", "seed", "episode", "astrocyte", "neuron")))
print(ds.condition.values, ds.seed.values)

# %% [markdown]
# ## Its variables
#
# Every variable has named dimensions, a unit and a meaning.

# %%
for name in ("pattern_accuracy", "threshold", "exploration_rate", "activations", "trial_pattern", "weight"):
    variable = ds[name]
    print(f"{name:18}{variable.attrs['units']:10}{variable.attrs['long_name']}")
    print(f"{'':18}{', '.join(variable.dims)}")
assert (ds.sizes["condition"], ds.sizes["seed"]) == (2, 12)

# %% [markdown]
# ## Curves with an interval
#
# Accuracy is the share of right bits, by pattern; a network's own is their mean. `seed_band` gives the mean over seeds
# with the ends of its 95 % interval at each episode.

# %%
accuracy = ds.pattern_accuracy.mean("pattern")
band = seed_band(accuracy, bounds=(0, 1))
figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
for condition in ds.condition.values:
    one = band.sel(condition=condition)
    axes.fill_between(one.episode, one.low, one.high, alpha=0.2)
    axes.plot(one.episode, one["mean"], label=condition)
axes.set(xlabel="episode", ylabel="accuracy (mean of 12 seeds)")
axes.legend()
assert ((band.low <= band["mean"]) & (band["mean"] <= band.high)).all()

# %% [markdown]
# The controls are never trained: they answer 00000 to everything, which is right in half of the bits, and the band has
# no width. The others rise over all hundred episodes.

# %%
assert not ds.output.sel(condition="control").any()

# %% [markdown]
# ## A figure of one's own
#
# What one network does: thresholds of its eight astrocytes, a line each, and which patterns it has right.

# %%
network = ds.sel(condition="maturity", seed=1000)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
network.threshold.plot.line(x="episode", hue="astrocyte", ax=left, add_legend=False)
network.pattern_accuracy.plot(x="episode", y="pattern", vmin=0, vmax=1, cmap="viridis", ax=right)
left.set(title="seed 1000: astrocytes", xlabel="episode", ylabel="threshold")
right.set(title="seed 1000: patterns", xlabel="episode", ylabel="pattern")
assert network.threshold.sizes == {"episode": 21, "astrocyte": 8}

# %% [markdown]
# ## Two conditions
#
# `conditions_frame` gives each condition's mean with its interval, of the main result or of any other column of
# `summary.csv`; `comparisons_frame` their difference, paired by seed: both conditions of a seed share one network.

# %%
means = conditions_frame(run)
print(means.round(4), "\n")
print(conditions_frame(run, "ceiling").round(4), "\n")
found = comparisons_frame(run, [("maturity", "control")]).loc[("maturity", "control")]
print(found.round(4).to_string())
assert (found.wins, found.ties, found.losses) == (12, 0, 0)
assert found.low > 0

# %% [markdown]
# The same for something that no file holds, such as the share of what each wiring allows that was learned:

# %%
rows = read(run)
share = rows.column("maturity", "mean_accuracy") / rows.column("maturity", "ceiling")
interval = mean_interval(share)
print(f"{interval.mean:.3f} of the ceiling ({interval.low:.3f} to {interval.high:.3f}), {interval.n} seeds")
assert interval.high <= 1

# %% [markdown]
# ## Reading
#
# A thousand trials raise accuracy from .5 to .627 (.603 to .656), on each of twelve seeds: about nine tenths of what
# the wirings allow. The same calls open a run of any kind; the documentation's how-to pages go on with figures for a
# paper, tables for other programs, and the trained network itself.
