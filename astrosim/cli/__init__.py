"""The command line."""

from astrosim.cli import about, audit, extension, figures, importing, view  # their commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["about", "app", "audit", "extension", "figures", "importing", "main", "view"]
