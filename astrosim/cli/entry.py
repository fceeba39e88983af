"""The console script."""

from __future__ import annotations

import sys

from astrosim.cli.commands import app
from astrosim.core.errors import RunError
from astrosim.core.platforms import check_platform


def main() -> None:
    """Run the console script; refuse a system that runs are not safe on."""
    try:
        check_platform()
    except RunError as error:
        sys.exit(str(error))
    app(prog_name="astrosim")
