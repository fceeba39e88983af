"""Agent-based discrete-event simulation in which astrocytes learn and neurons compute."""

__version__ = "0.1.0"
