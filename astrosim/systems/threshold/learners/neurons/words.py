"""Phases of neurons that learn by themselves, in words."""

from __future__ import annotations

from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import record_words


def rule(phase: str, scenario: Scenario) -> str:
    """Return the action of a phase under a resolved scenario in words, with its numbers."""
    return RULES[phase](scenario) if scenario.learner != "none" else "nothing (nobody learns)"


def _present(s: Scenario) -> str:
    order = "in turn" if s.dynamics.order == "cyclic" else "drawn"
    start = "firing persists" if s.dynamics.persists else "all others silent"
    return f"{len(s.task.patterns)} patterns, {order}; {start}"


def _propagate(s: Scenario) -> str:
    tonic = f", {s.network.tonic} tonic neuron{'' if s.network.tonic == 1 else 's'}" if s.network.tonic else ""
    return f"{s.network.cycles} cycle{'' if s.network.cycles == 1 else 's'}{tonic}; {_count(s)}"


def _count(s: Scenario) -> str:
    if s.homeostasis.rule == "none":
        return "no homeostasis"
    when = "per cycle" if s.homeostasis.every_cycle else "per trial"
    spared = ", outputs spared" if s.homeostasis.spare_outputs else ""
    return f"thresholds by {s.homeostasis.step:g} {when} towards a mean rate of {s.homeostasis.target:g}{spared}"


def _feel(s: Scenario) -> str:
    radius = s.eligibility.ambient_radius
    return f"1 / distance of all that fires within {radius:g} units" if radius else "nothing (radius 0)"


def _trace(s: Scenario) -> str:
    e, dampening = s.eligibility, s.dampening
    values = f"both {e.both:g}, one {e.one:g}, neither {e.neither:g} (field above {e.level:g})"
    if not dampening.on:
        return f"{values}; not dampened"
    information = ", 4 rate (1 - rate)" if dampening.information else ""
    return f"{values}; times use{information}, and the surround"


def _flag(s: Scenario) -> str:
    f = s.flags
    if f.rule == "none":
        return "no flags"
    late = f"; no gate before trial {f.warm_up:,}" if f.warm_up else ""
    return f"{f.rule}: + {f.gain:g}, else x {f.decay:g}; up from {f.threshold:g} on{late}"


def _judge(s: Scenario) -> str:
    return "a change falls if accuracy fell" if s.plasticity.provisional else "fraction of right bits"


def _release(s: Scenario) -> str:
    m, c = s.modulation, s.chemical
    last = "" if c.last_radius is None else f" to {c.last_radius:g}"
    reach = f"{'1 / distance' if c.falloff == 'inverse' else 'all alike'} within {c.radius:g}{last} units"
    if m.source == "outputs":
        return f"each output: 1, -1, or 0 if rightly silent; {reach}"
    power = "" if m.exponent == 1 else f", to the power of {m.exponent}"
    turns = ", one source after the other" if m.cycling else ""
    return f"2 (accuracy - 0.5){power}, from modulatory neurons{turns}; {reach}"


def _change(s: Scenario) -> str:
    p = s.plasticity
    turning = "; frustrated weights turn round" if s.frustration.on else ""
    size = f"{p.rate:g} x worth x chemical, at most {p.most:g}"
    return f"{size}; decay {p.decay:g}; within +-{s.perturbation.limit:g}{turning}"


def _record(s: Scenario) -> str:
    return record_words(s)


RULES = {
    "present": _present,
    "propagate": _propagate,
    "count": _count,
    "feel": _feel,
    "trace": _trace,
    "flag": _flag,
    "judge": _judge,
    "release": _release,
    "change": _change,
    "record": _record,
}
