"""The command line."""

from astrosim.cli.commands import app, main

__all__ = ["app", "main"]
