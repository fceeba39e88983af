"""The systems that astrosim runs on: those whose file locks, signals and processes it has been made for."""

from __future__ import annotations

import sys

from astrosim.core.errors import RunError

SUPPORTED = {"linux": "Linux", "darwin": "macOS"}
"""Names by what Python calls a system."""


def check_platform(platform: str = sys.platform) -> None:
    """Refuse a system on which runs would not be safe.

    Raises
    ------
    RunError
        Names the system, and what to do.
    """
    if platform not in SUPPORTED:
        raise RunError(
            f"astrosim runs on {' and '.join(SUPPORTED.values())}; this is {platform}. On Windows install it in the "
            "Windows Subsystem for Linux: wsl --install, then pip install astrosim there."
        )
