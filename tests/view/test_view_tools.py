"""The live view in a real browser: phases and words of a trial, lectures, pictures, clips, lesions, pairs."""

from __future__ import annotations

import re
import time
from importlib.util import find_spec
from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
import pytest

from astrosim.scenario import load_scenario, resolve

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from live_view import Server, View
from playwright.sync_api import Browser, expect


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
