"""Exploration and adaptation in words, with the numbers of a scenario."""

from __future__ import annotations

from astrosim.rules.choices import EXPLORATION, chosen
from astrosim.systems.population.sections import Adaptation, Rates, Turn


def exploration_words(rule: str, rates: Rates, turn: Turn) -> str:
    """Return how astrocytes below threshold become active.

    Raises
    ------
    AstrosimError
        If no rule has this name.
    """
    told = chosen("exploration", EXPLORATION, rule).told
    return told(each=turn.words, flat_rate=rates.flat_rate, initial_rate=rates.initial_rate, maturity=rates.maturity)


def adaptation_words(adaptation: Adaptation, outcomes: int) -> str:
    """Return how thresholds adapt to the success among the remembered outcomes."""
    return (
        f"every {adaptation.interval} trials by {adaptation.step:g}: down above {adaptation.upper_success:g} success "
        f"in the last {outcomes}, up below {adaptation.lower_success:g}; within {adaptation.floor:g} to "
        f"{adaptation.ceiling:g}"
    )
