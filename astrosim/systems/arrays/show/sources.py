"""Tables that a run has read, as provenance.json tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def sources(directory: Path) -> dict[str, dict[str, Any]]:
    """Return what a run has read, by condition; empty if provenance.json is missing."""
    try:
        sessions = json.loads((directory / "provenance.json").read_text(encoding="utf-8"))["sessions"]
        return dict(sessions[-1].get("sources", {}))
    except (OSError, ValueError, KeyError, IndexError):
        return {}


def remarked(directory: Path) -> list[str]:
    """Return the remarks on these tables, each once."""
    return list(dict.fromkeys(text for one in sources(directory).values() for text in one.get("remarks", ())))
