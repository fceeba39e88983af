"""Sweeps: fields that vary, the design by which they do, and the settings that come of it."""
