"""Records of single trials that a scenario asks for (trials, from 0)."""

from __future__ import annotations

from typing import Any, NamedTuple

from astrosim.systems.threshold.scenario import readers

Scenario = Any  # the schema checks what is wanted

MOST_VALUES = 2**31
"""Values of firing of one replicate, at most: 256 MiB as bits; assumed: what a laptop opens at once."""


class Wanted(NamedTuple):
    """Records of a replicate.

    Attributes
    ----------
    decisions : bool
        Pattern, decision and active astrocytes of every trial.
    rewards : bool
        Rewards before and after, and eligible synapses, of every trial.
    firing : range
        Trials of which the firing of neurons is kept.
    """

    decisions: bool
    rewards: bool
    firing: range

    @property
    def traced(self) -> bool:
        """Whether an engine leaves more than decisions."""
        return self.rewards or len(self.firing) > 0


def wanted(scenario: Scenario) -> Wanted:
    """Return the records of single trials that a resolved scenario asks for."""
    record, trials = scenario.record, scenario.schedule.trials
    rewards = record.trials and readers.trials_count(scenario)
    start, stop = record.firing_trials or (0, trials)
    firing = range(start, min(stop, trials), record.firing_every) if readers.firing_is_kept(scenario) else range(0)
    return Wanted(record.decisions or rewards, rewards, firing)


def problems(scenario: Scenario) -> list[str]:
    """Return what is wrong with the records that a scenario asks for, one line each."""
    last = scenario.schedule.episodes
    missing = [episode for episode in scenario.record.weights_at if not -last <= episode < last]
    weights = [f"record.weights_at: no such episode ({one}). Write -{last} to {last - 1}." for one in missing]
    return weights + _firing_problems(scenario)


def _firing_problems(scenario: Scenario) -> list[str]:
    chosen, trials, neurons = scenario.record.firing_trials, scenario.schedule.trials, scenario.network.neurons
    if chosen and (len(chosen) != 2 or not 0 <= chosen[0] < chosen[1] <= trials):
        return [
            f"record.firing_trials: no trials of this run ({list(chosen)}). Write [first, end], from [0, 1] to "
            f"[0, {trials}]."
        ]
    values = len(wanted(scenario).firing) * neurons
    if values > MOST_VALUES:
        most = max(1, MOST_VALUES // neurons)
        return [
            f"record.firing: more than {MOST_VALUES:,} values per replicate ({values // neurons:,} trials x "
            f"{neurons:,} neurons). Write record.firing_trials = [0, {min(most, trials)}], or record.firing_every = "
            f"{-(-values // MOST_VALUES)}."
        ]
    return []


def record_words(scenario: Scenario) -> str:
    """Return what is recorded and when, in words."""
    own = wanted(scenario)
    text = f"every {scenario.record.every} episodes and the last"
    told = ["every decision"] * own.decisions + ["the rewards of every trial"] * own.rewards
    if own.firing:
        every = "every trial" if own.firing.step == 1 else f"every {own.firing.step:,} trials"
        span = f" from trial {own.firing[0]:,} to {own.firing[-1]:,}" if scenario.record.firing_trials else ""
        told.append(f"who fires in {every}{span}")
    return text + "".join(f", and {one}" for one in told)
