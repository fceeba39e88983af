"""Calcium-wave networks (dimensionless values): the only room that uses torch. Peterson, see `scenarios/waves`."""
