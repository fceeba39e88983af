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
# # Learning in a spiking network: what changes, who acts, what is left after a loss
#
# **Question.** 61 leaky integrate-and-fire neurons learn eight patterns from one scalar reward: astrocytes perturb the
# weights of their territories, and a change stays if the reward of all windows rose. What does learning do to the
# spikes of a window? Which astrocytes act, once their calcium decides? What does the network make of lost neurons?
#
# **Claim.** None is published for spiking networks. Rule, network and task are those of Murray (2026), sections 3 and
# 4; neurons are NEST's `iaf_psc_exp`; calcium is Li and Rinzel's (1994).
#
# **To run it.** `make notebooks NAMES=spiking_learning`. Seeds are the first ones of the scenarios `eight_patterns`
# (5000 to 5019) and `lesion` (8000 to 8009), named there before any of them was run.

# %%
import numpy as np
from common import made, show
from matplotlib.figure import Figure

from astrosim import load_scenario, open_run, resolve
from astrosim.plot.style import colours, new_figure, styled
from astrosim.scenario.bundled import find
from astrosim.statistics import compare, mean_interval, median_interval
from astrosim.systems.spiking.figures.events import read_events
from astrosim.systems.spiking.learning.figures.courses import (
    accuracy_over_trials,
    calcium_over_time,
    solved_over_trials,
    window_raster,
)
from astrosim.systems.spiking.learning.recording import make_learning
from astrosim.systems.spiking.learning.show.summary import WindowSummary

EIGHT = load_scenario(find("spiking/eight_patterns"), ["seeds='5000:20'"])
SEED = EIGHT.seeds[0]
BITS = 40  # eight patterns of five output bits
KEPT = 1

# %% [markdown]
# ## One seed: the windows before and after
#
# A pattern is shown for 20 ms from rest. Its inputs fire at 200 Hz, neuron 60 in every window; the other 55 are free.
# An output (neurons 5 to 9) says 1 if its mean synaptic current is above 93.75 pA.

# %%
scenario = resolve(EIGHT, "calcium")
learner = make_learning(scenario, SEED)
WINDOW, STEP = scenario.task.window_ms, scenario.task.step_ms


def windows(title: str) -> Figure:
    """Raster of the windows of all patterns, as the weights are now."""
    found = [learner.spikes(pattern) for pattern in range(len(scenario.task.patterns))]
    pattern = np.repeat(np.arange(len(found)), [len(own) for own in found])
    stamp, node = np.concatenate(found).T
    return window_raster(pattern, node, STEP * stamp, WINDOW, title)


def free_spikes() -> int:
    """Spikes of neurons that are not driven, in all windows."""
    return sum(int((~learner.network.driven[learner.spikes(n)[:, 1]]).sum()) for n in range(8))


before = learner.outcome()
silent = free_spikes()
show(windows(f"before learning: {before['right_bits']} of {BITS} bits"), "spiking_learning_before")
log = learner.advance(scenario.schedule.trials)
after = learner.outcome()
show(windows(f"after {learner.done} trials: {after['right_bits']} of {BITS} bits"), "spiking_learning_after")
print(f"free spikes per window: {silent / 8:.1f} before, {free_spikes() / 8:.1f} after")
assert before["right_bits"] < BITS == after["right_bits"]
assert free_spikes() > 10 * silent

# %% [markdown]
# ## Reward, and how far the currents are from the threshold
#
# A change stays only if the mean reward rises, so the standing reward never falls. At the end every readout lies on
# its side of the threshold.


# %%
@styled
def reward_and_readouts(reward: np.ndarray, readouts: dict[str, np.ndarray], wanted: np.ndarray) -> Figure:
    """Standing reward over trials; mean synaptic current of each output in each window, by target."""
    figure = new_figure(2.7)
    left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
    left.plot(np.arange(1, len(reward) + 1), reward, color="black", linewidth=0.9)
    left.set_xlabel("trials")
    left.set_ylabel("mean reward of the windows")
    for place, current in enumerate(readouts.values()):
        for bit, (colour, _) in enumerate(colours(["target 0", "target 1"]).values()):
            own = current[wanted == bit]
            spread = np.linspace(-0.15, 0.15, len(own))
            label = f"target {bit}" if not place else None
            right.plot(place + spread + 0.4 * bit - 0.2, own, ".", color=colour, markersize=4, label=label)
        right.set_xticks(range(len(readouts)), list(readouts))
    right.axhline(scenario.task.threshold_pa, color="0.6", linewidth=0.8)
    right.set_ylabel("readout (pA)")
    figure.legend(loc="outside upper right", ncols=2)
    return figure


