"""Trials of threshold networks taken apart, phase by phase, for the live view: cameras, and the films they shoot."""
