"""Exploration and adaptation in words, with the numbers of a scenario."""

from __future__ import annotations

from astrosim.core.errors import AstrosimError
from astrosim.systems.population.sections import Adaptation, Rates, Turn


def exploration_words(rule: str, rates: Rates, turn: Turn) -> str:
    """Return how astrocytes below threshold become active.

    Raises
    ------
    AstrosimError
        If no rule has this name.
    """
    if rule == "none":
        return "no exploration"
    if rule == "flat":
        return f"exploration {rates.flat_rate:g} {turn.words}, flat"
    if rule == "maturity":
        return f"exploration {rates.initial_rate:g} / (1 + activations / {rates.maturity:g}) {turn.words}"
    raise AstrosimError(f"exploration: no rule is named {rule!r}.")


def adaptation_words(adaptation: Adaptation, outcomes: int) -> str:
    """Return how thresholds adapt to the success among the remembered outcomes."""
    return (
        f"every {adaptation.interval} trials by {adaptation.step:g}: down above {adaptation.upper_success:g} success "
        f"in the last {outcomes}, up below {adaptation.lower_success:g}; within {adaptation.floor:g} to "
        f"{adaptation.ceiling:g}"
    )
