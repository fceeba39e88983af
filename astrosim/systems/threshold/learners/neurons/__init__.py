"""Neurons that learn by rules of their own: Murray 2026, experiments 001 to 018, on two engines."""
