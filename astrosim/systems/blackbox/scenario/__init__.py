"""Scenarios of black boxes: environments and objectives."""
