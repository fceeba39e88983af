"""The command line."""

# Their commands join the same application.
from astrosim.cli import about, audit, extension, figures, importing, shards, view
from astrosim.cli.commands import app, main

__all__ = ["about", "app", "audit", "extension", "figures", "importing", "main", "shards", "view"]