targets = np.array([[int(bit) for bit in wanted] for _, wanted in scenario.task.patterns])
shown = {"before": before["readout"], "after": after["readout"]}
show(reward_and_readouts(log.reward, shown, targets), "spiking_learning_reward")
kept = log.decision == KEPT
print(f"kept {kept.mean():.1%} of {len(kept)} trials, the last tenth of them {kept[-len(kept) // 10 :].mean():.1%}")
assert (np.diff(log.reward) >= 0).all()
assert ((after["readout"] > scenario.task.threshold_pa) == targets).all()

# %% [markdown]
# ## Who wakes: calcium and thresholds
#
# IP3 flows in with the traffic of a territory. Astrocytes whose calcium is above their own threshold act; thresholds
# follow the success of their last trials. Here the same seed learns again, with a record every ten trials, in the
# condition `strict`, in which nothing happens while all calcium is below its threshold.

# %%
strict = make_learning(resolve(EIGHT, "strict"), SEED)
records, idle = [], 0
while not strict.finished:
    found = strict.advance(10)
    idle += int((found.decision < 0).sum())
    records.append({"trial": strict.done, **strict.outcome()})
seconds = np.array([one["trial"] for one in records]) * strict.trial_ms / 1000.0
calcium, threshold = (np.array([one[name] for one in records]) for name in ("calcium", "threshold"))
show(calcium_over_time(seconds, calcium, threshold, f"strict, seed {SEED}"), "spiking_learning_calcium")
woken = (calcium > threshold).any(axis=0)
acted = np.array(records[-1]["activations"])
print(f"{woken.sum()} of {len(woken)} astrocytes seen above their thresholds; trials in which each acted: {acted}")
print(f"idle trials: {idle} of {strict.done}")
assert 0 < idle < strict.done
assert (threshold[-1] != threshold[0]).any()
assert acted[woken].sum() > 0.9 * acted.sum()

# %% [markdown]
# ## Three activations: trials until every bit is right
#
# The same seeds for all: astrocytes drawn at random, by calcium, and strictly by calcium.

# %%
directory = made("spiking_learning_eight", EIGHT)
summary = WindowSummary.read(directory)
solved = {name: summary.column(name, "solved_trial") for name in summary.conditions}
most = {name: float(EIGHT.schedule.trials) for name in solved}
show(solved_over_trials(solved, most), "spiking_learning_solved")
for name, trials in solved.items():
    interval = median_interval(trials)
    p_value = compare(trials, solved["random"]).p_value
    against = "" if name == "random" else f"  against random, by seed: p = {p_value:.2f}"
    print(f"{name:8} median {interval.median:5,.0f} trials ({interval.low:,.0f} to {interval.high:,.0f}){against}")
assert all(np.isfinite(trials).all() for trials in solved.values())
assert all(400 < np.median(trials) < 3000 for trials in solved.values())

# %% [markdown]
# ## A loss: a fifth of the regular neurons, with astrocytes and without
#
# Two conditions of the scenario `lesion`: after 2,500 trials the same neurons are lesioned in both; in one of them all
# astrocytes are, too. Astrocytes act on weights alone, so what is lost at once is the same; only one network learns on.

# %%
LOSS = load_scenario(find("spiking/lesion"), ["seeds='8000:10'"], ["neurons_later", "both_later"])
directory = made("spiking_learning_lesion", LOSS)
lesion, dataset = WindowSummary.read(directory), open_run(directory)
trials = dataset["record"].values
share, band = {}, {}
for name in lesion.conditions:
    every = dataset["right_bits"].sel(condition=name).values / BITS
    found = [mean_interval(own, bounds=(0.0, 1.0)) for own in every.T]
    share[name] = every.mean(axis=0)
    band[name] = np.array([[one.low for one in found], [one.high for one in found]])
events = read_events(dataset, lesion.resolved, "event_trial")
show(accuracy_over_trials(trials, share, band, events), "spiking_learning_lesion")
at = int(np.searchsorted(trials, 2500))
for name, own in share.items():
    print(f"{name:14} before the loss {own[at]:.3f}, 50 trials after it {own[at + 1]:.3f}, at the end {own[-1]:.3f}")
same = dataset["right_bits"].isel(record=slice(0, at + 1))
assert (same.sel(condition="neurons_later") == same.sel(condition="both_later")).all()
assert share["neurons_later"][at] > share["both_later"][at + 1] == share["both_later"][-1]
assert share["neurons_later"][-1] > share["both_later"][-1]

# %% [markdown]
# ## Reading
#
# Learning recruits the free neurons: before it hardly any of them fires, after it they carry the patterns within 20 ms
# (printed above). The reward rises in steps; most changes are undone. Calcium decides who acts, not whether the task
# is learned: all seeds are solved in each condition, in numbers of trials of the same order. Where neurons are lost,
# answers are lost with them; astrocytes win them back, and without astrocytes nothing changes any more.
