"""A browser for the tests of the live view, and a page that shows a network of astrocytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from live_view import Server, View
    from playwright.sync_api import Browser

FLAGS = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update"
SCENARIO = """
name = "watched"
title = "Watched"
seeds = [42, 7]
[schedule]
episodes = 300
[record]
every = 20
[conditions.maturity]
[conditions.lesion]
interventions = [{ action = "lesion_astrocytes", at_episode = 100, which = [0, 1] }]
[conditions.control]
learner = "none"
"""


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    from live_view import SOON
    from playwright.sync_api import expect, sync_playwright

    path = request.config.getoption("--browser-path")
    if not Path(path).exists():
        pytest.skip(f"no browser at {path}: install chromium, or name one with --browser-path")
    expect.set_options(timeout=SOON)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=[*FLAGS.split(), "--disable-sync"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("view") / "watched.toml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture(scope="module")
def live(scenario: Path) -> Iterator[Server]:
    from live_view import Server

    server = Server(str(scenario))
    yield server
    code, said = server.end()
    assert (code, said) == (0, "Ended.\n")


@pytest.fixture
def own(browser: Browser, live: Server) -> Iterator[View]:
    """A page of its own, for what a reset does not take back."""
    from live_view import View

    shown = View(browser, live)
    yield shown
    shown.page.context.close()
    assert shown.wrong == []


@pytest.fixture(scope="module")
def shared(browser: Browser, live: Server) -> Iterator[View]:
    from live_view import View

    shown = View(browser, live)
    yield shown
    shown.page.context.close()


@pytest.fixture
def view(shared: View) -> Iterator[View]:
    """A page that others use too, before the first trial."""
    shared.click("reset")
    shared.wait("trial", 0)
    yield shared
    assert shared.wrong == []
