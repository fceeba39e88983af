"""The shapes that a new part joins, and the registry that finds it."""
