"""Exact numbers, randomness and compilation: no experiment is known here."""
