"""Figures of calcium-wave networks."""
