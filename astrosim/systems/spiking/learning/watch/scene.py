"""What never changes in the live view of learning over windows: names, phases, lengths (ms)."""

from __future__ import annotations

from typing import Any

from astrosim.plot.palette import FILLS, PALETTE
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario
from astrosim.systems.spiking.learning.scenario.sections import by_calcium
from astrosim.systems.spiking.learning.show.explanation import PHASES, trial_rule

SEEN = ("present", "activate", "perturb", "show", "decide", "live")
"""Phases that a film has."""


def scene_facts(learner: WindowLearning, scenario: WindowScenario) -> dict[str, Any]:
    """Return the facts of the scene of a replicate."""
    neurons, astrocytes = learner.network.kind.size, len(learner.acts)
    return {
        "kind": "spiking_learning",
        "radius": scenario.astrocytes.radius,
        "territory": True,
        "placed": True,
        "names": [],
        "populations": list(NEURON_KINDS),
        "fills": FILLS,
        "labels": [*map(str, range(neurons)), *(f"A{a}" for a in range(astrocytes))],
        "models": [*["iaf_psc_exp"] * neurons, *["li_rinzel"] * astrocytes],
        "connections": int(learner.network.post.size),
        "step_ms": scenario.task.step_ms,
        "window_steps": learner.system.circuit.steps,
        "end": scenario.schedule.trials,
        "senses": by_calcium(scenario),
        "phases": [
            [phase.name, phase.sentence, trial_rule(phase.name, scenario)] for phase in PHASES if phase.name in SEEN
        ],
        "bits": int(learner.system.targets.size),
        "palette": PALETTE,
    }
