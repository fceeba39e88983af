"""Figures of threshold networks."""
