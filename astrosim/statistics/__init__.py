"""Intervals, tests and cross mapping."""
