"""The command line."""

from astrosim.cli import view
from astrosim.cli.commands import app, main

__all__ = ["app", "main", "view"]
