"""Keep or revert. Murray 2026, section 4.5."""

from __future__ import annotations

from astrosim.jit import inlined


@inlined
def keeps(after, before, offset=0.0):
    """Whether a perturbation stands: the reward, an injected offset added, has strictly risen."""
    return after + offset > before
