"""Birth: random networks play the same episodes, raced; learning starts from the best of them."""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.blackbox.items import BIRTH, items
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.learners.state import STEPS, State
from astrosim.systems.blackbox.network import draw_weights, fill, flat, outgoing_scale, weights_of
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.proposals.deciding import race_blocks

SHARE = 0.3  # of the budget that birth may take; own_tasks prototype
WARM_BATCH, BIRTH_BATCH = range(2)  # batches of the part BIRTH


def first_scales(scenario: BlackboxScenario, heard: int) -> tuple[float, float, float, float]:
    """Return standard deviations of first weights: incoming, bias, outgoing and direct."""
    network = scenario.network
    incoming = network.gain / np.sqrt(max(heard, 1)) if scenario.has_network else network.gain
    outgoing = outgoing_scale(network.output, network.units)
    return float(incoming), network.bias, outgoing, outgoing


def give_birth(scenario: BlackboxScenario, seed: int, state: State, player: Player) -> tuple[bool, bool]:
    """Let the state begin at the best of some random networks.

    Parameters
    ----------
    scenario : BlackboxScenario
    seed : int
        Draws: streams `blackbox_birth` and `blackbox_item`.
    state : State
        Its weights, moments and counts are written.
    player : Player

    Returns
    -------
    flat : bool
        Whether the scalar was flat: all networks that played all episodes had the same return.
    limited : bool
        Whether the budget left no room for all networks.
    """
    key, policy = stream_key(seed, "blackbox_item"), state.policy
    scales = first_scales(scenario, policy.taps.shape[1])
    zero, one = np.zeros_like(state.moments.total), np.ones_like(state.moments.total)
    for number, item in enumerate(items(key, BIRTH, WARM_BATCH, scenario.birth.warm)):
        draw_weights(policy, seed, scenario.birth.networks + number, scales, zero, one)
        state.count(player.play(policy, item, state.moments))
    centre, spread = state.spread()
    episodes, limit = items(key, BIRTH, BIRTH_BATCH, scenario.decision.episodes), SHARE * scenario.budget
    best, partial, weights, seen = -np.inf, -np.inf, np.zeros_like(state.mean), set()
    early, limited = race_blocks(scenario.decision.race, len(episodes)), False
    for number in range(scenario.birth.networks):
        _draw(scenario, seed, number, policy, scales, centre, spread)
        total, first = 0.0, 0.0
        for place, item in enumerate(episodes, 1):
            episode = player.play(policy, item)
            state.count(episode)
            total += episode.reward
            if place == early:
                first = total
                if early < len(episodes) and first < partial:
                    break
        else:
            seen.add(total)
            if total > best:
                best, partial, weights = total, first, flat(policy)
        if state.counts[STEPS] >= limit:
            limited = number + 1 < scenario.birth.networks
            break
    fill(policy, weights)
    state.restart()
    return scenario.birth.networks > 1 and len(seen) == 1 and number > 0, limited


def _draw(
    scenario: BlackboxScenario,
    seed: int,
    number: int,
    policy: Policy,
    scales: tuple[float, float, float, float],
    centre: np.ndarray,
    spread: np.ndarray,
) -> None:
    """First weights of a network; those of an objective begin at 0 with the first."""
    if number == 0 and not scenario.has_network:
        fill(policy, np.zeros(sum(array.size for array in weights_of(policy))))
    else:
        draw_weights(policy, seed, number, scales, centre, spread)
