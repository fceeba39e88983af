"""Biological slow motion: how much biological time a second of wall time shows (ms per s)."""

from __future__ import annotations

from astrosim.contracts.watched import Speed

MS_PER_S = 1000.0
PACES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)  # ms per s
WINDOW_S = 6.0  # s of wall time that running traces show; assumed: what an eye follows


def pace_words(pace: float) -> str:
    """Return a pace (ms of biological time per second) in words: "5 ms/s, 200 x slower"."""
    if pace == MS_PER_S:
        return "real time"
    if pace < MS_PER_S:
        return f"{pace:g} ms/s, {MS_PER_S / pace:,.0f} x slower"
    return f"{pace / MS_PER_S:g} s/s, {pace / MS_PER_S:g} x faster"


def paces(step_ms: float, first: float, most: float = PACES[-1]) -> tuple[tuple[Speed, ...], int]:
    """Return the speeds of a clock of steps (ms), from about a step per second on, and the place of the first one."""
    chosen = [pace for pace in PACES if step_ms <= pace * (1 + 1e-9) and pace <= most] or [step_ms]
    found = tuple(Speed(pace_words(pace), pace / step_ms, True, window_ms=round(WINDOW_S * pace, 6)) for pace in chosen)
    return found, min(range(len(chosen)), key=lambda place: abs(chosen[place] - first))
