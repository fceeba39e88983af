"""Numbers of the rules, and the keys of the random streams; read only.

Sections and fields have the names of the scenario file; units are those of its fields. The numbers of the astrocytes
(`population.Params`) come from its sections `astrocytes`, `exploration` and `adaptation`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.rules import choices
from astrosim.rules.choices import chosen
from astrosim.rules.perturbation import grid, grid_limit, step_scale
from astrosim.systems.population import state as population
from astrosim.systems.threshold.learners.table import learner_of
from astrosim.systems.threshold.network.state import MOVERS
from astrosim.systems.threshold.scenario.network_section import Network
from astrosim.systems.threshold.scenario.schema import Scenario


class Neurons(NamedTuple):
    """Numbers of the section `network` that a pass needs."""

    threshold: float
    cycles: int
    model: int
    leak: float
    memoryless: bool  # whether changes may be followed by difference


class Perturbation(NamedTuple):
    """Numbers of the section `perturbation`; weights lie on a grid."""

    scope: int
    scale: np.float32  # sigma over spacing
    spacing: np.float32
    limit: np.float32  # on the grid
    fraction: float
    adapt_sigma: bool
    sigma_rise: float
    sigma_fall: float
    sigma_cap: float


class Decision(NamedTuple):
    """Numbers of the section `decision`."""

    reward: int
    gain: float
    cap: float
    accept: int
    temperature: float
    window: int  # 0: all patterns
    race: bool
    consolidation: int
    rate: float
    offset: float  # added to the reward after a perturbation: -margin, and the offset of interventions
    as_in_paper: bool  # whether reward and acceptance are those of Murray 2026, sections 4.4 and 4.5


class Coupling(NamedTuple):
    """Numbers of the section `coupling`."""

    gain: float
    calcium: int
    capacity: float
    decay: float  # of calcium, per trial: from decay_time
    relay: bool
    relay_threshold: float
    refractory: int


class Cursor(NamedTuple):
    """Numbers of the section `cursor`."""

    radius: float
    jump: float
    step: float


class Params(NamedTuple):
    """All numbers of a trial."""

    keys: np.ndarray  # uint32 (stream, 2)
    learner: int
    trials_per_episode: int
    sensing: int
    selection: int
    coupled: bool  # whether there are gap junctions
    population: population.Params
    network: Neurons
    perturbation: Perturbation
    decision: Decision
    coupling: Coupling
    cursor: Cursor


def make_params(scenario: Scenario, keys: np.ndarray) -> Params:
    """Return the numbers of a scenario with the keys of the random streams (uint32, shape (stream, 2)).

    Raises
    ------
    AstrosimError
        If a rule's name is unknown.
    """
    return Params(
        keys=keys,
        learner=MOVERS[learner_of(scenario.learner).mover],
        trials_per_episode=scenario.schedule.trials_per_episode,
        sensing=chosen("sensing.rule", choices.SENSING, scenario.sensing.rule).number,
        selection=chosen("astrocytes.selection", choices.SELECTION, scenario.astrocytes.selection).number,
        coupled=scenario.coupled,
        population=population_params(scenario),
        network=neuron_params(scenario.network),
        perturbation=_perturbation(scenario),
        decision=_decision(scenario),
        coupling=_coupling(scenario),
        cursor=Cursor(scenario.cursor.radius, scenario.cursor.jump, scenario.cursor.step),
    )


def neuron_params(section: Network) -> Neurons:
    """Return the numbers that a pass through the neurons needs.

    Raises
    ------
    AstrosimError
        If the model's name is unknown.
    """
    model = chosen("network.model", choices.NEURON_MODELS, section.model)
    return Neurons(section.threshold, section.cycles, model.number, section.leak, model.memoryless)


def population_params(scenario: Scenario) -> population.Params:
    """Return the numbers by which a scenario's astrocytes select, remember and adapt."""
    own, exploration = scenario.astrocytes, scenario.exploration
    return population.make_params(own.max_active, own.window, exploration.rule, exploration, scenario.adaptation)


def _perturbation(scenario: Scenario) -> Perturbation:
    own = scenario.perturbation
    spacing = grid(own.limit)
    return Perturbation(
        scope=chosen("perturbation.scope", choices.SCOPE, own.scope).number,
        scale=np.float32(step_scale(own.sigma, spacing)),
        spacing=np.float32(spacing),
        limit=grid_limit(own.limit),
        fraction=own.fraction,
        adapt_sigma=own.adapt_sigma,
        sigma_rise=own.sigma_rise,
        sigma_fall=own.sigma_fall,
        sigma_cap=own.sigma_cap,
    )


def _decision(scenario: Scenario) -> Decision:
    own = scenario.decision
    return Decision(
        reward=chosen("decision.reward", choices.REWARDS, own.reward).number,
        gain=own.gain,
        cap=own.cap,
        accept=chosen("decision.accept", choices.ACCEPTANCE, own.accept).number,
        temperature=own.temperature,
        window=own.window,
        race=own.race,
        consolidation=chosen("decision.consolidation", choices.CONSOLIDATION, own.consolidation).number,
        rate=own.rate,
        offset=-own.margin,
        as_in_paper=own.reward in ("soft", "binary") and own.gain == 1.0 and own.accept == "strict",
    )


def _coupling(scenario: Scenario) -> Coupling:
    own = scenario.coupling
    return Coupling(
        gain=own.gain,
        calcium=chosen("coupling.calcium", choices.CALCIUM_MODELS, own.calcium).number,
        capacity=own.capacity,
        decay=exp(-1.0 / own.decay_time),
        relay=own.relay,
        relay_threshold=own.relay_threshold,
        refractory=own.refractory,
    )
