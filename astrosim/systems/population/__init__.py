"""Astrocytes that select, explore, remember outcomes and adapt thresholds, whatever they act upon.

Murray 2026, section 4. A system that stands on them gives scores, and says whether a trial was kept; perturbations and
rewards are its own. Its params, state and workspace may hold more fields than the tuples of `state`. Where neurons are
points in the plane, `wiring` places and wires them, and `territories` gives astrocytes their places and reach.
"""
