"""The live view of a policy in a real browser: the environment, the network, the batch; nothing goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from live_view import SOON, Server, View
from playwright.sync_api import expect, sync_playwright

SCENARIO = """
kind = "task"
name = "watched"
title = "Watched pole"
seeds = [3]
[task]
environment = "{}"
[birth]
networks = 4
[schedule]
steps = 3_000
[record]
every = 1_000
test = 3
[conditions.astrocytes]
[conditions.snes]
learner.rule = "snes"
"""


@pytest.fixture(scope="module")
def view(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    path = request.config.getoption("--browser-path")
    if not Path(path).exists():
        pytest.skip(f"no browser at {path}: install chromium, or name one with --browser-path")
    expect.set_options(timeout=SOON)
    file = tmp_path_factory.mktemp("view") / "watched.toml"
    file.write_text(SCENARIO.format("CartPole-v1"))
    server = Server(str(file))
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        shown = View(browser, server)
        yield shown
        browser.close()
    code, said = server.end()
    assert (code, said) == (0, "Ended.\n")


def test_the_first_frame_shows_all(view: View) -> None:
    expect(view.page).to_have_title("astrosim: Watched pole")
    assert (view.state("trial"), view.state("task")) == ("0", "CartPole-v1")
    assert view.colours(".as-world") > 3
    assert view.colours(".as-net") > 20
    assert view.page.locator(".as-layers, .as-patterns").count() == 0  # nothing of neurons in space
    assert view.wrong == []


def test_a_step_is_one_trial(view: View) -> None:
    for trial in (1, 2, 3):
        view.click("step")
        view.wait("trial", trial)
        assert view.state("decision") in ("kept", "reverted", "given up")
    assert view.colours(".as-plot-batch") > 3
    assert view.wrong == []


def test_playing_goes_on_and_draws_curves(view: View) -> None:
    view.click("play")
    view.wait_beyond("trial", 60)
    view.click("pause")
    view.wait("playing", "false")
    assert view.colours(".as-plot-return") > 3
    assert view.colours(".as-plot-accept") > 3
    assert int(view.state("steps")) > 100
    assert view.wrong == []


def test_a_rival_is_refused_in_the_page(view: View) -> None:
    view.choose("condition", "snes")
    view.click("reset")
    expect(view.page.locator(".as-error")).to_contain_text("kept or reverted")
    assert view.wrong == []


def test_a_stored_run_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "watched.toml"
    file.write_text(SCENARIO.format("CartPole-v1"))
    run_scenario(load_scenario(file), tmp_path / "run", workers=1)
    done = CliRunner().invoke(app, ["view", str(tmp_path / "run"), "--no-browser"])
    assert done.exit_code == 2
    assert "no stored runs of environments" in done.stderr
