"""Threshold networks in which astrocytes, neurons, both, or a baseline learn. Murray 2026."""
