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
# # Digits from one number
#
# Astrocytes own hidden units over receptive fields, perturb their synapses, and hear one scalar: whether the mean log
# likelihood of the training images rose. Beside them, on the same network, images and number of images evaluated:
# random masks of as many synapses, a (1+1) evolution strategy and SPSA over the whole network, and backpropagation.
#
# Three drawn splits of scikit-learn's 8x8 digits, 5,000 trials on 128 units; `astrocytes_60k` has 1,024 units and
# 60,000 trials. `astrosim run digits` makes the long version with ten splits.
#
# To run it: `make dev`, then `python analysis/digits.py` in the environment; figures go to `figures/` beside the
# runs. The environment variable `ASTROSIM_RUNS` names the folder of runs (default: `runs/`).

# %%
import numpy as np
from common import made, show

from astrosim import open_run, plot
from astrosim.systems.arrays.show.summary import ArraySummary

SHORT = [
    'seeds="3000:3"',
    "schedule.trials=5000",
    "conditions.astrocytes_60k.schedule.trials=60000",
    "record.every=1000",
]
directory = made("digits_short", "digits", SHORT)
summary, dataset = ArraySummary.read(directory), open_run(directory)

# %% [markdown]
# ## What each learner reaches, and what it costs
#
# *Images*: put through a changed network. *Synapses*: computed again for them, summed over images; this is what a
# machine has to do, on any machine. (Seconds are in the run's report.)

# %%
print(f"{'condition':18} {'trials':>7} {'images':>9} {'synapses':>10} {'test accuracy':>14} {'least to most':>15}")
for name in summary.conditions:
    accuracy, first = summary.column(name, "test_accuracy"), summary.of(name)[0]
    synapses = summary.column(name, "synapse_evaluations").mean()
    print(
        f"{name:18} {first['trials']:7,} {first['sample_evaluations']:9.1e} {synapses:10.1e} "
        f"{np.median(accuracy):14.3f} {accuracy.min():8.3f}-{accuracy.max():.3f}"
    )

# %%
rivals = [name for name in summary.conditions if name != "astrocytes_60k"]
images = {name: summary.column(name, "sample_evaluations") for name in rivals}
assert all((count == images["astrocytes"]).all() for count in images.values()), "not the same images for all"
accuracy = {name: float(np.median(summary.column(name, "test_accuracy"))) for name in summary.conditions}
cost = {name: float(summary.column(name, "synapse_evaluations").mean()) for name in summary.conditions}
assert accuracy["astrocytes"] > 0.93
assert accuracy["astrocytes_60k"] > 0.97
assert abs(accuracy["random_mask"] - accuracy["astrocytes"]) < 0.03, "a random mask is neither better nor worse"
for name in ("random_mask", "one_plus_one", "spsa", "backpropagation"):
    print(f"{name}: {cost[name] / cost['astrocytes']:.0f} times the synapses of the astrocytes")
assert cost["random_mask"] > 2 * cost["astrocytes"]
assert cost["one_plus_one"] > 20 * cost["astrocytes"]

# %%
show(plot.field_curves(dataset, summary.rows), "digits_curves")

# %% [markdown]
# ## What is taken for what

# %%
show(plot.field_confusion(dataset, summary.rows), "digits_confusion")

# %% [markdown]
# ## Astrocytes in the plane
#
# Each lies at the centre of its units' fields. None of them stands out: all keep about as much of what they propose. By
# 60,000 trials the training images are fitted, nothing is left to gain, and sigma has fallen to almost nothing.

# %%
show(plot.field_astrocytes(dataset, "astrocytes_60k", 3000), "digits_astrocytes")
kept = dataset.astrocyte_kept.sel(condition="astrocytes_60k").sum("astrocyte")
tried = dataset.astrocyte_tried.sel(condition="astrocytes_60k").sum("astrocyte")
rates = (kept / tried).values
print("share of proposals kept:", ", ".join(f"{rate:.2f}" for rate in rates))
assert ((rates > 0.02) & (rates < 0.5)).all()

# %% [markdown]
# ## Reading
#
# - One scalar and no gradient are enough for digits: the astrocytes read unseen ones at 97 to 99 % within 60,000
#   trials.
# - **Locality buys no accuracy.** Random masks of as many synapses learn as well from the same images. Evolution over
#   all synapses at once keeps up as well on this small, noise-free task (the whole training set is the batch).
# - **Locality buys cost.** What a territory changes is computed from a few units: several times fewer synapses than
#   for a mask, tens of times fewer than for the whole network. The gap grows with the network, the territory's cost
#   does not.
# - Backpropagation gets there with fewer images (in mini-batches with a hundredth of them, as an independent program
#   found). It needs a path backwards for each synapse, the others one number.
# - Tuned alike (`tune_digits`) all five end within two of 400 validation images: this task tells them apart by cost.
# - Three splits are few: differences of one or two test images in a hundred between learners mean nothing here.
