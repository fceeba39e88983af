"""Wiring, places, territories and state of a threshold network."""
