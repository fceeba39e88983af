"""Spiking networks: what they are made of, from files or from Python, and their arrays."""
