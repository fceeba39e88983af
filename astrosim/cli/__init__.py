"""The command line."""

# Their commands join the same application.
from astrosim.cli import about, audit, extension, figures, importing, shards, status, view
from astrosim.cli.commands import app
from astrosim.cli.entry import main

__all__ = ["about", "app", "audit", "extension", "figures", "importing", "main", "shards", "status", "view"]
