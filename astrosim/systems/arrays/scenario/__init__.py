"""Scenario files of image networks: schema and sections."""
