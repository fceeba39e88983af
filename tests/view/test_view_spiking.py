"""The live view of a spiking network in a real browser: every control does what it says, and nothing goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import tomli_w
from spiking_figure_runs import TABLES

from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from live_view import Server, View
from playwright.sync_api import Browser, expect

INSIDE = """() => [...document.querySelectorAll('.as-stage, .as-side, .as-fact, .as-legend > *, .as-controls *')].every(
    (one) => one.getBoundingClientRect().right <= window.innerWidth + 1
          && one.getBoundingClientRect().bottom <= window.innerHeight + 1)"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("view") / "watched.toml"
    path.write_text(tomli_w.dumps(TABLES | {"title": "Watched spikes", "seeds": [1, 2]}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shared(browser: Browser, file: Path) -> Iterator[View]:
    server = Server(str(file))
    shown = View(browser, server)
    yield shown
    shown.page.context.close()
    assert server.end() == (0, "Ended.\n")


@pytest.fixture
def view(shared: View) -> Iterator[View]:
    """A page that all use, before the first step."""
    drawn = int(shared.state("frames"))
    shared.click("reset")
    shared.wait_beyond("frames", drawn)
    shared.wait("trial", 0)
    yield shared
    assert shared.wrong == []


def number(view: View, name: str) -> float:
    return float(view.state(name))


def test_the_first_frame_shows_all(view: View) -> None:
    assert view.page.title() == "astrosim: Watched spikes"
    assert view.colours(".as-canvas") > 30
    assert all(view.colours(f".as-run-{name}") > 3 for name in ("raster", "trace-0", "trace-1"))
    assert view.page.locator(".as-fact-time .as-value").inner_text() == "0 ms of 50 ms"
    legend = view.page.locator(".as-legend").inner_text()
    for words in ("E", "I", "rest", "threshold", "spike", "calcium", "chosen", "raise IP3", "all 40 connections"):
        assert words in legend
    assert view.page.locator(".as-layers, .as-patterns").count() == 0  # nothing of threshold networks


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_is_cut(view: View, size: tuple[int, int]) -> None:
    view.page.set_viewport_size({"width": size[0], "height": size[1]})
    view.page.wait_for_timeout(200)
    assert view.page.evaluate(INSIDE)
    view.page.set_viewport_size({"width": 1280, "height": 800})


def test_play_goes_on_in_slow_motion_and_pause_stands(view: View) -> None:
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: 10 ms/s, 100 x slower")
    view.click("play")
    view.wait_beyond("trial", 20)
    expect(view.page.locator(".as-fact-pace")).to_be_visible()
    view.click("pause")
    view.wait("playing", "false")
    stands = number(view, "time")
    view.page.wait_for_timeout(250)
    assert number(view, "time") == stands
    assert stands == pytest.approx(0.1 * number(view, "trial"))


def test_a_step_is_a_step_of_the_grid_and_the_next_spike_flashes(view: View) -> None:
    view.click("step")
    view.wait("trial", 1)
    assert number(view, "time") == 0.1
    still = view.picture()
    view.click("stride-spike")
    view.wait_beyond("trial", 1)
    assert int(view.state("lit")) > 0
    assert view.picture() != still
    assert int(view.state("spikes")) > 0


def test_keys_play_pause_and_step(view: View) -> None:
    view.page.locator(".as-canvas").click(position={"x": 5, "y": 5})
    view.page.keyboard.press("ArrowRight")
    view.wait("trial", 1)
    view.page.keyboard.press(" ")
    view.wait("playing", "true")
    view.page.keyboard.press(" ")
    view.wait("playing", "false")
    stands = int(view.state("trial"))
    view.click("step")  # a button has the focus now: space is still no click on it
    view.page.keyboard.press("ArrowRight")
    view.wait("trial", stands + 2)
    view.slide(".as-speed", "ArrowRight")  # on a slider the arrow moves the slider
    view.page.wait_for_timeout(200)
    assert int(view.state("trial")) == stands + 2
    view.slide(".as-speed", "ArrowLeft")


def test_speed_sets_the_pace_and_the_time_that_is_shown(view: View) -> None:
    view.slide(".as-speed", "ArrowLeft", 6)
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: 0.1 ms/s, 10,000 x slower")
    view.wait("window", 0.6)
    view.slide(".as-speed", "ArrowRight", 12)
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: real time")
    view.wait("window", 6000)
    view.click("play")
    view.wait_beyond("trial", 500)  # a live simulation goes on past its schedule
    view.click("pause")
    view.wait("playing", "false")
    view.slide(".as-speed", "ArrowLeft", 6)
    view.wait("window", 60)


def test_a_click_chooses_a_neuron_or_an_astrocyte(view: View) -> None:
    script = """([node]) => { const s = document.querySelector('.as-canvas'), b = s.getBoundingClientRect();
        return [b.left, b.top, b.width, b.height]; }"""
    left, top, width, height = view.page.evaluate(script, [0])
    titles = set()
    for share in range(1, 20):  # some place of a grid meets a node
        for rise in range(1, 12):
            view.page.mouse.move(left + share * width / 20, top + rise * height / 12)
            tip = view.page.locator(".as-tip")
            if not tip.is_visible() or (kind := tip.inner_text().split()[0]) in titles:
                continue
            titles.add(kind)
            label = tip.inner_text().split()[1].rstrip(":")
            view.page.mouse.click(left + share * width / 20, top + rise * height / 12)
            chosen = int(label) if kind == "neuron" else 6 + int(label.removeprefix("a:"))
            view.wait(kind, chosen)
    assert titles == {"neuron", "astrocyte"}


def test_zoom_changes_only_the_picture_and_a_wheel_or_a_double_click_undoes_it(view: View) -> None:
    whole, chosen = view.picture(), view.state("neuron")
    box = view.page.locator(".as-canvas").bounding_box()
    assert box is not None

    def turn(wheel: int) -> str:
        before = view.picture()
        view.page.mouse.wheel(0, wheel)
        return drawn(before)

    def drawn(before: str) -> str:
        for _ in range(200):  # a busy machine draws late
            if view.picture() != before:
                break
            view.page.wait_for_timeout(100)
        return view.picture()

    view.page.mouse.move(box["x"] + 300, box["y"] + 150)
    near = turn(-300)
    assert near != whole
    assert view.state("neuron") == chosen
    assert turn(600) == whole
    assert turn(-300) == near
    view.page.mouse.dblclick(box["x"] + 300, box["y"] + 150)  # its clicks may choose what lies there
    assert drawn(near) != near


def test_condition_and_seed_take_effect_on_reset(view: View) -> None:
    waiting = view.page.locator(".as-waiting").first
    view.write(".as-seed", "7")
    expect(waiting).to_have_text("1 change will take effect on Reset")
    view.choose("condition", "strong")
    expect(waiting).to_have_text("2 changes will take effect on Reset")
    view.click("reset")
    expect(waiting).to_have_text("")
    expect(view.page.locator(".as-legend")).to_contain_text("gap junction")
    view.choose("condition", "loose")
    view.click("reset")
    expect(view.page.locator(".as-legend")).not_to_contain_text("gap junction")


def test_a_stored_simulation_is_scrubbed(browser: Browser, file: Path) -> None:
    run_scenario(load_scenario(file), file.parent / "run", workers=1)
    server = Server(str(file.parent / "run"))
    view = View(browser, server)
    slider, note = view.page.locator(".as-scrub-slider"), view.page.locator(".as-scrub-note")
    expect(note).to_contain_text("replayed; 0 of ")
    for step in (500, 17, 250):
        slider.fill(str(step))
        view.wait("trial", step)
    words = note.inner_text().split()
    assert words[1] == words[3] != "0"  # all recorded spikes were compared
    assert note.inner_text().endswith("recorded spikes compared, all as stored")
    view.choose("seed", "2")
    view.wait("trial", 0)
    view.slide(".as-speed", "End")
    view.click("play")
    view.wait("trial", 500)
    view.wait("playing", "false")
    assert view.page.evaluate(INSIDE)
    view.page.context.close()
    assert view.wrong == []
    assert server.end() == (0, "Ended.\n")
