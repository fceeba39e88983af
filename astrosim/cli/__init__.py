"""The command line."""

from astrosim.cli import (
    about,
    audit,
    compare,
    extension,
    figures,
    importing,
    view,
)  # their commands join the same application
from astrosim.cli.commands import app, main

__all__ = ["about", "app", "audit", "compare", "extension", "figures", "importing", "main", "view"]
