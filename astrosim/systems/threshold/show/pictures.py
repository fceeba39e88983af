"""The figures of the report with the words under them: what is shown, of how many seeds, and what bands are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xarray import Dataset

from astrosim.plot.bands import BANDS
from astrosim.plot.solving import solved_curves
from astrosim.plot.timeline import MARKED
from astrosim.report.drawing import Drawn, Kind, Picture, reported
from astrosim.scenario.words import counted
from astrosim.systems.threshold.figures.astrocytes import DRAWN_ASTROCYTES, astrocyte_curves
from astrosim.systems.threshold.figures.budget import accuracy_by_passes
from astrosim.systems.threshold.figures.calcium import calcium_curves, coupled_conditions
from astrosim.systems.threshold.figures.curves import SMOOTHING, learning_curves
from astrosim.systems.threshold.figures.events import Event, read_events, task_changed
from astrosim.systems.threshold.figures.firing import firing_raster, with_firing
from astrosim.systems.threshold.figures.overview import accuracy_by_condition
from astrosim.systems.threshold.figures.patterns import pattern_map
from astrosim.systems.threshold.figures.raster import BINS, CONDITIONS, OPENING, decision_raster
from astrosim.systems.threshold.figures.rewards import reward_trace, with_rewards
from astrosim.systems.threshold.figures.select import first_seed, with_astrocytes, with_decisions
from astrosim.systems.threshold.figures.space import DRAWN_SYNAPSES, shown, space_map
from astrosim.systems.threshold.figures.weights import NO_WEIGHTS, decides_alone, has_weights, weight_map
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary
from astrosim.systems.threshold.show.tables import ConditionRow

LOADED = (
    "mean_binary_reward",
    "mean_soft_reward",
    "accept_rate",
    "pattern_accuracy",
    "output",
    "threshold",
    "exploration_rate",
    "activations",
    "calcium",
    "recruitments",
    "astrocyte_x",
    "astrocyte_cluster",
)
"""Variables that figures read of all replicates; the others are read for one replicate at a time."""
NO_PUBLISHED = "No published figures belong to this scenario."
AT_LEAST = " (of some seeds a lower bound: see summary.csv)"
LESIONED = (
    "A line ends where its astrocyte is lesioned; where seeds differ in which those are, the first seed is drawn. "
)
RUNNING = ", never reaching over an intervention on the seed"


@dataclass(frozen=True)
class Material:
    """Material of the figures.

    Attributes
    ----------
    summary : Summary
    dataset : Dataset
        Of `open_run`.
    resolved : mapping of str to Scenario
        By condition.
    rows : sequence of ConditionRow
        The summary table.
    events : tuple of Event
        Interventions on its replicates.
    episode : int or None
        The moment that figures of one moment show; None: the end.
    """

    summary: Summary
    dataset: Dataset
    resolved: Mapping[str, Scenario]
    rows: Sequence[ConditionRow]
    events: tuple[Event, ...] = ()
    episode: int | None = None

    @classmethod
    def read(cls, summary: Summary, resolved: Mapping[str, Scenario], rows: Sequence[ConditionRow]) -> Material:
        """Open the trajectories, and read what several figures need."""
        return cls.of(summary.dataset(), summary, resolved, rows)

    @classmethod
    def of(
        cls, dataset: Dataset, summary: Summary, resolved: Mapping[str, Scenario], rows: Sequence[ConditionRow]
    ) -> Material:
        """Read what several figures need of the trajectories, or of a part of them."""
        dataset = dataset.assign({name: dataset[name].load() for name in LOADED if name in dataset})
        return cls(summary, dataset, resolved, rows, read_events(dataset, resolved))

    @property
    def bounds(self) -> list[str]:
        """Conditions of which some ceiling is a lower bound."""
        return list(dict.fromkeys(row["condition"] for row in self.summary.rows if not row["ceiling_exact"]))

    @property
    def n(self) -> str:
        """Number of seeds, in words."""
        most, least = (function(row.seeds for row in self.rows) for function in (max, min))
        return counted(most, "seed") if most == least else f"{least} to {most} seeds"


def pictures(material: Material) -> list[Picture]:
    """Return all figures that the run has something for, in order."""
    return reported(KINDS.values(), material)


def absences(material: Material) -> list[str]:
    """Return the figures that are left out because the run has no data for them."""
    texts = []
    if not with_astrocytes(material.dataset):
        texts.append("No condition of this run has astrocytes: there are no thresholds, rates or territories to show.")
    if "decision" not in material.dataset:
        texts.append("The decisions of single trials were not recorded (record.decisions), so they are not shown.")
    elif not with_decisions(material.dataset):
        texts.append("Nobody decides anything in this run, so no decisions are shown.")
    return texts


def _accuracy(material: Material) -> Drawn:
    names, reference = [row.name for row in material.rows], material.summary.reference
    published = {name: reference[name]["accuracy"] for name in names if "accuracy" in reference.get(name, {})}
    figure = accuracy_by_condition(
        {name: material.summary.column(name, "mean_accuracy").tolist() for name in names},
        {name: material.summary.column(name, "ceiling").tolist() for name in names},
        published,
        {row.name: row.accuracy for row in material.rows},
        material.events,
    )
    return Drawn(
        "Accuracy and what the wiring allows",
        figure,
        f"One dot per seed (n = {material.n} per condition). Circle and bar: mean with its 95 % interval, where there "
        "are seeds enough for one. Black tick: structural ceiling of the seed, the best that any weights could reach "
        f"for its wiring{AT_LEAST if material.bounds else ''}. "
        + ("Triangle: published mean." if published else material.summary.departed or NO_PUBLISHED),
    )


def _curves(material: Material) -> Drawn:
    trials = material.summary.scenario.schedule.trials_per_episode
    return Drawn(
        "Learning curves",
        learning_curves(material.dataset, _exact_ceilings(material), material.events),
        f"Lines: mean over n = {material.n}; {BANDS}. (a) "
        "Accuracy of the frozen network over all patterns. (b) to (d) are measured in single episodes "
        f"({trials:,} trial{'' if trials == 1 else 's'} each), hence noisy; in runs of more than {4 * SMOOTHING} "
        f"records they are drawn as means of the last {SMOOTHING}{RUNNING if material.events else ''}. Dashed: "
        "chance, and mean ceilings where they are exact." + (MARKED if material.events else ""),
    )


def _exact_ceilings(material: Material) -> dict[str, float]:
    """Mean ceilings by condition; of those that are known, none that is only a bound."""
    return {row.name: row.ceiling for row in material.rows if row.name not in material.bounds}


def _solving(material: Material) -> Drawn:
    names = [row.name for row in material.rows if _counts_passes(material, row.name)]
    return Drawn(
        "Solving the task",
        solved_curves(
            {name: material.summary.column(name, "solved_passes") for name in names},
            {name: float(np.nanmax(material.summary.column(name, "passes"))) for name in names},
        ),
        f"Share of the seeds (n = {material.n}) on which every bit of every pattern has been right at once, over "
        "forward passes (logarithmic); a line ends with its longest run.",
    )


def _by_passes(material: Material) -> Drawn:
    return Drawn(
        "Accuracy by forward passes",
        accuracy_by_passes(material.dataset, _exact_ceilings(material)),
        f"Accuracy of the frozen network over all patterns after equal work. Lines: mean over n = {material.n}; "
        f"{BANDS}. Passes are logarithmic; a line begins with "
        "its first record and ends with its run. Dashed: chance, and the mean ceiling where it is exact and below 1.",
    )


def _counts_passes(material: Material, name: str) -> bool:
    return bool(np.isfinite(material.summary.column(name, "passes")).any())


def _solves(material: Material) -> bool:
    return any(_counts_passes(material, row.name) for row in material.rows)


def _patterns(material: Material) -> Drawn:
    changed = task_changed(material.events, list(material.resolved))
    below = "tasks have changed, so that patterns are only numbered" if changed else "input → target stand below"
    probe = "last frozen probe" if material.episode is None else f"frozen probe of episode {material.episode:,}"
    return Drawn(
        "Patterns",
        pattern_map(material.dataset, material.summary.scenario, material.events, material.episode),
        f"Fraction of matching bits, pattern by pattern, in the {probe}. (a) The best seed of each condition "
        f"(the first of several alike), its output vectors written in; {below}. (b) Mean over n = {material.n}.",
    )


def _astrocytes(material: Material) -> Drawn:
    many = material.dataset.sizes["astrocyte"] > DRAWN_ASTROCYTES
    dead = any(event.action == "lesion_astrocytes" for event in material.events)
    return Drawn(
        "Astrocytes",
        astrocyte_curves(
            material.dataset,
            material.summary.scenario.schedule.trials_per_episode,
            material.events,
            material.resolved,
        ),
        f"One line per astrocyte, mean over n = {material.n}, coloured by cluster; no bands. "
        f"{LESIONED if dead else ''}(a) Activation threshold. "
        "(b) Exploration rate, logarithmic. (c) Activations per trial between one record and the next; a cluster "
        "whose lines stay at 0 is dormant."
        + (f" At most {DRAWN_ASTROCYTES} astrocytes are drawn." if many else "")
        + (MARKED if material.events else ""),
    )


def _space(material: Material) -> Drawn:
    condition, seed = shown(material.dataset)
    scenario = material.resolved[condition]
    words = f"Condition {condition}, seed {seed} (n = 1). Neurons by kind in the plane. "
    if not with_astrocytes(material.dataset):
        words += "This run has no astrocytes, hence no territories."
    else:
        words += (
            f"Circles: territories (radius {scenario.astrocytes.radius:g}). Lines: synapses of the most active "
            f"astrocyte (thick circle) by final weight, at most {DRAWN_SYNAPSES}."
        )
        if scenario.coupled:
            words += " Black lines: gap junctions."
        if scenario.system == "published":
            words += " The published system's colliding labels change a few memberships, which circles cannot show."
    return Drawn("Space", space_map(material.dataset, scenario, material.events, material.episode), words)


def _decisions(material: Material) -> Drawn:
    words = (
        f"(a) The first {OPENING} trials: active astrocytes, coloured by whether the change was kept; white: nothing "
        f"was eligible. (b) The whole run in at most {BINS} bins: share of trials in which each astrocyte was active "
        "(square-root scale), and share of the decided trials that were kept."
    )
    told = _of_first_seeds(material, with_decisions(material.dataset), words)
    return Drawn("Decisions", decision_raster(material.dataset, material.events), told)


def _rewards(material: Material) -> Drawn:
    words = (
        f"(a) The first {OPENING} trials: a line from the reward before a perturbation to that after it, coloured by "
        "whether it was kept; grey: the reward of what stood at the end of the trial; below, the gain. Trials show "
        f"different patterns, hence the steps. (b) The whole run in at most {BINS} bins: mean standing reward; below, "
        "mean gain of what was kept and of what was reverted."
    )
    told = _of_first_seeds(material, with_rewards(material.dataset), words)
    return Drawn("Rewards", reward_trace(material.dataset, material.events), told)


def _firing(material: Material) -> Drawn:
    words = (
        f"Neurons by kind, in the pass that stood at the end of a trial. (a) The first {OPENING} recorded trials; "
        f"below, the share of each kind that fired. (b) All recorded trials in at most {BINS} bins: share of the "
        "trials in which each neuron fired; below, its mean over each kind."
    )
    told = _of_first_seeds(material, with_firing(material.dataset), words)
    return Drawn("Firing", firing_raster(material.dataset, material.events), told)


def _of_first_seeds(material: Material, names: Sequence[str], words: str) -> str:
    """Return the words of a figure that shows one replicate of some conditions."""
    many = f" The first {CONDITIONS} of {len(names)} conditions are shown." if len(names) > CONDITIONS else ""
    seed = first_seed(material.dataset, names[0])
    events = MARKED if material.events else ""
    return f"One replicate per condition (n = 1, seed {seed}). {words}{many}{events}"


def _calcium(material: Material) -> Drawn:
    return Drawn(
        "Calcium",
        calcium_curves(material.dataset, material.events),
        f"Coupled conditions. Lines: mean over n = {material.n}; {BANDS}. "
        "(a) Calcium in the last trial of an episode, mean over astrocytes. (b) Share of the "
        "activations between one record and the next by a score that calcium alone brought above threshold."
        + (MARKED if material.events else ""),
    )


def _deciding(material: Material) -> str:
    """Where the direct path alone decides the outputs, and where it does not."""
    other = [name for name, one in material.resolved.items() if not decides_alone(one)]
    if not other:
        return ", which alone decides the outputs"
    where = "here" if len(other) == len(material.resolved) else f"in {', '.join(other)}"
    return f" (not alone in deciding the outputs {where}: there are several cycles, or neurons with a memory)"


def _weights(material: Material) -> Drawn:
    return Drawn(
        "Weights",
        weight_map(material.dataset, material.resolved, material.events),
        "Share of the synapses whose weight is at or below a value, seeds together: (a) the direct path, synapses from "
        f"an input or a tonic neuron to an output of the task{_deciding(material)}, "
        "(b) all others. (c) Mean |weight| over episodes, mean "
        "over seeds; of the direct path where weights were kept." + (MARKED if material.events else ""),
    )


def _always(material: Material) -> bool:
    return True


def _by_score(material: Material) -> bool:
    """Whether some astrocytes act by what they sense; thresholds and rates mean nothing to the others."""
    sensing = [name for name, one in material.resolved.items() if one.astrocytes.selection == "score"]
    return bool(set(sensing) & set(with_astrocytes(material.dataset)))


def _is_coupled(material: Material) -> bool:
    return bool(coupled_conditions(material.dataset))


def _has_weights(material: Material) -> bool:
    return has_weights(material.dataset)


def _has_rewards(material: Material) -> bool:
    return bool(with_rewards(material.dataset))


def _has_firing(material: Material) -> bool:
    return bool(with_firing(material.dataset))


def _has_decisions(material: Material) -> bool:
    return bool(with_decisions(material.dataset))


KINDS: dict[str, Kind[Material]] = {
    "overview": Kind("final accuracy of every seed beside its mean, ceiling and published figure", _accuracy, _always),
    "curves": Kind("accuracy, rewards and accept rate over episodes, one line per condition", _curves, _always),
    "solving": Kind("share of the seeds that have solved the task, over forward passes", _solving, _solves),
    "budget": Kind("accuracy over forward passes, one line per condition", _by_passes, _solves),
    "patterns": Kind("accuracy pattern by pattern, with the output vectors", _patterns, _always, moment=True),
    "thresholds": Kind(
        "threshold, exploration rate and activity of every astrocyte over episodes", _astrocytes, _by_score
    ),
    "calcium": Kind("calcium and the share of activations that it recruits, over episodes", _calcium, _is_coupled),
    "space": Kind("neurons, astrocytes and territories in the plane", _space, _always, moment=True),
    "raster": Kind("which astrocytes were active trial by trial, and what was kept", _decisions, _has_decisions),
    "rewards": Kind(
        "rewards before and after each trial, what was kept, and what it gained",
        _rewards,
        _has_rewards,
        why="they are kept where record.trials is on",
    ),
    "firing": Kind(
        "which neurons fired in each trial, by kind",
        _firing,
        _has_firing,
        why="it is kept where record.firing is on",
    ),
    "weights": Kind(
        "weights at the start and after kept episodes, direct path apart",
        _weights,
        _has_weights,
        reported=False,
        why=NO_WEIGHTS,
    ),
}
"""Figures of astrocyte runs by name, in the order of the report."""
