"""The live view in a real browser: every control works, nothing goes wrong, and nothing leaves this machine."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
import pytest

from astrosim.runs import run
from astrosim.scenario import load_scenario, resolve
from astrosim.systems.threshold.scenario.schema import Scenario

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from live_view import SOON, Server, View
from playwright.sync_api import Browser, expect, sync_playwright

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
    server = Server(str(scenario))
    yield server
    code, said = server.end()
    assert (code, said) == (0, "Ended.\n")


@pytest.fixture
def own(browser: Browser, live: Server) -> Iterator[View]:
    """A page of its own, for what a reset does not take back."""
    shown = View(browser, live)
    yield shown
    shown.page.context.close()
    assert shown.wrong == []


@pytest.fixture(scope="module")
def shared(browser: Browser, live: Server) -> Iterator[View]:
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


def test_a_trial_goes_by_phase_by_phase_and_is_told(view: View) -> None:
    page = view.page
    page.locator(".as-canvas").click(position={"x": 5, "y": 5})
    for phase in ("present", "sense", "activate", "evaluate before", "perturb"):
        page.keyboard.press("ArrowDown")
        view.wait("phase", phase)
        expect(page.locator(".as-phase.as-lit")).to_have_text(phase)
    assert (view.state("trial"), view.state("compared")) == ("0", "1")
    assert int(view.state("eligible")) > 100
    expect(page.locator(".as-sentence")).to_contain_text("synapses take a random step")
    tested = view.picture()
    page.keyboard.press("ArrowLeft")
    view.wait("phase", "evaluate before")
    assert view.picture() != tested
    page.keyboard.press("ArrowRight")
    view.wait("trial", 1)
    expect(page.locator(".as-sentence")).to_have_text(
        re.compile(r"^Trial 1: A\d.* moved [\d,]+ synapses; reward 0\.\d+ -> 0\.\d+: (kept|reverted)\.$")
    )
    assert view.colours(".as-compared") > 2
    view.click("stride-phase")
    view.wait("phase", "present")
    view.slide(".as-speed", "Home")
    expect(page.locator(".as-speed")).to_contain_text("Speed: 1 phase in 2 s")
    page.locator(".as-canvas").click(position={"x": 5, "y": 5})
    begin = time.monotonic()
    page.keyboard.press(" ")
    view.wait("phase", "sense")
    assert time.monotonic() - begin > 1.5
    page.keyboard.press(" ")
    view.wait("playing", "false")
    view.slide(".as-speed", "ArrowRight", 7)
    expect(page.locator(".as-speed")).to_contain_text("Speed: 10 trials per frame")


def test_tips_and_legend_say_what_is_drawn(view: View) -> None:
    box = view.page.locator(".as-canvas").bounding_box()
    assert box is not None
    view.page.mouse.move(box["x"] + 0.87 * box["width"], box["y"] + 0.22 * box["height"])
    tip = view.page.locator(".as-tip")
    expect(tip).to_contain_text("astrocyte A7")
    expect(tip).to_contain_text("adaptation.floor = 0.1")
    expect(tip).to_contain_text("exploration rate (1/trial) 0.3: probability per trial of acting below the threshold")
    legend = view.page.locator(".as-legend")
    for words in (
        "threshold",
        "weight",
        "input",
        "regular",
        "silent, fired",
        "under test",
        "kept",
        "reverted",
        "active",
    ):
        expect(legend).to_contain_text(words)
    untold = (
        "() => [...document.querySelectorAll('.as-legend > *, .as-fact, .as-phase')].filter((one) => !one.title).length"
    )
    assert view.page.evaluate(untold) == 0


def test_lecture_mode(browser: Browser, live: Server) -> None:
    """Large type by the button, by the key, and by the address; nothing is cut at the size of a projector."""
    inside = """() => [...document.querySelectorAll('.as-stage, .as-stage *, .as-tools *')].every((one) =>
        one.getBoundingClientRect().right <= innerWidth + 1 && one.getBoundingClientRect().bottom <= innerHeight + 1)"""
    size = "() => parseFloat(getComputedStyle(document.querySelector('.as-sentence')).fontSize)"
    own = View(browser, live)
    own.page.set_viewport_size({"width": 1920, "height": 1080})
    usual, picture = own.page.evaluate(size), own.picture()
    own.page.click(".as-tool-lecture")
    own.page.wait_for_timeout(300)
    assert own.page.evaluate(size) > 1.5 * usual
    assert own.page.evaluate(inside)
    assert own.picture() != picture
    box = own.page.locator(".as-canvas").bounding_box()
    assert box is not None
    assert box["height"] > 0.4 * 1080  # an alarm takes a line, and no more
    own.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    own.page.keyboard.press("l")
    own.page.wait_for_function(f"({size})() === {usual}")
    own.page.goto(own.address + "?lecture")
    own.page.wait_for_selector(".as-lecture .as-stage[data-frames]")
    assert own.page.evaluate(size) > 1.5 * usual
    own.page.context.close()
    assert own.wrong == []


def test_a_picture_and_a_clip_are_saved(own: View, tmp_path: Path) -> None:
    own.click("play")
    own.wait_beyond("trial", 50)
    own.click("pause")
    own.wait("playing", "false")
    with own.page.expect_download() as waiting:
        own.page.click(".as-tool-picture")
    waiting.value.save_as(tmp_path / "frame.png")
    assert waiting.value.suggested_filename == f"astrosim-watched-{own.state('trial')}.png"
    image = mpimg.imread(tmp_path / "frame.png")
    box = own.page.locator(".as-stage").bounding_box()
    assert box is not None
    assert abs(image.shape[1] - box["width"]) <= 2
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 500
    head = image[: round(own.page.locator(".as-phases").bounding_box()["y"] - box["y"])]  # type: ignore[index]
    assert (head.min(axis=2) < 0.5).sum() > 300  # the line of numbers is written, too
    own.page.click(".as-tool-clip")
    expect(own.page.locator(".as-tool-clip")).to_have_text("Stop")
    own.click("play")
    own.wait_beyond("frames", int(own.state("frames")) + 12)
    own.click("pause")
    with own.page.expect_download() as waiting:
        own.page.click(".as-tool-clip")
    waiting.value.save_as(tmp_path / "clip.webm")
    film = (tmp_path / "clip.webm").read_bytes()
    assert film[:4] == bytes.fromhex("1a45dfa3")  # the head of a webm file
    assert len(film) > 20_000


def test_a_click_lesions_and_writes_the_lines(own: View, scenario: Path, tmp_path: Path) -> None:
    own.click("step")
    own.wait("trial", 1)
    own.page.select_option(".as-hand-choice", "lesion_astrocytes")
    box = own.page.locator(".as-canvas").bounding_box()
    assert box is not None
    own.page.mouse.click(box["x"] + 0.87 * box["width"], box["y"] + 0.22 * box["height"])
    lines = own.page.locator(".as-lines")
    expect(lines).to_contain_text("which = [7]")
    own.click("step")
    own.wait("events", "1 lesion astrocytes")
    expect(own.page.locator(".as-legend")).to_contain_text("silenced")
    assert own.state("chosen") == "0"
    own.page.click(".as-copy")
    expect(own.page.locator(".as-copy")).to_have_text("Copied")
    own.choose("section", "perturbation")
    own.write(".as-parameter-perturbation-sigma", "0.25")
    expect(lines).to_contain_text('parameter = "perturbation.sigma"')
    expect(own.page.locator(".as-waiting").first).to_have_text("")
    kept = tmp_path / "kept.toml"
    kept.write_text(scenario.read_text() + lines.inner_text())
    items = resolve(load_scenario(kept), "maturity").interventions
    assert [(one.action, one.at_trial, one.which, one.value) for one in items] == [
        ("lesion_astrocytes", 1, (7,), None),
        ("set", 2, None, 0.25),
    ]


def test_two_conditions_beside_each_other(own: View) -> None:
    own.choose("beside", "control")
    own.page.wait_for_selector(".as-pair[data-frames]")
    assert own.page.locator(".as-condition-name").all_inner_texts() == ["maturity", "control"]
    pair = own.page.locator(".as-pair")
    own.click("play")
    own.page.wait_for_function("Number(document.querySelector('.as-pair').dataset.trial) > 100")
    own.click("pause")
    expect(pair).to_have_attribute("data-playing", "false")
    assert pair.get_attribute("data-left") == pair.get_attribute("data-right")
    own.click("stride-phase")
    expect(own.page.locator(".as-phase.as-lit")).to_have_text(["present", "present"])
    inside = """() => [...document.querySelectorAll('.as-stage, .as-stage *')].every((one) =>
        one.getBoundingClientRect().right <= innerWidth + 1 && one.getBoundingClientRect().bottom <= innerHeight + 1)"""
    assert own.page.evaluate(inside)
    sentences = own.page.locator(".as-sentence")
    own.click("step")
    expect(sentences.nth(1)).to_contain_text("No astrocyte was active: nothing was tried.")
    expect(sentences.nth(0)).to_contain_text("moved")


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
