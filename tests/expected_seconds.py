"""Seconds per test file of the ordinary suite, where kernels are compiled first; files of fewer than 5 are left out."""

SECONDS: dict[str, int] = {}
