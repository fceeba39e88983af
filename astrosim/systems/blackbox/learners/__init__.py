"""Learners of black boxes: keep or revert by astrocytes, and its rivals."""
