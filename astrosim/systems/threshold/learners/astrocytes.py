"""Astrocytes that perturb their territories, and keep or revert (Murray 2026).

Source: Murray 2026, section 4. Rules: `astrosim.rules`; engines: `kernel` and `agents` of threshold networks.
"""

from __future__ import annotations

from astrosim.rules.choices import ACCEPTANCE, CALCIUM_MODELS, CONSOLIDATION, GRAPHS, SCOPE, SELECTION, SENSING
from astrosim.systems.population.words import adaptation_words, exploration_words
from astrosim.systems.threshold.learners.learner import REPORT, Learner
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.sections import TRIAL

OWN_ENGINES = {
    "kernel": "astrosim.systems.threshold.kernel.engine:KernelEngine",
    "agents": "astrosim.systems.threshold.agents.model:AstroModel",
}
"""Engines of the network's own trial."""


class Astrocytes(Learner):
    """Population that learns by selection, perturbation and one scalar."""

    def passes(self, scenario: Scenario) -> int:
        """Return the passes of a trial with a perturbation that is not given up in a race."""
        return passes_of_window(scenario)

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words."""
        told = {
            "sense": _sense,
            "activate": _activate,
            "evaluate before": lambda _: judged,
            "perturb": _perturb,
            "evaluate after": lambda _: judged,
            "decide": decide_words,
            "adapt": lambda s: adaptation_words(s.adaptation, s.astrocytes.window),
        }
        return told[phase](scenario)


def passes_of_window(scenario: Scenario) -> int:
    """Return the passes of a trial that keeps or reverts."""
    from astrosim.rules.consolidation import WHOLE  # loads numba, which no words need
    from astrosim.rules.window import passes_before, window_size

    patterns = len(scenario.task.patterns)
    shown = window_size(scenario.decision.window, patterns)
    whole = CONSOLIDATION[scenario.decision.consolidation].number == WHOLE
    return int(shown + passes_before(shown, patterns, whole))


def _sense(scenario: Scenario) -> str:
    if scenario.astrocytes.selection == "uniform":
        return "nothing (astrocytes act at random)"
    rule = scenario.sensing.rule
    return f"{rule} = {SENSING[rule].told()}{_coupling(scenario)}"


def _coupling(scenario: Scenario) -> str:
    """Return the contribution of calcium to a score, in words; empty without gap junctions."""
    chosen, second = scenario.coupling, scenario.schedule.trial_seconds
    if not scenario.coupled:
        return ""
    graph = GRAPHS[chosen.graph].told(neighbours=chosen.neighbours, reach=chosen.reach, pairs=len(chosen.edges))
    relay = f"; sent on above {chosen.relay_threshold:g}, once in {chosen.refractory} trials" if chosen.relay else ""
    uptake = CALCIUM_MODELS[chosen.calcium].told(capacity=chosen.capacity)
    return (
        f", + {chosen.gain:g} x calcium; gap junctions: {graph}; waves exp(-d / {chosen.length:g}) go {chosen.speed:g} "
        f"units/trial ({chosen.speed / second:g} units/s){relay}; {uptake}calcium decays over "
        f"{chosen.decay_time:g} trials ({chosen.decay_time * second:g} s)"
    )


def _activate(scenario: Scenario) -> str:
    chosen, most = scenario.exploration, scenario.astrocytes.max_active
    explored = exploration_words(chosen.rule, chosen, TRIAL)
    return SELECTION[scenario.astrocytes.selection].told(most=most, explored=explored)


def _perturb(scenario: Scenario) -> str:
    return perturb_words(scenario, SCOPE[scenario.perturbation.scope].told())


def perturb_words(scenario: Scenario, where: str) -> str:
    """Return the perturbed synapses and their steps in words; `where`: the eligible ones."""
    perturbation = scenario.perturbation
    if perturbation.fraction < 1.0:
        where = f"{perturbation.fraction:g}, at random, of the {where}"
    sigma = f"sigma {perturbation.sigma:g}"
    if perturbation.adapt_sigma and scenario.astrocytic:
        rise, fall = perturbation.sigma_rise, perturbation.sigma_fall
        sigma += f" at first, x {rise:g} if kept, x {fall:g} if not, at most {perturbation.sigma_cap:g}"
    return f"{where}; {sigma}, clipped to +-{perturbation.limit:g}"


def decide_words(scenario: Scenario) -> str:
    """Return the condition on which a perturbation is kept, and the part that is kept, in words."""
    chosen = scenario.decision
    beyond = f" by more than {chosen.margin:g}" if chosen.margin else ""
    kept = ACCEPTANCE[chosen.accept].told(beyond=beyond, temperature=chosen.temperature)
    stays = CONSOLIDATION[chosen.consolidation].told(rate=chosen.rate)
    return kept + stays + ("; given up once it cannot be saved" if chosen.race else "")


LEARNER = Astrocytes(source=REPORT, engines=OWN_ENGINES, mover="astrocytes")
