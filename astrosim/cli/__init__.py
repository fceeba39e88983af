"""The command line."""

from astrosim.cli import audit, extension, figures, view  # their commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["app", "audit", "extension", "figures", "main", "view"]
