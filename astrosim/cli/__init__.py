"""The command line."""

from astrosim.cli import figures as figures  # its commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["app", "main"]
