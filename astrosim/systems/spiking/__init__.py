"""Spiking neurons and astrocytes with calcium: simulated as in NEST, and learning by keep or revert."""
