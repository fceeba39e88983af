"""Learners of spiking networks."""
