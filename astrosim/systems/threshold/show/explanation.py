"""What an astrocyte scenario means: the phases of a trial with their rules, and the work to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table

from astrosim.core.phases import JOINT_PHASES, NEURON_PHASES, PHASES
from astrosim.explain.tables import (
    adaptation_words,
    differences_table,
    heading,
    new_table,
    phases_table,
    values_table,
)
from astrosim.explain.workload import work_table
from astrosim.rules.choices import ACCEPTANCE, CONSOLIDATION, EXPLORATION, GRAPHS, REWARDS, SCOPE, SENSING
from astrosim.systems.threshold.scenario.baseline_section import RIVALS
from astrosim.systems.threshold.scenario.interventions import when_words, words
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.sections import Coupling
from astrosim.systems.threshold.show import explain_neurons
from astrosim.systems.threshold.show.explain_baselines import moot_of_rival, rival_rule
from astrosim.systems.threshold.workload import workload

if TYPE_CHECKING:
    from astrosim.systems.threshold.custom import Overrides

OF_ASTROCYTES = ("agents.", "astrocytes.", "sensing.", "exploration.", "adaptation.", "coupling.")
OF_COUPLING = tuple(f"coupling.{name}" for name in Coupling.model_fields if name != "graph")
OF_RELAYS = ("coupling.relay_threshold", "coupling.refractory")
OF_GRAPHS = {"nearest": "coupling.neighbours", "distance": "coupling.reach", "edges": "coupling.edges"}
OF_SCORES = ("sensing.", "exploration.", "adaptation.", "astrocytes.threshold", "astrocytes.window")
OF_SIGMA = tuple(f"perturbation.sigma_{name}" for name in ("rise", "fall", "cap"))
OF_NEURONS_ALONE = {phase.name for phase in JOINT_PHASES} - {phase.name for phase in PHASES}
NOTHING = "nothing (nobody learns)"


def explanation(scenario: Scenario, resolved: Mapping[str, Scenario], file: str) -> list[RenderableType]:
    """The parts of the explanation, in order."""
    planned = any(condition.interventions for condition in resolved.values())
    extended = any(condition.agents.astrocyte is not None for condition in resolved.values())
    return [
        heading(scenario, file, f"system {scenario.system}"),
        values_table(resolved),
        differences_table(resolved, moot),
        *([own_astrocytes_table(resolved)] if extended else []),
        *([interventions_table(resolved)] if planned else []),
        *_trials(resolved),
        work_table(workload(scenario)),
    ]


def _trials(resolved: Mapping[str, Scenario]) -> list[Table]:
    """The phases of a trial; neurons that learn by themselves have others, and so have both together."""
    kinds = (
        (PHASES, rule, {name: one for name, one in resolved.items() if not one.neuronal}),
        (
            NEURON_PHASES,
            explain_neurons.rule,
            {n: one for n, one in resolved.items() if one.neuronal and not one.astrocytic},
        ),
        (JOINT_PHASES, joint_rule, {n: one for n, one in resolved.items() if one.learner == "both"}),
    )
    return [phases_table("A trial, phase by phase", phases, own, rules) for phases, rules, own in kinds if own]


def own_astrocytes_table(resolved: Mapping[str, Scenario]) -> Table:
    """The class of each condition's astrocytes, where it comes from, and what it overrides."""
    table = new_table(
        "\nOwn astrocytes", ("condition", {"no_wrap": True}), ("class", {}), ("from", {}), ("what it changes", {})
    )
    for name, scenario in resolved.items():
        if scenario.agents.astrocyte is None or not scenario.astrocytic:
            table.add_row(name, "-", "-", "nothing")
            continue
        kind, overrides = _own_class(scenario)
        file = scenario.agents.file
        place = f"module {scenario.agents.astrocyte.partition(':')[0]}" if file is None else file.path.name
        table.add_row(name, kind.__name__, place, str(overrides))
    return table


def moot(scenario: Scenario) -> tuple[str, ...]:
    """Beginnings of the paths that mean nothing in a resolved scenario."""
    if scenario.learner == "neurons":
        return explain_neurons.moot(scenario)
    if scenario.learner == "both":
        return (*explain_neurons.moot_rules(scenario), *_moot_of_learner(scenario))
    if scenario.homeostasis.rule == "episode":
        return (*(name for name in explain_neurons.OF_NEURONS if name != "homeostasis."), *_moot_of_learner(scenario))
    return (*explain_neurons.OF_NEURONS, *_moot_of_learner(scenario))


