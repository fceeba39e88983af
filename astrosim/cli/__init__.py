"""The command line."""

from astrosim.cli import audit, figures, view  # their commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["app", "audit", "figures", "main", "view"]
