"""Rivals of the astrocytes on black boxes: CMA-ES, OpenAI-ES, PGPE, SNES, ARS; a file each, found by a table.

All are given the same start, the same scale of every parameter and, as the astrocytes are, one number per proposal.
"""
