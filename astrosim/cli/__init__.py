"""The command line."""

from astrosim.cli import audit, extension, figures, importing, view  # their commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["app", "audit", "extension", "figures", "importing", "main", "view"]
