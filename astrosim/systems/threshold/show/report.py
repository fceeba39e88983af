"""What the report of a run of astrocytes holds: what was run, tables, figures, and notes on how to read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from astrosim.explain.tables import names_words, together
from astrosim.report.words import differences, planned_facts, provenance, range_words, seeds_words
from astrosim.rules.choices import NEURON_MODELS
from astrosim.scenario import to_toml
from astrosim.scenario.words import counted
from astrosim.statistics.inference import CONFIDENCE, METHOD
from astrosim.systems.threshold.diagnostics import constant_output_alarm
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show import tables
from astrosim.systems.threshold.show.pictures import Material, absences, pictures
from astrosim.systems.threshold.show.solving import solving_rows
from astrosim.systems.threshold.show.summary import Summary

TEMPLATE = "astrosim.systems.threshold.show:report.html.j2"
NEURON_NOTE = (
    "Where neurons learn by themselves, firing may persist from trial to trial, and thresholds may move: the frozen "
    "network then answers every pattern from the firing that the last trial left, and the ceiling gives every output a "
    "free bias. "
    "Constant outputs can score above the chance of 0.5; the best constant stands in summary.csv."
)
SYSTEMS = {
    "described": "described: the rules as the report's text states them",
    "published": "published: the program behind the report's tables, replayed quirk by quirk",
}
RULES_OF_NEURONS = "learn by rules of their own: eligibility by who fires, times a chemical that carries the reward"
SOMETIMES = ("learned", "accept_rate", "dormant", "specialised", "degradation")
"""Columns of the table of results that are left out where no condition has a value."""
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded


def content(directory: Path, summary: Summary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario = summary.scenario
    rows = tables.condition_rows(summary)
    resolved = summary.resolved
    controls = [name for name, one in resolved.items() if one.learner == "none"]
    material = Material.read(summary, resolved, rows)
    texts = constant_output_alarm(summary.rows, controls)
    return {
        "scenario": scenario,
        "summary": rows,
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [text for text in texts if text.startswith("CONSTANT")],
        "expected": [text for text in texts if not text.startswith("CONSTANT")],
        "facts": _facts(summary, resolved),
        "differences": differences(resolved),
        "known": {name: any(math.isfinite(getattr(row, name)) for row in rows) for name in SOMETIMES},
        "decided": any(row["kept"] + row["reverted"] for row in summary.rows),
        "solving": solving_rows(summary, rows),
        "published": tables.published_rows(summary),
        "departed": summary.departed,
        "comparisons": tables.comparisons(summary),
        "comparison_words": "Paired comparisons of mean accuracy over common seeds.",
        "seeds": tables.seed_rows(summary),
        "open_rows": OPEN_ROWS,
        "pictures": pictures(material),
        "absences": absences(material),
        "notes": _notes(summary, rows, resolved),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }


def _facts(summary: Summary, resolved: dict[str, Scenario]) -> list[tuple[str, str]]:
    """What was run, in words: pairs of a heading and a sentence; where conditions differ, a sentence for each."""
    engines = ", ".join(sorted({row["engine"] for row in summary.rows}))
    shown = {name: one for name, one in resolved.items() if name in summary.conditions}
    facts = [
        ("System", _each(shown, lambda name, one: f"{SYSTEMS[one.system]} (engine: {engines})")),
        ("Network", _each(shown, lambda name, one: _network_words(summary.of(name), one))),
        ("Task", _each(shown, lambda name, one: _task_words(one))),
        ("Learner", _each(shown, lambda name, one: learner_words(one))),
        ("Length", _each(shown, lambda name, one: _length_words(one))),
        ("Seeds", seeds_words(summary.scenario.seeds)),
    ]
    return facts + planned_facts(resolved)


def _each(resolved: Mapping[str, Scenario], words: Callable[[str, Scenario], str]) -> str:
    """A sentence on every condition, told once for those that share it."""
    groups = together({name: words(name, one) for name, one in resolved.items()})
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{names_words(names)}: {text}" for text, names in groups.items())


def _network_words(rows: list[dict[str, Any]], scenario: Scenario) -> str:
    network = scenario.network
    kind = "binary threshold neurons" if NEURON_MODELS[network.model].memoryless else "binary neurons"
    neurons, synapses = ([row[name] for row in rows] for name in ("neurons", "synapses"))
    return (
        f"{range_words(neurons)} {kind} in {counted(network.clusters, 'cluster')}, {_wiring_words(scenario)}; "
        f"{range_words(synapses)} synapses; {_pass_words(scenario)}"
    )


def _task_words(scenario: Scenario) -> str:
    given, wanted = scenario.task.patterns[0]
    return f"{counted(len(scenario.task.patterns), 'pattern')}, {len(given)} bits to {len(wanted)}; chance 0.5"


def _length_words(scenario: Scenario) -> str:
    schedule = scenario.schedule
    trials = counted(schedule.trials_per_episode, "trial")
    return f"{counted(schedule.episodes, 'episode')} of {trials} per replicate"


def learner_words(scenario: Scenario) -> str:
    """Return a sentence on what learns in a resolved scenario, and how."""
    step = (
        f"a perturbation is Gaussian (standard deviation {scenario.perturbation.sigma:g}), weights stay within "
        f"±{scenario.perturbation.limit:g}; kept if the {scenario.decision.reward} reward "
        f"{_window_words(scenario)}rises"
    )
    if scenario.learner == "none":
        return "no learner: weights stay as they are drawn"
    if scenario.learner == "cursor":
        return f"a cursor that wanders, no astrocytes; {step}"
    if scenario.astrocytic:
        neurons = f"neurons {RULES_OF_NEURONS}, from the pass that astrocytes let stand; " if scenario.neuronal else ""
        own = scenario.astrocytes
        return f"{neurons}astrocytes, {own.per_cluster} per cluster, radius {own.radius:g}; {step}"
    if scenario.neuronal:
        return f"neurons {RULES_OF_NEURONS}; weights stay within ±{scenario.perturbation.limit:g}"
    return f"{scenario.learner}, no astrocytes; `astrosim explain` has its rules and numbers"


def _wiring_words(scenario: Scenario) -> str:
    """Where the synapses come from."""
    network = scenario.network
    if network.wiring is None:
        return f"connected with probability {network.p_within:g} within and {network.p_between:g} between clusters"
    swaps = f", ends swapped by the seed ({network.rewire:g} attempts per synapse)" if network.rewire > 0.0 else ""
    return f"synapses of the file {network.wiring.path.name}{swaps}"


def _pass_words(scenario: Scenario) -> str:
    """How far a pass goes, and what drives it beside the inputs."""
    cycles, tonic = scenario.network.cycles, scenario.network.tonic
    steps = "one propagation step" if cycles == 1 else f"{cycles} synchronous propagation cycles"
    model = NEURON_MODELS[scenario.network.model].told(leak=scenario.network.leak)
    drive = f"{tonic} tonic neuron{'' if tonic == 1 else 's'}" if tonic else ""
    return ", ".join(part for part in (steps, drive, model) if part)


def _window_words(scenario: Scenario) -> str:
    """Over how many patterns the reward is taken; empty for one."""
    window, most = scenario.decision.window, len(scenario.task.patterns)
    if window == 1:
        return ""
    return "over all patterns " if window in (0, most) else f"over {window} patterns "


def _notes(summary: Summary, rows: list[tables.ConditionRow], resolved: dict[str, Scenario]) -> list[str]:
    """Return notes that help to judge the numbers."""
    scenario = summary.scenario
    notes = [
        _ceiling_note(summary, resolved),
        f"Intervals are 95 % intervals of the mean over seeds by {METHOD}, bands by Student's t alone, from three "
        "seeds on. They say how sure the mean is, not how seeds scatter. Where all seeds agree, the interval says how "
        "far others could pull the mean that as many seeds may not have shown; bands have no width there. A seed "
        "draws wiring, patterns and perturbations alike.",
        "Comparisons are paired by seed: two-sided sign-flip permutation tests of the mean difference (exact up to 13 "
        "seeds), corrected for all comparisons of the table by Holm's method; d_z is the mean difference over the "
        "standard deviation of the differences.",
        "A pattern counts as learned if every bit is right. One distinct output vector means a constant-output "
        "attractor, whatever the accuracy says.",
        "Late degradation is the best minus the last frozen probe over the recorded episodes. The best of many noisy "
        "probes lies above the last one even without any trend, so small values are no sign of decay.",
    ]
    silent = [
        i for i, (given, wanted) in enumerate(scenario.task.patterns, start=1) if "1" not in given and "1" in wanted
    ]
    if silent and scenario.network.threshold >= 0 and not any(one.network.tonic for one in resolved.values()):
        notes.append(
            f"Pattern {', '.join(f'P{i}' for i in silent)} has a silent input: without a bias nothing can fire, so it "
            "cannot be learned by any weights."
        )
    if summary.reference and any(one.system == "described" for one in resolved.values()):
        notes.append(
            "The published figures come from the report's own program, which differs from its text (70 neurons, "
            "colliding labels, other random numbers). The described system has other wirings from the same seeds, so "
            "its means should be near them but need not be equal; the scenarios under published/ replay the program."
        )
    if any(one.learner in ("neurons", "both") for one in resolved.values()):
        notes.append(NEURON_NOTE)
    if any(row.ceiling_upper - row.ceiling > tables.SAME for row in rows):
        notes.append(
            "Ceilings marked ≥ are lower bounds: of several cycles no exact ceiling is known, and with more than 16 "
            "patterns the search stops at a time limit. summary.csv holds the upper bound beside each."
        )
    if len({one.schedule.trials for one in resolved.values()}) > 1:
        notes.append("Conditions differ in length; compare them with that in mind.")
    return notes


def _ceiling_note(summary: Summary, resolved: dict[str, Scenario]) -> str:
    """What the structural ceiling is."""
    what = "The structural ceiling is the best accuracy that any weights within range could reach for a seed's wiring"
    if any(one.network.cycles > 1 for one in resolved.values()):
        return (
            f"{what}. Of several cycles it is bounded: from below by what direct synapses alone could do (of neurons "
            "with memory, by weights at 0) and by the weights that were found, from above by what patterns allow that "
            "no path to an output tells apart."
        )
    return (
        f"{what}: with one propagation step only direct synapses from the task's inputs to the outputs can matter "
        f"({range_words([row['ceiling_synapses'] for row in summary.rows])} of "
        f"{range_words([row['synapses'] for row in summary.rows])} here). Means near the ceiling say that the "
        "wiring, not the learning rule, is the limit."
    )
