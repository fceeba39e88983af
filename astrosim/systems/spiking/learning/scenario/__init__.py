"""Scenario files of learning over spiking windows."""
