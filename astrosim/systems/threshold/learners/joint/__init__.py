"""Neurons that learn by rules of their own and astrocytes, in one network: on two engines."""
