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
# # Proposals side by side
#
# Keep or revert is usually told one proposal at a time. Astrocytes that own different units can propose at once: each
# is judged alone against the same standing network, and those that gained are kept together. Does that cost anything?
#
# Three drawn splits of scikit-learn's 8x8 digits, 20,480 trials, 128 astrocytes; `astrosim run parallel_proposals` has
# ten.
#
# To run it: `make dev`, then `python analysis/parallel_proposals.py` in the environment; figures go to `figures/`
# beside the runs. The environment variable `ASTROSIM_RUNS` names the folder of runs (default: `runs/`).

# %%
import matplotlib.pyplot as plt
import numpy as np
from common import made, show

from astrosim import open_run
from astrosim.systems.arrays.show.summary import ArraySummary

directory = made("parallel_proposals_short", "parallel_proposals", ['seeds="29000:3"'])
summary, dataset = ArraySummary.read(directory), open_run(directory)

# %% [markdown]
# ## What a round of P proposals reaches after equal trials
#
# *Joint*: all that gained, if they gain more together than the best of them alone. *Each*: all that gained, unseen what
# they do together. *Best*: the best alone.

# %%
reached, lost = {}, {}
print(f"{'condition':10} {'P':>3} {'steps':>7} {'test accuracy':>14} {'least to most':>15} {'reward in training':>19}")
for name in summary.conditions:
    size = summary.resolved[name].decision.proposals
    accuracy, reward = summary.column(name, "test_accuracy"), summary.column(name, "train_reward")
    reached[name], lost[name] = float(accuracy.mean()), float(-reward.mean())
    print(
        f"{name:10} {size:3} {20480 // size:7,} {accuracy.mean():14.4f} {accuracy.min():8.3f}-{accuracy.max():.3f} "
        f"{reward.mean():19.5f}"
    )
assert all(abs(reached[f"{rule}_{size}"] - reached["one"]) < 0.01 for rule in ("joint", "each") for size in (4, 16, 64))
assert reached["best_64"] < reached["best_16"] < reached["best_4"]
assert lost["best_64"] > 100 * lost["joint_64"]

# %% [markdown]
# ## Loss of the training images along the run
#
# Against trials (what a machine has to compute) rounds that keep all winners fall on one line; against rounds (what a
# machine that evaluates a round at once has to wait for) larger ones are as many times ahead.

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
looks = {"one": ("black", 1.5, 1.0), "joint": ("C0", 4.0, 0.45), "each": ("C1", 1.5, 1.0), "best": ("C2", 1.5, 1.0)}
styles = {"1": "-", "4": "-", "16": "--", "64": ":"}
for name in summary.conditions:
    rule, _, size = name.partition("_")
    colour, width, alpha = looks[rule]
    loss = -dataset.train_reward.sel(condition=name).mean("seed").dropna("record")
    for axis, trials in zip(axes, (loss.record / 1000, loss.record / int(size or 1)), strict=True):
        axis.plot(trials, loss, styles[size or "1"], color=colour, linewidth=width, alpha=alpha, label=name)
axes[0].set(xlabel="trials (thousands)", yscale="log", ylabel="mean loss, training images (nats)")
axes[1].set(xlabel="rounds", xscale="log")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", fontsize=8)
show(figure, "parallel_proposals")

# %% [markdown]
# ## Reading
#
# - **Winners hardly spoil each other.** Sixty-four of 128 astrocytes at once end where one after the other ends, within
#   the noise of three splits: their territories share no unit, so that what they change of the outputs adds up.
# - Looking at what the winners do together before keeping them (*joint*) buys nothing here, and costs one evaluation a
#   round.
# - Keeping only the best throws away what the others found: its cost grows with the round.
# - So learning by territories is a parallel algorithm: a machine that evaluates 64 proposals in one go waits for 320
#   steps in place of 20,480. On one core it gains nothing: the same images are evaluated.

# %%
one, rounds = reached["one"], [reached[f"joint_{size}"] for size in (4, 16, 64)]
print("joint minus one after the other:", ", ".join(f"{value - one:+.4f}" for value in rounds))
assert np.abs(np.array(rounds) - one).max() < 0.01
