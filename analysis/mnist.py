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
# # MNIST and Fashion-MNIST from one number
#
# Astrocytes over receptive fields, keep or revert, no gradient. This notebook draws the finished runs of `mnist`,
# `mnist_rivals` and `fashion` that lie in the folder of runs (`ASTROSIM_RUNS`, default `runs/`). Where there are none
# it makes short ones (a few seconds each), if the data sets are at hand (`ASTROSIM_DATA`); else it says so and shows
# nothing.

# %%
import os

import numpy as np
from common import RUNS, made, show

from astrosim import load_scenario, open_run, plot
from astrosim.core.errors import AstrosimError
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.show.summary import ArraySummary

SETS = ("mnist", "fashion")
SHORT = [
    'seeds="3000:2"',
    "schedule.trials=60000",
    "conditions={minute={}}",
    "network.units=256",
    "batches.last=5000",
    "record.every=10000",
]


# %%
def finished() -> dict[str, ArraySummary]:
    """Finished runs on MNIST or Fashion-MNIST, by the name of their directory."""
    found = {}
    for path in sorted(RUNS.glob("*/scenario.toml")):
        try:
            scenario = load_scenario(path)
            if isinstance(scenario, ArrayScenario) and scenario.task.data in SETS:
                summary = ArraySummary.read(path.parent)
                found |= {path.parent.name: summary} if summary.rows else {}
        except AstrosimError as error:
            print(f"left out: {error}")
    return found


runs = finished()
if not runs and os.environ.get("ASTROSIM_DATA"):
    for name in SETS:
        made(f"{name}_short", name, SHORT)
    runs = finished()
if not runs:
    print("SKIPPED: no finished run of mnist, mnist_rivals or fashion, and no data to make one.")
    print("Set ASTROSIM_DATA to the folder of MNIST and Fashion-MNIST, or: astrosim run mnist --data DIR")

# %% [markdown]
# ## Accuracies, and what they took

# %%
for name, summary in runs.items():
    for condition in summary.conditions:
        accuracy, one = summary.column(condition, "test_accuracy"), summary.resolved[condition]
        images = summary.column(condition, "sample_evaluations").mean()
        print(
            f"{name:14} {condition:16} {len(accuracy)} seeds, {one.network.units:5,} units, {one.schedule.trials:9,} "
            f"trials, {images:.1e} images: {np.median(accuracy):.3f} ({accuracy.min():.3f} to {accuracy.max():.3f})"
        )
        floor = {"mnist": 0.9, "fashion": 0.78}[one.task.data]
        assert one.learner.rule != "astrocytes" or one.schedule.trials < 60_000 or np.median(accuracy) > floor

# %%
for name, summary in runs.items():
    show(plot.field_curves(open_run(summary.directory), summary.rows), f"{name}_curves")

# %% [markdown]
# ## Nothing is fitted by heart
#
# Reward on the last training batch and on the test images: their gap is what the network knows by heart.

# %%
for name, summary in runs.items():
    for condition in summary.conditions:
        train, test = (summary.column(condition, f"{part}_reward").mean() for part in ("train", "test"))
        print(f"{name:14} {condition:16} mean log likelihood: last batch {train:.2f}, test images {test:.2f}")
        assert test <= 0
        assert train <= 0

# %%
for name, summary in runs.items():
    show(plot.field_confusion(open_run(summary.directory), summary.rows), f"{name}_confusion")
    counts = open_run(summary.directory).confusion.values
    assert (counts[counts.sum(axis=(-2, -1)) > 0].sum(axis=(-2, -1)) == 10_000).all()

# %% [markdown]
# ## Reading
#
# - One global scalar is enough for MNIST and Fashion-MNIST; the runs above say how far it gets at which length. Long
#   runs (`astrosim run mnist`) get further: accuracy still rises with trials, batch size and units.
# - A trial costs what its territory costs. Twice the units need more trials, but not dearer ones.
# - Settings were chosen by validation images, on other seeds; the test images are looked at in records alone.
# - A random mask of as many synapses does as well per image (`mnist_rivals`): locality buys cost, not accuracy.
