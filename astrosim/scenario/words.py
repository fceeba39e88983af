"""Words that were probably meant, numbers of things, durations, and sentences taken apart."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

FIELD = r"[^:() ]+"
PLACE = re.compile(
    rf"(?P<file>\S.*?):(?P<line>\d+): (?:(?P<field>{FIELD}): )?|(?:(?P<flag>--\S+?): )?(?:(?P<own>{FIELD}): )?"
)
"""Where a problem is: in a file, or from outside it."""


def nearest(word: str, known: Iterable[str], closeness: float = 0.6) -> str | None:
    """Return the known word that was probably meant, if any comes close (closeness from 0 to 1, as difflib has it)."""
    plain = {k.lower().replace("-", "_"): k for k in known}
    match = difflib.get_close_matches(word.lower().replace("-", "_"), plain, n=1, cutoff=closeness)
    return plain[match[0]] if match else None


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun in the singular or plural: 1 seed, 1,200 seeds."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def seconds_words(seconds: float) -> str:
    """Return a duration in the unit that reads best."""
    for unit, length in (("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.3g} {unit}" if seconds < 1000 * length else f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def parts(problem: str) -> dict[str, Any]:
    """Return the parts of a line ``file:line: field: what is wrong (value). What would be right.``, for other programs.

    Returns
    -------
    dict
        file (or the flag), line, field, message and remedy; None for what the line does not tell.
    """
    place = PLACE.match(problem)
    assert place is not None
    message, _, remedy = _split(problem[place.end() :])
    return {
        "file": place["file"] or place["flag"],
        "line": int(place["line"]) if place["line"] else None,
        "field": place["field"] or place["own"] or (place["flag"] or "").removeprefix("--") or None,
        "message": message,
        "remedy": remedy or None,
    }


def _split(text: str) -> tuple[str, str, str]:
    """What is wrong, and what would be right: the first sentence, parentheses left whole, and the rest."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth <= 0 and text.startswith(". ", at):
            return text[: at + 1], " ", text[at + 2 :]
    return text, "", ""
