"""The live view in a headless Chromium: seconds to the first frame, and frames per second, by the wall clock."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from astrosim.scenario.load import to_toml
from benchmarks.cases import SEED, sized

CHROMIUM = os.environ.get("ASTROSIM_CHROMIUM", "/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update"
COMMAND = [sys.executable, "-m", "astrosim.cli", "view"]
STAGE = "document.querySelector('.as-stage').dataset"
SIZES = (2_000, 10_000, 50_000)  # synapses, about
STARTS = 3
WATCHED = 5.0  # s
SETTLE = 1.0  # s
FIRST_GOAL, RATE_GOAL, RATE_SIZE = 5.0, 10.0, 10_000  # s; frames per second at about that many synapses
FASTEST = 12  # steps of the speed slider from its place at the start to its end


def measure() -> list[dict[str, Any]]:
    """One row a quantity; none where there is no browser."""
    if not Path(CHROMIUM).exists():
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS.split(), "--disable-sync"])
        rows = [_first_frame(browser)]
        for synapses in SIZES:
            rows += _frames(browser, synapses)
        browser.close()
    return rows


@contextmanager
def served(scenario: str) -> Iterator[str]:
    """The address of a view."""
    process = subprocess.Popen(
        [*COMMAND, scenario, "--no-browser", "--port", "0", "--seed", str(SEED)], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        yield process.stderr.readline().split()[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _opened(browser: Any, address: str) -> Any:
    """A page that has drawn its first frame."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    page.wait_for_selector(".as-stage[data-frames]", timeout=120_000)
    return page


def _first_frame(browser: Any) -> dict[str, Any]:
    """From the start of the command until the first frame is drawn, in a browser that runs already."""
    seconds = []
    for _ in range(STARTS + 1):  # the first may compile
        start = time.perf_counter()
        with served("quick") as address:
            page = _opened(browser, address)
            seconds.append(time.perf_counter() - start)
            page.context.close()
    return {
        "what": "astrosim view quick, to its first frame (s)",
        "synapses": None,
        "best": min(seconds[1:]),
        "typical": statistics.median(seconds[1:]),
        "goal": FIRST_GOAL,
        "met": statistics.median(seconds[1:]) <= FIRST_GOAL,
    }


def _frames(browser: Any, synapses: int) -> list[dict[str, Any]]:
    """Frames per second with two layers of synapses and with all; trials per second at full speed."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "sized.toml"
        file.write_text(to_toml(sized("maturity", synapses)))
        with served(str(file)) as address:
            page = _opened(browser, address)
            count = int(page.evaluate(f"{STAGE}.synapses"))
            page.click(".as-play")
            rows = [_row("frames/s, 10 trials per frame, chosen and eligible synapses", count, _rate(page, "frames"))]
            page.click(".as-layer-all input")
            rows.append(_row("frames/s, 10 trials per frame, all synapses drawn", count, _rate(page, "frames")))
            page.locator(".as-speed [role=slider]").focus()
            for _ in range(FASTEST):
                page.keyboard.press("ArrowRight")
            rows.append(_row("trials/s, 100,000 trials per frame, all synapses drawn", count, _rate(page, "trial")))
            page.context.close()
    return rows


def _rate(page: Any, name: str) -> list[float]:
    """How much a count grows a second, in turns."""
    time.sleep(SETTLE)
    rates = []
    for _ in range(3):
        start, before = time.perf_counter(), int(page.evaluate(f"{STAGE}.{name}"))
        time.sleep(WATCHED / 3)
        after = int(page.evaluate(f"{STAGE}.{name}"))
        rates.append((after - before) / (time.perf_counter() - start))
    return rates


def _row(what: str, synapses: int, rates: list[float]) -> dict[str, Any]:
    typical = statistics.median(rates)
    counts = what.startswith("frames") and abs(synapses - RATE_SIZE) < 0.1 * RATE_SIZE
    return {
        "what": what,
        "synapses": synapses,
        "best": max(rates),
        "typical": typical,
        "goal": RATE_GOAL if counts else None,
        "met": typical >= RATE_GOAL if counts else None,
    }
