"""Figures of black boxes."""
