"""Scenario files of threshold networks: schema, sections and checks."""
