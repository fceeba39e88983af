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
# # Factors: what the recipe needs, and how far a step should go
#
# **Question.** All eight patterns are learned on every seed (notebook `eight_of_eight`). Which parts of the recipe
# does that rest on? And how many synapses should a step move, and how far?
#
# **Claim.** Two things are needed: a neuron that always fires, and a second cycle. All others change how soon. The
# step may vary within a broad optimum, along a rule of thumb: sigma times the square root of the number of synapses,
# 2 to 3.5.
#
# **To run it.** `make notebooks NAMES=factors`. Seeds 23000 to 23011 of the scenario `factors` (the first twelve of
# its hundred) and 24000 to 24007 of `step_size` (the first eight of its fifty), named before the run.
#
# *Prototype*: what an earlier program found on 60 to 300 other seeds, with other random draws; the scenarios were
# written to confirm it.

# %%
import numpy as np
from common import medians, opened, show, solving
from matplotlib.colors import LogNorm

from astrosim.plot.style import SEQUENTIAL, new_figure, styled

TRIALS = 20_000  # of a run

# %% [markdown]
# ## One factor at a time
#
# Base: two cycles, a tonic neuron, all eight patterns per trial, log sigmoid at gain 3, sigma .3 on 5 % of a territory.

# %%
PROTOTYPE = {  # share solved, median trials
    "base": (1.0, 1465),
    "cycles_1": (0.0, None),
    "cycles_3": (0.997, 1218),
    "cycles_4": (0.847, 1891),
    "active_2": (1.0, 1330),
    "active_3": (1.0, 1342),
    "active_8": (1.0, 1311),
    "adaptive_sigma": (0.91, 2397),
    "initial_01": (None, 1457),
    "initial_3": (None, 1362),
    "initial_1_0": (None, 1149),
    "clip_1": (None, 1516),
    "clip_4": (None, 1456),
    "clip_10": (None, 1456),
}
dataset, summary = opened("factors", "factors", ['seeds = "23000:12"'])
solving(summary)
assert len(summary.rows) == 15 * 12

# %%
print(f"{'median trials':16}{'measured (95 % interval)':>32}{'prototype':>12}{'it solved':>12}")
for name, words in medians(summary).items():
    share, median = PROTOTYPE.get(name, (None, None))
    print(f"{name:16}{words:>32}{f'{median:,}' if median else '-':>12}{'-' if share is None else f'{share:.1%}':>12}")

# %%
solved = {name: np.isfinite(summary.column(name, "solved_trial")) for name in medians(summary)}
assert not solved["cycles_1"].any()
assert not solved["no_tonic"].any()
others = set(solved) - {"cycles_1", "no_tonic", "cycles_3", "cycles_4", "adaptive_sigma"}
assert all(solved[name].all() for name in others)
for name in ("cycles_1", "no_tonic"):
    print(f"{name}: accuracy {summary.column(name, 'mean_accuracy').mean():.3f}")

# %% [markdown]
# ## How many synapses, and how far
#
# Median trials until all eight patterns are right, over sigma and the share of a territory's synapses that take a step.
# Below a median: on how many of the eight seeds, where it is not all of them. Crossed out: fewer than half.

# %%
SHARES, SIGMAS = (100, 30, 10, 5, 2), (5, 10, 20, 30, 50, 100)  # per cent, hundredths
BEFORE = [  # of the prototype
    [3386, 1943, 2983, 4036, 12477, np.nan],
    [5300, 2008, 1137, 1108, 1498, 3043],
    [16758, 3824, 1430, 1054, 955, 1227],
    [np.nan, 8304, 2234, 1472, 1204, 1270],
    [np.nan, np.nan, 5122, 2873, 2074, 2070],
]
steps, by_step = opened("step_size", "step_size", ['seeds = "24000:8"'])
hits = np.array([[by_step.column(f"s{s:03}_f{f}", "solved_trial") for s in SIGMAS] for f in SHARES])
count = np.isfinite(hits).sum(axis=-1)
middle = np.where(
    count * 2 > hits.shape[-1], np.quantile(np.nan_to_num(hits, nan=np.inf), 0.5, axis=-1, method="higher"), np.nan
)
assert hits.shape == (5, 6, 8)


