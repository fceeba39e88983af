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
# # What can astrocytes compute? Figures 2 to 4 from stored runs
#
# Peterson's networks of calcium waves, redrawn from runs of `astrosim run`: every repeat is a point or a line, medians
# are marked, and so is the published value wherever a scenario names one. Nothing is trained here, but for one small
# run where there is none at all.
#
# To run it: `make dev`, then `python analysis/waves.py` in the environment; figures go to `figures/` beside the runs.
# The environment variable `ASTROSIM_RUNS` names the folder of runs (default: `runs/`). `make notebooks NAMES=waves`
# executes it as a notebook, on the small run alone.

# %%
from pathlib import Path

import numpy as np
from common import RUNS, made, show

from astrosim import load_scenario, open_run, plot
from astrosim.core.errors import AstrosimError
from astrosim.statistics import median_interval
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.summary import WaveSummary
from astrosim.systems.waves.show.tables import comparison_pairs

SMALL = ["schedule.epochs=3", 'seeds="1000:5"']  # of the run that is made where there is none


# %% [markdown]
# ## The runs in hand
#
# All directories of the folder that hold a finished run of waves. Without any, a small one of `offline_digits` is made:
# scikit-learn's 8x8 digits, which need no download.


# %%
def read_runs(folder: Path) -> dict[str, WaveSummary]:
    """Runs of waves with at least one finished replicate, by the name of their directory."""
    found = {}
    for path in sorted(folder.glob("*/scenario.toml")):
        try:
            if isinstance(load_scenario(path), WaveScenario) and (summary := WaveSummary.read(path.parent)).rows:
                found[path.parent.name] = summary
        except AstrosimError as error:
            print(f"left out: {error}")
    return found


runs = read_runs(RUNS)
if not runs:
    made("offline_digits_small", "offline_digits", SMALL)
    runs = read_runs(RUNS)
datasets = {name: open_run(summary.directory) for name, summary in runs.items()}
for name, summary in runs.items():
    collapsed = sum(row["collapsed"] for row in summary.rows)
    print(f"{name}: {len(summary.conditions)} conditions, {len(summary.rows)} networks, {collapsed} collapsed")


# %%
def published(summary: WaveSummary) -> dict[str, float]:
    """Published test accuracies by condition."""
    reference = summary.scenario.reference
    return {name: figures["test_accuracy"] for name, figures in reference.items() if "test_accuracy" in figures}


# %% [markdown]
# ## Figure 2: learning
#
# Test accuracy after every epoch. A thin line is a network, dotted if it ends collapsed; the thick line is the median.
# A network that stays on the dashed line names one class for all images.

# %%
for name, summary in runs.items():
    print(name)
    show(plot.wave_curves(datasets[name], summary.rows, "test_accuracy"), f"{name}_accuracy_by_epoch")
    show(plot.wave_curves(datasets[name], summary.rows, "test_loss"), f"{name}_loss_by_epoch")

# %% [markdown]
# Exclusive or: the share of networks that have had all four rows right, against updates. The paper's bar for astrocytes
# comes from a recipe that switches them off; the program's own wave network ends at one answer for all rows.

# %%
for name, summary in runs.items():
    if any(row["data"] == "xor" for row in summary.rows):
        updates = {condition: scenario.updates_per_epoch for condition, scenario in summary.resolved.items()}
        show(plot.wave_solved(datasets[name], summary.rows, updates), f"{name}_solved")

# %% [markdown]
# ## Figure 3: final accuracy
#
# A point is a network, open if it collapsed; the bar is the median, the triangle the published median.

# %%
for name, summary in runs.items():
    print(name)
    show(plot.wave_accuracy(summary.rows, published(summary)), f"{name}_final_accuracy")

# %% [markdown]
# A median hides collapsed runs while they are fewer than half. So here are both, with the median of those that learned.

# %%
print(f"{'run':24} {'condition':24} {'median':>7} {'95 % interval':>15} {'collapsed':>10} {'without them':>13}")
for name, summary in runs.items():
    for condition in summary.conditions:
        accuracy, down = summary.column(condition, "test_accuracy"), summary.column(condition, "collapsed") > 0
        middle = median_interval(accuracy)
        interval = f"{middle.low:.3f}-{middle.high:.3f}" if np.isfinite(middle.low) else "-"
        others = f"{np.median(accuracy[~down]):.4f}" if not down.all() else "-"
        counted = f"{down.sum()}/{len(down)}"
        print(f"{name:24} {condition:24} {middle.median:7.4f} {interval:>15} {counted:>10} {others:>13}")

# %% [markdown]
# What a collapse looks like: the share of the test images that each network gives to each class. A network that learned
# spreads over a row; a collapsed one (circle) puts everything into one field.

# %%
for name, summary in runs.items():
    if any(row["data"] != "xor" for row in summary.rows):
        show(plot.wave_classes(datasets[name], summary.rows), f"{name}_classes")

# %% [markdown]
# ## The gap to neurons, pair by pair
#
# Conditions of a seed share projection or VAE, so differences are taken seed by seed. The published gaps of medians are
# .091 (sparse projection), .125 (fixed VAE) and .0755 (VAE learned beside).

# %%
for name, summary in runs.items():
    pairs = comparison_pairs(summary.resolved, summary.conditions)
    if pairs and not plot.find_sweeps(summary.resolved):
        show(plot.wave_gaps(summary.rows, pairs), f"{name}_gaps")

# %% [markdown]
# ## Figure 4: leak, noise and loss
#
# Accuracy against the strength of a disturbance, and below it the share of networks that collapse: where points fall
# into two clouds, a falling median is a growing share of networks that never learn, not a gradual decline. The paper's
# column without disturbance belongs to another experiment (sparse projections, .679); the right baseline is .81975.

# %%
sweeps = [(name, sweep) for name, summary in runs.items() for sweep in plot.find_sweeps(summary.resolved)]
for name, sweep in sweeps:
    summary = runs[name]
    show(plot.wave_sweep(summary.rows, sweep, summary.scenario.reference), f"{name}_{sweep.field.partition('.')[0]}")
if not sweeps:
    print("No sweep among these runs. `astrosim run leak`, `noise` and `loss` make them.")

# %% [markdown]
# ## What is reproduced, and what is not
#
# Every published figure that the scenarios name. Where a run is shorter than the published one it says so: such a
# difference is no verdict on the claim.

# %%
rows = [(name, figure) for name, summary in runs.items() for figure in summary.published]
for name, figure in rows:
    short = f" [{', '.join(figure.shortfalls)}]" if figure.shortfalls else ""
    print(
        f"{name} / {figure.condition}, {figure.figure}: published {figure.published:g}, "
        f"measured {figure.measured:.4f} (n = {figure.n}): {figure.verdict}{short}"
    )
if not rows:
    print("None of these runs has published figures to be set beside: `astrosim run digits_sparse` has.")

# %% [markdown]
# Three things hold whatever the numbers above say:
#
# - The figure for exclusive or "by astrocytes" was made by neurons (both recipes say `--glia=False`).
# - The "fashion" figures were almost certainly digits: five runs are stuck at .1135, the share of the digit 1.
# - Figure 4 compares its disturbances with a baseline of another experiment.
