"""Synapse models, a file each: parameters, constants, state, and what a presynaptic spike releases (ms)."""
