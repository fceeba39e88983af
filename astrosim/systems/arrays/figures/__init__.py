"""Figures of image networks."""
