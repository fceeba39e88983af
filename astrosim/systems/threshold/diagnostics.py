"""What a run did: distinct outputs, learned patterns, specialisation, dormancy, late degradation, the summary row.

Murray 2026, sections 5.1, 6 and 7; definitions as in its tables. All quantities are dimensionless unless stated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from astrosim.statistics.outputs import constant_output, distinct_outputs
from astrosim.systems.threshold.ceilings import structural_ceiling
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.workload import engine_name

DORMANT_FRACTION = 0.01  # activations / trial; a cluster below it is dormant; spec, section 8
SPECIALISED_RATIO = 2.0  # 1; activations for one pattern over the mean over patterns; report, table 4
VECTOR_SEPARATOR = "|"  # joins the output vectors in a summary; a bit string cannot contain it

SUMMARY_COLUMNS = (
    "condition",
    "seed",
    "engine",
    "episodes",
    "trials",
    "kept",
    "reverted",
    "accept_rate",
    "mean_accuracy",
    "distinct_outputs",
    "constant_output",
    "learned_patterns",
    "outputs",
    "ceiling",
    "ceiling_upper",
    "ceiling_exact",
    "ceiling_synapses",
    "best_constant",
    "mean_abs_weight_start",
    "mean_abs_weight_end",
    "dormant_clusters",
    "specialised_astrocytes",
    "late_degradation",
    "passes",
    "solved_trial",
    "solved_passes",
    "neurons",
    "synapses",
    "wall_s",
)
"""Columns of summary.csv, in order."""


def probe_accuracy(pattern_accuracy: np.ndarray, bits: int | np.ndarray) -> np.ndarray:
    """Return mean accuracy of a frozen probe.

    Parameters
    ----------
    pattern_accuracy : ndarray of float, shape (..., pattern)
        Fraction of matching bits, 1; nan for patterns that a condition does not have.
    bits : int or ndarray of int, shape (...)
        Bits an output vector.

    Returns
    -------
    ndarray of float, shape (...)
        nan where no pattern has a value.
    """
    known = np.isfinite(pattern_accuracy)
    # Counted in whole bits: a sum of fractions would give 0.7750000000000001, which beats a ceiling of 0.775.
    right = np.rint(np.where(known, pattern_accuracy, 0.0) * np.asarray(bits)[..., None]).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return right / (known.sum(axis=-1) * np.asarray(bits))


def learned_patterns(pattern_accuracy: np.ndarray) -> np.ndarray:
    """Number of patterns whose bits are all right.

    Parameters
    ----------
    pattern_accuracy : ndarray of float, shape (..., pattern)
        Fraction of matching bits, 1.

    Returns
    -------
    ndarray of int, shape (...)
    """
    return np.sum(pattern_accuracy == 1.0, axis=-1)


def specialised(activations_by_pattern: np.ndarray) -> np.ndarray:
    """Find the astrocytes that have more than twice their mean activations for some pattern (report, table 4).

    Parameters
    ----------
    activations_by_pattern : ndarray of int, shape (astrocyte, pattern)
        Activations, trials.

    Returns
    -------
    ndarray of bool, shape (astrocyte,)
    """
    mean = activations_by_pattern.mean(axis=-1, keepdims=True)
    return np.any(activations_by_pattern > SPECIALISED_RATIO * mean, axis=-1)


def cluster_activity(activations: np.ndarray, cluster: np.ndarray, trials: int) -> np.ndarray:
    """Return activations per trial of each cluster, all of its astrocytes together.

    Parameters
    ----------
    activations : ndarray of int, shape (astrocyte,)
        Activations, trials.
    cluster : ndarray of int, shape (astrocyte,)
        Number of the astrocyte's cluster.
    trials : int
        Trials of the run, at least 1.

    Returns
    -------
    ndarray of float, shape (cluster,)
        1/trial, for the clusters that have astrocytes, ascending.
    """
    present, row = np.unique(cluster, return_inverse=True)
    return np.bincount(row, weights=activations, minlength=len(present)) / trials


def dormant_clusters(activations: np.ndarray, cluster: np.ndarray, trials: int) -> int:
    """Number of clusters with less than `DORMANT_FRACTION` activations per trial.

    Parameters
    ----------
    activations : ndarray of int, shape (astrocyte,)
        Activations, trials.
    cluster : ndarray of int, shape (astrocyte,)
        Number of the astrocyte's cluster.
    trials : int
        Trials of the run, at least 1.
    """
    return int(np.sum(cluster_activity(activations, cluster, trials) < DORMANT_FRACTION))


def late_degradation(accuracy: np.ndarray) -> float:
    """Return best minus last accuracy of the frozen probe (report, section 7.3).

    Parameters
    ----------
    accuracy : ndarray of float, shape (episode,)
        Mean accuracy of the recorded probes, in order.
    """
    return float(np.max(accuracy) - accuracy[-1])


def accept_rate(kept: int, reverted: int) -> float:
    """Return kept / (kept + reverted); nan where no trial was decided."""
    decided = kept + reverted
    return kept / decided if decided else float("nan")


def output_vectors(outputs: np.ndarray) -> list[str]:
    """Return output vectors, shape (pattern, bit), as bit strings."""
    return ["".join("1" if bit else "0" for bit in row) for row in outputs]


def summary_row(
    scenario: Scenario,
    seed: int,
    condition: str,
    measured: Mapping[str, np.ndarray],
    static: Mapping[str, np.ndarray],
    wiring: Wiring,
    totals: Mapping[str, Any],
) -> dict[str, Any]:
    """Return one row of summary.csv, with the keys of `SUMMARY_COLUMNS`.

    Parameters
    ----------
    scenario : Scenario
        Resolved for `condition`.
    seed : int
    condition : str
    measured : mapping of str to ndarray
        `EPISODE_VARIABLES`, and `DEEP_VARIABLES` where they are kept, of the recorded episodes: shape (episode, ...),
        as each variable declares its dimensions.
    static : mapping of str to ndarray
        `STATIC_VARIABLES`, shape (neuron,), (synapse,) or (astrocyte,), the last empty where there are none.
    wiring : Wiring
    totals : mapping
        kept (trials), reverted (trials), mean_abs_weight_start (1), wall_s (s).
    """
    outputs = np.asarray(measured["output"])[-1]
    outputs = outputs[(outputs >= 0).any(axis=1)]  # interventions may leave fewer patterns than there is room for
    ceiling = structural_ceiling(wiring, found=_best_found(scenario, measured, outputs.shape[1]))
    row = {
        "condition": condition,
        "seed": seed,
        "engine": engine_name(scenario),
        "episodes": scenario.schedule.episodes,
        "trials": scenario.schedule.trials,
        "kept": int(totals["kept"]),
        "reverted": int(totals["reverted"]),
        "accept_rate": accept_rate(int(totals["kept"]), int(totals["reverted"])),
        "outputs": VECTOR_SEPARATOR.join(output_vectors(outputs)),
        "ceiling": ceiling.accuracy,
        "ceiling_upper": ceiling.upper,
        "ceiling_exact": ceiling.exact,
        "ceiling_synapses": ceiling.synapses,
        "best_constant": ceiling.best_constant,
        "mean_abs_weight_start": float(totals["mean_abs_weight_start"]),
        "mean_abs_weight_end": float(np.asarray(measured["mean_abs_weight"])[-1]),
        "neurons": len(static["neuron_x"]),
        "synapses": len(static["pre"]),
        "wall_s": float(totals["wall_s"]),
        **_probe_columns(np.asarray(measured["pattern_accuracy"]), outputs),
        **_astrocyte_columns(measured, static, scenario.schedule.trials),
        **{name: _last_count(measured, name) for name in ("passes", "solved_trial", "solved_passes")},
    }
    return {name: row[name] for name in SUMMARY_COLUMNS}


def _best_found(scenario: Scenario, measured: Mapping[str, np.ndarray], bits: int) -> float:
    """The best accuracy on the last task that weights of the run are known to have reached."""
    accuracy = probe_accuracy(np.asarray(measured["pattern_accuracy"]), bits)
    if scenario.interventions:  # the task, or who acts, may have been another one
        return float(accuracy[-1])
    solved = np.isfinite(_last_count(measured, "solved_trial"))
    return 1.0 if solved else float(np.nanmax(accuracy))


def _probe_columns(pattern_accuracy: np.ndarray, outputs: np.ndarray) -> dict[str, Any]:
    """Columns of the frozen probe: accuracies of shape (episode, pattern), last outputs of shape (pattern, bit)."""
    accuracy = probe_accuracy(pattern_accuracy, outputs.shape[1])
    return {
        "mean_accuracy": float(accuracy[-1]),
        "distinct_outputs": distinct_outputs(outputs),
        "constant_output": constant_output(outputs),
        "learned_patterns": int(learned_patterns(pattern_accuracy[-1])),
        "late_degradation": late_degradation(accuracy),
    }


def _last_count(measured: Mapping[str, np.ndarray], name: str) -> float:
    """A count at the last record; nan where it is not kept, or where what it counts has not happened."""
    last = int(np.asarray(measured[name])[-1]) if name in measured else -1
    return float("nan") if last < 0 else float(last)


def _astrocyte_columns(
    measured: Mapping[str, np.ndarray], static: Mapping[str, np.ndarray], trials: int
) -> dict[str, Any]:
    """Columns about astrocytes; nan where there are none."""
    cluster = np.asarray(static["astrocyte_cluster"])
    if not len(cluster):
        return {"dormant_clusters": float("nan"), "specialised_astrocytes": float("nan")}
    activations = np.asarray(measured["activations"])[-1]
    by_pattern = np.asarray(measured["activations_by_pattern"])[-1]
    return {
        "dormant_clusters": dormant_clusters(activations, cluster, trials),
        "specialised_astrocytes": int(np.sum(specialised(by_pattern))),
    }


def constant_output_alarm(rows: Iterable[Mapping[str, Any]], controls: Collection[str] | None = None) -> list[str]:
    """Return texts that warn of constant-output attractors, one per condition that has any.

    Conditions of which the same is to be said, as of the untrained ones of a sweep, share one.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of summary.csv, values typed.
    controls : collection of str, optional
        Conditions in which nobody learns, where a constant output is expected. Default: those in which no trial was
        kept or reverted.
    """
    by_condition: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_condition.setdefault(str(row["condition"]), []).append(row)
    alike: dict[Constant, list[str]] = {}
    for condition, members in by_condition.items():
        constant = [row for row in members if row["constant_output"]]
        if constant:
            still = all(row["kept"] + row["reverted"] == 0 for row in members)
            untrained = still if controls is None else condition in controls
            accuracy = f"{np.mean([row['mean_accuracy'] for row in constant]):.3f}"
            facts = Constant(tuple(row["seed"] for row in constant), len(members), accuracy, untrained)
            alike.setdefault(facts, []).append(condition)
    return [_alarm_text(facts, names) for facts, names in alike.items()]


class Constant(NamedTuple):
    """Constant outputs of a condition: the seeds that have one, of how many, their mean accuracy, who learns."""

    seeds: tuple[int, ...]
    of: int
    accuracy: str
    untrained: bool


def _alarm_text(facts: Constant, conditions: Sequence[str]) -> str:
    """The warning of the conditions of which the same is to be said."""
    many, others = len(facts.seeds), len(conditions) - 1
    seeds = ", ".join(map(str, facts.seeds[:10])) + (", ..." if many > 10 else "")
    named = f"condition {conditions[0]}" + (f" and {others} more" if others else "")
    head = f"{named}: the output is the same vector for every pattern on {many} of {facts.of} seeds"
    if facts.untrained:
        return f"expected: {head}, as nobody learns there (mean accuracy {facts.accuracy} is the floor)."
    return (
        f"CONSTANT OUTPUT: {head} ({'seed' if many == 1 else 'seeds'} {seeds}). "
        f"{'Its' if many == 1 else 'Their mean'} accuracy of {facts.accuracy} "
        "does not come from telling patterns apart."
    )
