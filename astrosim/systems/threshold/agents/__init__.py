"""Neurons and astrocytes as Mesa agents: the readable engine."""
