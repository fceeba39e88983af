"""Learners of calcium-wave networks."""
