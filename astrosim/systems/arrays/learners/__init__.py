"""Learners of image networks."""
