"""Learners other than astrocytes alone: neurons, both together, and baselines."""
