"""The command line."""

# Their commands join the same application.
from astrosim.cli import about, audit, compare, extension, figures, importing, shards, status, view
from astrosim.cli.commands import app
from astrosim.cli.entry import main

__all__ = ["about", "app", "audit", "compare", "extension", "figures", "importing", "main", "shards", "status", "view"]
