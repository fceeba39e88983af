"""Parameters that wait for the full suite: what is slow, where a faster case stands in the ordinary one."""

from __future__ import annotations

from typing import Any

import pytest


def later(*values: Any) -> list[Any]:
    """Values, or tuples of several, as parameters of the full suite."""
    return [pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.full) for one in values]