def _moot_of_learner(scenario: Scenario) -> tuple[str, ...]:
    """Which of their own sections astrocytes, a cursor or nobody do not look at."""
    if scenario.learner == "none":
        return (*OF_ASTROCYTES, "cursor.", "rival.", "perturbation.", "decision.")
    if scenario.learner == "cursor":
        return (*OF_ASTROCYTES, "rival.", *OF_SIGMA)
    if scenario.learner in RIVALS:
        return (*OF_ASTROCYTES, "cursor.", *moot_of_rival(scenario))
    own = ("cursor.", "rival.", *_moot_of_choice(scenario))
    if not scenario.coupled:
        return (*own, *OF_COUPLING)
    others = [path for graph, path in OF_GRAPHS.items() if graph != scenario.coupling.graph]
    return (*own, *others, *(() if scenario.coupling.relay else OF_RELAYS))


def _moot_of_choice(scenario: Scenario) -> tuple[str, ...]:
    """What astrocytes that act at random, or whose sigma is fixed, do not look at."""
    moot = OF_SCORES if scenario.astrocytes.selection == "uniform" else ()
    return moot if scenario.perturbation.adapt_sigma else (*moot, *OF_SIGMA)


def interventions_table(resolved: Mapping[str, Scenario]) -> Table:
    """What befalls each condition, and when."""
    table = new_table("\nInterventions", ("condition", {"no_wrap": True}), ("when", {}), ("what", {}), ("label", {}))
    for name, scenario in resolved.items():
        for item in scenario.interventions:
            table.add_row(name, when_words(item), words(item), item.label or "-")
        if not scenario.interventions:
            table.add_row(name, "-", "nothing", "-")
    return table


def rule(phase: str, scenario: Scenario) -> str:
    """What a phase does under a resolved scenario, with its numbers, and what an own class changes of it."""
    text = _report_rule(phase, scenario)
    if scenario.agents.astrocyte is None or not scenario.astrocytic:
        return text
    kind, overrides = _own_class(scenario)
    changed = overrides.of(phase)
    return f"{kind.__name__}: {', '.join(changed)}; else: {text}" if changed else text


def joint_rule(phase: str, scenario: Scenario) -> str:
    """What a phase does where neurons and astrocytes learn together."""
    if phase == "present":
        return f"{explain_neurons.rule(phase, scenario)}; episodes of {scenario.schedule.trials_per_episode} trials"
    return explain_neurons.rule(phase, scenario) if phase in OF_NEURONS_ALONE else rule(phase, scenario)


def _own_class(scenario: Scenario) -> tuple[type, Overrides]:
    """The class of the astrocytes, and what it changes."""
    from astrosim.systems.threshold.custom import (  # loads Mesa, which no other explanation needs
        astrocyte_class,
        overrides_of,
    )

    kind = astrocyte_class(scenario)
    return kind, overrides_of(kind)


def _report_rule(phase: str, scenario: Scenario) -> str:
    if scenario.learner in RIVALS and phase not in ("present", "record"):
        return rival_rule(phase, scenario, _common_rule("evaluate after", scenario))
    if phase in ("present", "record", "evaluate before", "evaluate after"):
        return _common_rule(phase, scenario)
    if scenario.learner == "none":
        return NOTHING
    if phase == "perturb":
        return _perturb_rule(scenario)
    if phase == "decide":
        return _decide_rule(scenario)
    return _cursor_rule(phase, scenario) if scenario.learner == "cursor" else _astrocyte_rule(phase, scenario)


def _decide_rule(scenario: Scenario) -> str:
    chosen = scenario.decision
    beyond = f" by more than {chosen.margin:g}" if chosen.margin else ""
    kept = ACCEPTANCE[chosen.accept].told(beyond=beyond, temperature=chosen.temperature)
    stays = CONSOLIDATION[chosen.consolidation].told(rate=chosen.rate)
    return kept + stays + ("; given up once it cannot be saved" if chosen.race else "")


