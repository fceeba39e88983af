"""Words that were probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], closeness: float = 0.6) -> str | None:
    """Return the known word that was probably meant, if any comes close (closeness from 0 to 1, as difflib has it)."""
    plain = {k.lower().replace("-", "_"): k for k in known}
    match = difflib.get_close_matches(word.lower().replace("-", "_"), plain, n=1, cutoff=closeness)
    return plain[match[0]] if match else None
