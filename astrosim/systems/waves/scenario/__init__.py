"""Scenario files of calcium-wave networks: schema, sections and checks."""
