"""Keep or revert. Murray 2026, section 4.5."""

from __future__ import annotations

from astrosim.jit import inlined


@inlined
def keeps(after, before):
    """Whether a perturbation stands: the reward has strictly risen."""
    return after > before
