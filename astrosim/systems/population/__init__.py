"""Astrocytes that select, explore, remember outcomes and adapt thresholds, whatever they act upon.

Murray 2026, section 4. A system that stands on them gives scores, and says whether a trial was kept; territories,
perturbations and rewards are its own. Its params, state and workspace may hold more fields than the tuples of `state`.
"""
