"""Scenario files with kind = "spiking"."""