@styled
def maps(panels):
    """One heat map per panel: title, medians and, where they are known, seeds solved (shape (share, sigma))."""
    figure = new_figure(2.9)
    grid = figure.subplots(1, len(panels), sharey=True)
    scale = LogNorm(800, TRIALS)
    for axes, (title, values, seeds) in zip(grid, panels, strict=True):
        image = axes.imshow(values, cmap=f"{SEQUENTIAL}_r", norm=scale, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            few = "" if seeds is None or seeds[row, column] == 8 else f"\n{seeds[row, column]} of 8"
            text = f"{value:,.0f}{few}" if np.isfinite(value) else f"\u00d7{few}"
            dark = np.isfinite(value) and scale(value) > 0.45
            axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color="white" if dark else "black")
        axes.set_title(title)
        axes.set_xticks(range(len(SIGMAS)), [f"{s / 100:g}" for s in SIGMAS])
        axes.set_xlabel("sigma")
        axes.set_yticks(range(len(SHARES)), [f"{f} %" for f in SHARES])
        axes.spines[:].set_visible(False)
    grid[0].set_ylabel("share of the territory")
    figure.colorbar(image, ax=grid, label="median trials", fraction=0.03)
    return figure


show(maps([("a   measured", middle, count), ("b   prototype", np.array(BEFORE), None)]), "factors_step_size")

# %%
size = float(steps["territory_synapses"].mean())
print(f"synapses of a territory: {size:.0f}")
for share, row in zip(SHARES, middle, strict=True):
    best = int(np.nanargmin(row))
    rule = SIGMAS[best] / 100 * np.sqrt(size * share / 100)
    print(
        f"{share:4} %: best at sigma {SIGMAS[best] / 100:g}, {row[best]:,.0f} trials; sigma x sqrt(synapses) {rule:.1f}"
    )

# %%
best = SIGMAS[int(np.nanargmin(middle[2]))]
known = np.isfinite(middle) & np.isfinite(BEFORE)
ratio = middle[known] / np.array(BEFORE)[known]
print(
    f"measured / prototype, {known.sum()} cells: {ratio.min():.2f} to {ratio.max():.2f}, median {np.median(ratio):.2f}"
)
assert best == 50
assert np.nanmin(middle[2]) == np.nanmin(middle) < 1000
assert (ratio < 2.1).all()
assert (ratio > 0.6).all()
assert count[0, -1] == count[-1, 0] == 0  # too far for all synapses, too near for few

# %% [markdown]
# ## Reading
#
# In full (`astrosim run factors`, 100 seeds; `astrosim run step_size`, 50 seeds; medians of trials with 95 %
# intervals):
#
# - *Needed.* One cycle solves no seed (of 100; accuracy .734), nor does a network without the tonic neuron (.925 = 37
#   of 40 bits: nothing drives the silent pattern, whose target has three ones). The base solves 100 of 100, in 1,539
#   trials (1,366 to 1,678; prototype 1,465). A third cycle solves 99, in 1,269 (1,044 to 1,430; 1,218), a fourth 88,
#   in 2,327 (1,812 to 2,788; 84.7 %, 1,891: somewhat slower here).
# - *Not needed.* A sigma that adapts to success is worse: 88 of 100, 2,635 (2,294 to 3,434; 91 %, 2,397). Initial
#   weights from .01 to 1 and clipping from 1 to 10 all solve every seed and change the median by less than a fifth;
#   clipping at 4 or at 10 gives the same median.
# - *Two, three, eight astrocytes at once*, as many synapses per trial: 1,391 (1,197 to 1,463), 1,268 (1,166 to 1,430),
#   1,166 (1,106 to 1,248), where the prototype had 1,330, 1,342, 1,311. A gain, small but clear for eight: the more
#   the same number of synapses is spread, the better. Here, too, it is not locality that learns.
# - *Step size.* 5 %, sigma .3: 1,287 (1,177 to 1,588); 10 %, sigma .5: 977 (904 to 1,141; prototype 955), the least
#   of all; 10 %, sigma .3: 1,001 (867 to 1,089). The same broad valley as the prototype's, and the same cliffs: whole
#   territories at sigma 1 solve 3 of 50, 2 % at sigma .05 none.
# - *The rule of thumb* (sigma times the root of the number of synapses, 2 to 3.5): on fifty seeds the best products
#   are 2.1, 3.5, 3.4, 2.4 and 1.5 for 100, 30, 10, 5 and 2 % of a territory. Only the last is outside, where sigma .5
#   is already large beside the limit of the weights, 2. Eight seeds above are too few to find the best of a flat
#   valley.
#
# Twelve and eight seeds above show the order of magnitude, not more: the medians of the map lie between .89 and 2.05
# times the prototype's, on fifty seeds between .87 and 1.33 times.
