"""Several astrocytes that propose in one trial or round: who they are, and who of them stands (dimensionless)."""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.decision import keeps
from astrosim.rules.scope import sample
from astrosim.systems.proposals.deciding import KEPT, TRIED, next_sigma
from astrosim.systems.proposals.proposing import TEAM, add_territory, clear

BEST, EACH, JOINT = range(3)
ACCEPT = {"best": BEST, "each": EACH, "joint": JOINT}


@kernel
def gather_team(team, params, trial):
    """Draw who act: the first places of team.deck. Draws: stream `field_team`."""
    for a in range(team.deck.size):
        team.deck[a] = a
    sample(params.keys[TEAM], trial, team.gained.size, team.deck, team.partner)


@kernel
def best_of(gained):
    """Place of the largest gain, the first of equal ones."""
    best = 0
    for p in range(1, gained.size):
        if gained[p] > gained[best]:
            best = p
    return best


@kernel
def winners_of(gained):
    """Return the number of proposals that gained."""
    count = 0
    for p in range(gained.size):
        count += keeps(gained[p], 0.0)
    return count


@kernel
def assemble(network, params, state, workspace, only, trial):
    """Assemble the proposal of one member (`only`, a place), or with -1 of all that gained. Writes:
    workspace.proposal."""
    team = workspace.team
    clear(workspace.proposal)
    for p in range(team.gained.size):
        if p == only or (only < 0 and keeps(team.gained[p], 0.0)):
            add_territory(network, params, state, workspace, team.deck[p], trial + p)


@kernel
def stands_together(accept, gained, team):
    """Return whether those that gained alone stand together, given the change of the summed reward by all of them.

    Raises ValueError for an unknown rule of acceptance.
    """
    if accept == BEST:
        return False
    if accept == EACH:
        return True
    if accept == JOINT:
        return gained > team.gained[best_of(team.gained)]
    raise ValueError("decision.accept: a rule without a formula")


@kernel
def adapt_team(params, state, team, cap, kept):
    """Adapt each sigma by its own gain; `kept`: the place that stands, -1: all that gained, -2: none."""
    for p in range(team.gained.size):
        actor, gained = team.deck[p], keeps(team.gained[p], 0.0)
        state.sigma[actor] = next_sigma(state.sigma[actor], gained, params, cap)
        state.tally[TRIED, actor] += 1
        state.tally[KEPT, actor] += p == kept or (kept == -1 and gained)