def _common_rule(phase: str, scenario: Scenario) -> str:
    if phase == "present":
        most, window = len(scenario.task.patterns), scenario.decision.window
        shown = "all" if window in (0, most) else f"{window} a trial"
        part = f", {shown}" if window != 1 else ""
        return f"{most} patterns{part}; episodes of {scenario.schedule.trials_per_episode} trials"
    if phase == "record":
        decisions = ", and every decision" if scenario.record.decisions else ""
        return f"every {scenario.record.every} episodes and the last{decisions}"
    if scenario.learner == "none" and phase == "evaluate after":
        return NOTHING
    chosen = scenario.decision
    gain = "" if chosen.gain == 1.0 else f"{chosen.gain:g} x "
    reward = REWARDS[chosen.reward].told(gain=gain, cap=chosen.cap)
    over = "" if chosen.window == 1 else ", mean over the patterns"
    return f"{_pass(scenario)}{chosen.reward} reward = {reward}{over}"


def _pass(scenario: Scenario) -> str:
    """What a pass is beyond one cycle; empty for the report's."""
    cycles, tonic = scenario.network.cycles, scenario.network.tonic
    steps = [] if cycles == 1 else [f"{cycles} synchronous cycles"]
    drive = [] if tonic == 0 else [f"{tonic} tonic neuron{'' if tonic == 1 else 's'}"]
    return ", ".join(steps + drive) + "; " if steps or drive else ""


def _cursor_rule(phase: str, scenario: Scenario) -> str:
    if phase == "adapt":
        return "nothing (the cursor does not adapt)"
    if phase == "sense":
        return "nothing (the cursor senses nothing)"
    cursor = scenario.cursor
    return f"after the first pass the cursor jumps (p = {cursor.jump:g}) or steps (up to {cursor.step:g} units)"


def _astrocyte_rule(phase: str, scenario: Scenario) -> str:
    uniform = scenario.astrocytes.selection == "uniform"
    if phase == "sense" and uniform:
        return "nothing (astrocytes act at random)"
    if phase == "activate" and uniform:
        return f"{scenario.astrocytes.max_active} at random"
    if phase == "sense":
        rule = scenario.sensing.rule
        return f"{rule} = {SENSING[rule].told()}{_coupling(scenario)}"
    if phase == "activate":
        return f"at most {scenario.astrocytes.max_active}; {_exploration(scenario)}"
    return adaptation_words(scenario.adaptation)


def _coupling(scenario: Scenario) -> str:
    """What calcium adds to a score; empty without gap junctions."""
    chosen, second = scenario.coupling, scenario.schedule.trial_seconds
    if not scenario.coupled:
        return ""
    graph = GRAPHS[chosen.graph].told(neighbours=chosen.neighbours, reach=chosen.reach, pairs=len(chosen.edges))
    relay = f"; sent on above {chosen.relay_threshold:g}, once in {chosen.refractory} trials" if chosen.relay else ""
    return (
        f", + {chosen.gain:g} x calcium; gap junctions: {graph}; waves exp(-d / {chosen.length:g}) go {chosen.speed:g} "
        f"units/trial ({chosen.speed / second:g} units/s){relay}; calcium decays over {chosen.decay_time:g} trials "
        f"({chosen.decay_time * second:g} s)"
    )


def _exploration(scenario: Scenario) -> str:
    chosen = scenario.exploration
    return EXPLORATION[chosen.rule].told(each="a trial", **chosen.model_dump())


def _perturb_rule(scenario: Scenario) -> str:
    perturbation = scenario.perturbation
    where = SCOPE[perturbation.scope].told()
    if scenario.learner == "cursor" and perturbation.scope == "territory":
        where = f"synapses with a neuron within {scenario.cursor.radius:g} units of the cursor"
    if perturbation.fraction < 1.0:
        where = f"{perturbation.fraction:g}, at random, of the {where}"
    sigma = f"sigma {perturbation.sigma:g}"
    if perturbation.adapt_sigma and scenario.astrocytic:
        rise, fall = perturbation.sigma_rise, perturbation.sigma_fall
        sigma += f" at first, x {rise:g} if kept, x {fall:g} if not, at most {perturbation.sigma_cap:g}"
    return f"{where}; {sigma}, clipped to +-{perturbation.limit:g}"
