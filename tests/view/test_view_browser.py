"""The live view in a real browser: every control works, nothing goes wrong, and nothing leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from astrosim.runs import run
from astrosim.systems.threshold.scenario.schema import Scenario

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from live_view import Server, View
from playwright.sync_api import Browser, expect


def test_the_first_frame_shows_all(view: View) -> None:
    assert view.page.title() == "astrosim: Watched"
    assert view.state("trial") == "0"
    assert view.colours(".as-canvas") > 100
    assert all(view.colours(f".as-plot-{name}") > 3 for name in ("reward", "accept", "threshold"))
    assert view.page.locator(".as-patterns tbody tr").count() == 8
    assert [view.page.locator(".as-patterns tbody tr").nth(6).locator("td").nth(k).inner_text() for k in (1, 2)] == [
        "11000",
        "00101",
    ]
    assert view.state("chosen") == "0"


def test_nothing_is_squeezed_or_cut(own: View) -> None:
    """A canvas has the pixels of its place, at the start with an alarm and while a long status is shown."""
    script = """() => [...document.querySelectorAll('canvas')].map((c) =>
        [[c.width, c.clientWidth], [c.height, c.clientHeight]].map(
            ([of, at]) => of - Math.round(at * devicePixelRatio)))"""
    inside = """() => [...document.querySelectorAll('.as-stage, .as-side, .as-patterns, .as-fact')].every((one) =>
        one.getBoundingClientRect().right <= window.innerWidth)"""
    expect(own.page.locator(".as-alarm")).to_be_visible()
    for width in (1280, 1000):
        own.page.set_viewport_size({"width": width, "height": 800})
        own.page.wait_for_timeout(200)
        assert {0} == {shift for pair in own.page.evaluate(script) for shift in pair}
        assert own.page.evaluate(inside)
    own.click("play")
    own.wait_beyond("trial", 100)
    assert own.page.evaluate(inside)


def test_play_pause_step(view: View) -> None:
    view.click("play")
    reached = view.wait_beyond("trial", 100)
    assert reached % 10 == 0
    expect(view.page.locator(".as-play")).to_be_disabled()
    view.click("pause")
    view.wait("playing", "false")
    stands = int(view.state("trial"))
    assert stands >= reached
    before = view.picture()
    view.page.wait_for_timeout(300)
    assert int(view.state("trial")) == stands
    view.click("step")
    view.wait("trial", stands + 1)
    assert view.picture() != before
    assert view.page.locator(".as-fact-trial .as-value").inner_text() == f"{stands + 1:,}"
    assert view.page.locator(".as-fact-decision .as-value").inner_text() in ("kept", "reverted")
    assert int(view.state("eligible")) > 100


def test_speed(view: View) -> None:
    view.slide(".as-speed", "ArrowLeft", 3)
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: 1 trial per frame")
    view.slide(".as-speed", "ArrowRight", 12)
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: 10,000 trials per frame")
    view.click("play")
    view.wait_beyond("trial", 19_999)
    view.click("pause")
    view.wait("playing", "false")
    assert int(view.state("trial")) % 10_000 == 0
    view.slide(".as-speed", "ArrowLeft", 9)
    expect(view.page.locator(".as-speed")).to_contain_text("Speed: 10 trials per frame")


def test_conditions_alarm_and_interventions(own: View) -> None:
    own.click("play")
    own.wait_beyond("trial", 20)
    own.choose("condition", "control")
    expect(own.page.locator(".as-waiting").first).to_have_text("1 change will take effect on Reset")
    own.click("reset")
    own.wait("trial", 0)
    own.wait("chosen", "")
    expect(own.page.locator(".as-alarm")).to_be_visible()
    expect(own.page.locator(".as-alarm")).to_have_text("CONSTANT OUTPUT: every pattern gives 00000.")
    expect(own.page.locator(".as-chosen")).to_have_count(0)
    own.choose("condition", "lesion")
    own.click("reset")
    own.wait("chosen", 0)
    own.slide(".as-speed", "ArrowRight", 5)
    own.click("play")
    own.wait_beyond("trial", 1_500)
    own.click("pause")
    own.wait("playing", "false")
    own.wait("events", "1000 lesion astrocytes")


def test_seed_and_parameters(own: View) -> None:
    waiting, before = own.page.locator(".as-waiting").first, int(own.state("synapses"))
    own.write(".as-seed", "1234")
    expect(waiting).to_have_text("1 change will take effect on Reset")
    assert own.state("synapses") == str(before)
    own.click("reset")
    own.page.wait_for_function(f"document.querySelector('.as-stage').dataset.synapses !== '{before}'")
    expect(waiting).to_have_text("")
    own.choose("section", "network")
    own.write(".as-parameter-network-regular", "40")
    own.slide(".as-parameter-network-p_between", "Home")
    expect(own.page.locator(".as-parameter-network-p_between")).to_contain_text("p between: 0")
    own.choose("section", "sensing")
    own.choose("parameter-sensing-rule", "firing")
    own.choose("section", "coupling")
    own.choose("parameter-coupling-graph", "nearest")
    own.page.click(".as-parameter-coupling-relay input")
    expect(waiting).to_have_text("5 changes will take effect on Reset")
    own.click("reset")
    expected = 2 * 0.6 * (52 * 47 - 47)  # clusters, probability, pairs of a cluster
    assert own.wait_beyond("synapses", 2_000) == pytest.approx(expected, rel=0.06)
    expect(waiting).to_have_text("")
    own.choose("colour", "calcium")
    own.wait("colour", "calcium")


def test_a_wrong_value_is_told_and_the_old_replicate_stays(own: View) -> None:
    before = own.state("synapses")
    own.choose("section", "network")
    own.write(".as-parameter-network-spacing", "-3")
    own.click("reset")
    error = own.page.locator(".as-error")
    expect(error).to_contain_text("conditions.maturity.network.spacing: too small (-3.0). Write a number above 0")
    own.click("step")
    own.wait("trial", 1)
    assert own.state("synapses") == before


def test_colours(view: View) -> None:
    view.click("step")
    view.wait("trial", 1)
    pictures = [view.picture()]
    for label, name in (("exploration rate", "exploration"), ("score", "score"), ("threshold", "threshold")):
        view.choose("colour", label)
        view.wait("colour", name)
        pictures.append(view.picture())
        expect(view.page.locator(".as-legend")).to_contain_text(label)
    assert len(set(pictures)) == 3
    assert pictures[0] == pictures[3]


def test_an_astrocyte_is_chosen_by_name_or_click(view: View) -> None:
    view.choose("chosen", "A3")
    view.wait("chosen", 3)
    chosen = view.state("mine")
    box = view.page.locator(".as-canvas").bounding_box()
    assert box is not None
    view.page.mouse.click(box["x"] + 0.87 * box["width"], box["y"] + 0.22 * box["height"])
    view.wait("chosen", 7)
    expect(view.page.locator(".as-chosen")).to_contain_text("A7")
    assert view.state("mine") != chosen


def test_layers(view: View) -> None:
    view.click("step")
    view.wait("trial", 1)
    pictures = [view.picture()]
    for name in ("mine", "eligible", "all"):
        view.page.click(f".as-layer-{name} input")
        if name == "all":
            view.wait("all", view.state("synapses"))
        view.page.wait_for_timeout(200)
        pictures.append(view.picture())
    assert len(set(pictures)) == 4


def test_zoom_and_move(view: View) -> None:
    whole, chosen = view.picture(), view.state("chosen")
    box = view.page.locator(".as-canvas").bounding_box()
    assert box is not None
    view.page.mouse.move(box["x"] + 300, box["y"] + 150)
    view.page.mouse.wheel(0, -300)
    view.page.wait_for_timeout(150)
    near = view.picture()
    view.page.mouse.down()
    view.page.mouse.move(box["x"] + 400, box["y"] + 200, steps=4)
    view.page.mouse.up()
    view.page.wait_for_timeout(150)
    moved = view.picture()
    assert len({whole, near, moved}) == 3
    assert view.state("chosen") == chosen
    view.page.mouse.dblclick(box["x"] + 5, box["y"] + 5)
    for name in (1, chosen):  # the double click may have chosen another one
        view.choose("chosen", f"A{name}")
        view.wait("chosen", name)
    assert view.picture() == whole


@pytest.fixture(scope="module")
def stored(scenario: Path, browser: Browser) -> Iterator[Server]:
    directory = scenario.parent / "run"
    loaded = Scenario.load(scenario)
    assert isinstance(loaded, Scenario)
    run(loaded, directory, workers=1)
    server = Server(str(directory))
    yield server
    assert server.end() == (0, "Ended.\n")


def test_a_stored_run_is_scrubbed(browser: Browser, stored: Server) -> None:
    view = View(browser, stored)
    slider, note = view.page.locator(".as-scrub-slider"), view.page.locator(".as-scrub-note")
    expect(note).to_have_text("replayed; 0 of 16 recorded episodes compared, all as stored")
    for trial, compared in ((3000, 16), (17, 16), (1500, 16)):
        slider.fill(str(trial))
        view.wait("trial", trial)
        expect(note).to_have_text(f"replayed; {compared} of 16 recorded episodes compared, all as stored")
    view.click("step")
    view.wait("trial", 1501)
    view.choose("seed", "7")
    view.wait("trial", 0)
    view.choose("condition", "control")
    view.wait("chosen", "")
    expect(view.page.locator(".as-section")).to_have_count(0)
    view.slide(".as-speed", "End")
    view.click("play")
    view.wait("trial", 3000)
    view.wait("playing", "false")
    view.page.context.close()
    assert view.wrong == []


@pytest.mark.full
def test_ten_thousand_synapses(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text('name = "large"\n[network]\nclusters = 12\np_between = 0.0455\n')
    server = Server(str(path))
    view = View(browser, server)
    assert int(view.state("synapses")) > 9_000
    view.page.click(".as-layer-all input")
    view.wait("all", view.state("synapses"))
    view.click("play")
    view.wait_beyond("frames", 30)
    view.page.context.close()
    assert view.wrong == []
    assert server.end() == (0, "Ended.\n")
