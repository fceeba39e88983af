"""The sections of a scenario: every number of the system as a field with its default, unit, range and source.

Source of the defaults: Murray 2026 ("the report"); section numbers refer to it. Lengths are in units of the report's
plane ("units"), times in trials, everything else is dimensionless. "program" stands for the report's public program,
"spec" for the statement of its rules that this package follows.

Validators raise `ValueError` with one line a problem: ``field: what is wrong (value). What would be right.``; `load`
adds file and line.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from astrosim.rules.choices import (
    ACCEPTANCE,
    CALCIUM_MODELS,
    CONSOLIDATION,
    EXPLORATION,
    GRAPHS,
    REWARDS,
    SCOPE,
    SELECTION,
    SENSING,
    meanings,
)
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import PATTERN_LIMIT, Real, Section, as_tuple, complain, quantity, short
from astrosim.systems.population import sections as population
from astrosim.systems.population.sections import EIGHT_PATTERNS, PatternTask, as_pairs
from astrosim.systems.threshold.scenario import contents, readers

TRIAL = population.Turn("per trial", "1/trial", "")


class Agents(Section):
    """An own class of astrocytes, written in Python."""

    astrocyte: str | None = quantity(
        None, "own subclass of Astrocyte, as 'module:Class'; none: the report's astrocytes", "1", max_length=200
    )
    file: InputFile | None = quantity(None, "the module's file; found if it lies beside the scenario", "1")

    @model_validator(mode="after")
    def _named(self) -> Agents:
        name = self.astrocyte
        if name is None and self.file is not None:
            complain([f"file: no class of it is named ({self.file.name!r}). Write agents.astrocyte = 'module:Class'."])
        if name is not None and not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*", name):
            complain([f"astrocyte: no class of a module ({short(name)}). Write 'my_module:MyAstrocyte'."])
        if name is not None and name.partition(":")[0].endswith(".py"):
            right = name.replace(".py:", ":")
            complain([f"astrocyte: the name of a file, not of a module ({short(name)}). Write {right!r}."])
        return self


class Task(PatternTask):
    """Which inputs should give which outputs. Cluster 0 carries the task."""

    patterns: tuple[tuple[str, str], ...] = quantity(
        EIGHT_PATTERNS, "pairs [input bits, target bits]", "bits", "3.3", min_length=1, max_length=PATTERN_LIMIT
    )
    file: InputFile | None = quantity(None, "file of patterns (CSV input,target), in place of `patterns`", "1")

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, data: Any) -> Any:
        """A file gives the patterns."""
        if not isinstance(data, dict) or data.get("file") is None:
            return data
        try:
            file = InputFile.of(data["file"])
        except ValueError:
            return data  # the field itself says why
        patterns = contents.read_patterns(file)
        if as_pairs(data.get("patterns", patterns)) != patterns:
            raise ValueError(f"patterns: not those of task.file ({file.name!r}). Remove one of the two.")
        return {**data, "file": file, "patterns": patterns}


class Astrocytes(Section):
    """The population that learns."""

    per_cluster: int = quantity(
        4, "astrocytes per cluster, on a lattice over its bounding box", "astrocytes", "3.2", ge=1, le=10_000
    )
    radius: Real = quantity(
        3.0, "territory: neurons of the same cluster within this 2-D distance", "units", "3.2", gt=0, le=1e6
    )
    threshold: Real = population.first_threshold(TRIAL, read_if=readers.astrocytes_score)
    window: int = population.remembered_outcomes(TRIAL, read_if=readers.astrocytes_score)
    selection: Literal[*SELECTION] = quantity("score", meanings(SELECTION), "", "4.2")  # type: ignore[valid-type]
    max_active: int = population.most_active(TRIAL)


class Sensing(Section):
    """Sensing of the last pass."""

    rule: Literal[*SENSING] = quantity("traffic", meanings(SENSING), "", "4.1")  # type: ignore[valid-type]


class Exploration(Section):
    """Spontaneous activation of astrocytes that are below threshold."""

    rule: Literal[*EXPLORATION] = quantity("maturity", meanings(EXPLORATION), "", "4.2")  # type: ignore[valid-type]
    flat_rate: Real = population.flat_rate(TRIAL)
    initial_rate: Real = population.initial_rate(TRIAL)
    maturity: Real = population.maturity(TRIAL)


class Perturbation(Section):
    """Which synapses change in a trial, and by how much."""

    scope: Literal[*SCOPE] = quantity("territory", meanings(SCOPE), "", "7.1", read_if=readers.perturbs)  # type: ignore[valid-type]
    fraction: Real = quantity(1.0, "random part of these that takes a step", "1", gt=0, le=1, read_if=readers.perturbs)
    sigma: Real = quantity(
        0.1, "standard deviation of the Gaussian step", "1", "4.3", gt=0, le=16, read_if=readers.perturbs
    )
    limit: Real = quantity(2.0, "weights stay within [-this, this]", "1", "4.3", gt=0, le=1024)
    adapt_sigma: bool = quantity(
        False, "whether each astrocyte's sigma follows its success, starting from `sigma`", read_if=readers.perturbs
    )
    sigma_rise: Real = quantity(
        1.3, "under adapt_sigma: factor after a kept trial", "1", ge=1, le=10, read_if=readers.sigma_adapts
    )
    sigma_fall: Real = quantity(
        0.9365, "under adapt_sigma: factor after a reverted one", "1", gt=0, le=1, read_if=readers.sigma_adapts
    )
    sigma_cap: Real = quantity(
        1.0, "under adapt_sigma: sigma rises no further", "1", gt=0, le=16, read_if=readers.sigma_adapts
    )


class Cursor(Section):
    """The single wandering point of experiment 020; 2-D here, 3-D in the published system."""

    radius: Real = quantity(
        2.0, "synapses with a neuron within this distance are eligible", "units", "program", gt=0, le=1e6
    )
    jump: Real = quantity(0.05, "probability of a jump to a uniform place", "1/trial", "program", ge=0, le=1)
    step: Real = quantity(1.5, "else each coordinate moves uniformly by up to this", "units", "program", ge=0, le=1e6)


Ends = Annotated[tuple[int, int], BeforeValidator(as_tuple)]


class Coupling(Section):
    """Gap junctions between astrocytes, over which an activation spreads as a calcium wave; off by default."""

    graph: Literal[*GRAPHS] = quantity(  # type: ignore[valid-type]
        "none", "which astrocytes share gap junctions: none, each with its nearest, all within reach, or a list", ""
    )
    neighbours: int = quantity(
        4,
        "under `nearest`: each with this number, and with all as near as the last",
        "astrocytes",
        ge=1,
        le=1000,
        read_if=lambda s: s.coupling.graph == "nearest",
    )
    reach: Real = quantity(
        5.0,
        "under `distance`: those within this 2-D distance",
        "units",
        gt=0,
        le=1e9,
        read_if=lambda s: s.coupling.graph == "distance",
    )
    edges: Annotated[tuple[Ends, ...], BeforeValidator(as_tuple)] = quantity(
        (),
        "under `edges`: pairs of astrocytes",
        "astrocytes",
        max_length=1_000_000,
        read_if=lambda s: s.coupling.graph == "edges",
    )
    length: Real = quantity(
        5.0,
        "lambda: a wave arrives with amplitude exp(-distance / length)",
        "units",
        ge=1e-6,
        le=1e9,
        read_if=readers.waves_spread,
    )
    speed: Real = quantity(
        1.0,
        "v: a wave needs distance / speed trials, rounded up, at least 1",
        "units/trial",
        ge=1e-6,
        le=1e9,
        read_if=readers.waves_spread,
    )
    calcium: Literal[*CALCIUM_MODELS] = quantity(  # type: ignore[valid-type]
        "linear", f"what an astrocyte makes of arrivals; {meanings(CALCIUM_MODELS)}", "", read_if=readers.waves_spread
    )
    capacity: Real = quantity(
        2.0,
        "calcium at which nothing more is taken up",
        "1",
        gt=0,
        le=1e9,
        read_if=lambda s: readers.waves_spread(s) and "capacity" in CALCIUM_MODELS[s.coupling.calcium].needs,
    )
    decay_time: Real = quantity(
        10.0,
        "tau: calcium decays by exp(-1 / decay_time) per trial",
        "trials",
        ge=1e-2,
        le=1e9,
        read_if=readers.waves_spread,
    )
    gain: Real = quantity(0.5, "g: a score grows by gain * calcium", "1", ge=0, le=1000, read_if=readers.waves_spread)
    relay: bool = quantity(False, "whether arrivals are sent on", "", read_if=readers.waves_spread)
    relay_threshold: Real = quantity(
        0.1,
        "an arrival is sent on iff its amplitude is strictly above",
        "1",
        ge=0,
        le=1,
        read_if=readers.waves_are_sent_on,
    )
    refractory: int = quantity(
        20,
        "an astrocyte sends nothing on for so long after a wave that it has sent",
        "trials",
        ge=1,
        le=10**9,
        read_if=readers.waves_are_sent_on,
    )

    @model_validator(mode="after")
    def _edges_fit(self) -> Coupling:
        problems = []
        if self.graph == "edges" and not self.edges:
            problems.append('edges: none for coupling.graph = "edges" (()). Write pairs such as [[0, 1], [1, 2]].')
        if self.graph != "edges" and self.edges:
            problems.append(
                f'edges: nothing for coupling.graph = "{self.graph}" ({short(self.edges)}). '
                'Remove them, or write coupling.graph = "edges".'
            )
        for pair, (one, other) in enumerate(self.edges):
            if one == other:
                problems.append(f"edges: pair {pair + 1} joins an astrocyte with itself ({one}). Remove it.")
            elif min(one, other) < 0:
                problems.append(f"edges: pair {pair + 1} has a negative number ({one}, {other}). Write numbers from 0.")
        if len({tuple(sorted(pair)) for pair in self.edges}) < len(self.edges):
            problems.append(f"edges: a pair is listed twice ({len(self.edges)} pairs). Remove it.")
        complain(problems[:10])
        return self


class Decision(Section):
    """Keep or revert."""

    reward: Literal[*REWARDS] = quantity("soft", meanings(REWARDS), "", "4.4", read_if=readers.rewarded)  # type: ignore[valid-type]
    gain: Real = quantity(
        1.0,
        "under soft and log_sigmoid: what the distance is multiplied by",
        "1",
        gt=0,
        le=1000,
        read_if=lambda s: readers.rewarded(s) and "gain" in REWARDS[s.decision.reward].needs,
    )
    cap: Real = quantity(
        0.5,
        "under margin: more distance than this is worth no more",
        "1",
        gt=0,
        le=1000,
        read_if=lambda s: readers.rewarded(s) and "cap" in REWARDS[s.decision.reward].needs,
    )
    accept: Literal[*ACCEPTANCE] = quantity("strict", meanings(ACCEPTANCE), "", "4.5", read_if=readers.perturbs)  # type: ignore[valid-type]
    temperature: Real = quantity(
        0.01,
        "under metropolis",
        "1",
        gt=0,
        le=1000,
        read_if=lambda s: readers.perturbs(s) and s.decision.accept == "metropolis",
    )
    margin: Real = quantity(
        0.0,
        "the reward must rise by more than this for a perturbation to stand",
        "1",
        ge=0,
        le=10,
        read_if=readers.perturbs,
    )
    consolidation: Literal[*CONSOLIDATION] = quantity(  # type: ignore[valid-type]
        "whole", f"how much of a kept step stays; {meanings(CONSOLIDATION)}", "", read_if=readers.perturbs
    )
    rate: Real = quantity(
        0.3,
        "under part and proportional",
        "1",
        gt=0,
        le=1000,
        read_if=lambda s: readers.perturbs(s) and s.decision.consolidation != "whole",
    )
    race: bool = quantity(
        False,
        "whether a perturbation is given up as soon as the patterns that are left could not save it",
        read_if=readers.perturbs,
    )
    window: int = quantity(
        1,
        "patterns, drawn afresh each trial, whose mean reward decides; 0: all",
        "patterns",
        ge=0,
        le=PATTERN_LIMIT,
        read_if=readers.perturbs,
    )


class Schedule(Section):
    """Length of a run."""

    episodes: int = quantity(20_000, "episodes", "episodes", "6.3", ge=1, le=10**9)
    trials_per_episode: int = quantity(10, "trials per episode", "trials", "program", ge=1, le=10**6)
    trial_seconds: Real = quantity(
        1.0, "how long a trial lasts; only turns trials into seconds in tables and figures", "s", ge=1e-6, le=1e9
    )

    @property
    def trials(self) -> int:
        """Trials of one replicate."""
        return self.episodes * self.trials_per_episode


class Record(Section):
    """Record plan. Nothing here changes a run."""

    every: int = quantity(250, "record every this many episodes, and the last", "episodes", "program", ge=1, le=10**9)
    decisions: bool = quantity(True, "keep pattern, decision and active astrocytes of every trial")
    trials: bool = quantity(
        False,
        "keep the rewards before and after, and the number of eligible synapses, of every trial; and the decisions",
        read_if=readers.trials_count,
    )
    firing: bool = quantity(
        False, "keep which neurons fired in the standing pass of a trial", read_if=readers.trials_fire
    )
    firing_trials: Annotated[tuple[int, ...], BeforeValidator(as_tuple)] = quantity(
        (),
        "under `firing`: [first trial, the one behind the last]; none: all trials",
        "trial",
        read_if=readers.firing_is_kept,
    )
    firing_every: int = quantity(
        1,
        "under `firing`: of these trials, the first, and one after each of this number",
        "trials",
        ge=1,
        le=10**9,
        read_if=readers.firing_is_kept,
    )
    weights_at: Annotated[tuple[int, ...], BeforeValidator(as_tuple)] = quantity(
        (-1,), "weights after these episodes (from 0; -1 is the last)", "episode", max_length=1000
    )
