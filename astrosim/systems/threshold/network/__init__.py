"""Wiring, positions, territories and state of a threshold network."""
