"""The live view of all kinds of learners in a real browser: phases, sentences, lectures, lesions, pairs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("solara") is None or find_spec("playwright") is None:
    pytest.skip("solara or playwright is not installed: pip install -e '.[dev]'", allow_module_level=True)

from later import later
from live_view import Server, View
from places import ROOT
from playwright.sync_api import Browser, expect

INSIDE = """() => [...document.querySelectorAll('.as-stage, .as-stage *, .as-tools *, .as-controls *')].every((one) => {
    const box = one.getBoundingClientRect();
    return !box.width || (box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1); })"""
UNTOLD = """() => [...document.querySelectorAll('.as-fact, .as-phase, .as-key, .as-bar')].filter((one) => !one.title)
    .map((one) => one.innerText)"""
KINDS = {
    "neurons": (
        'name = "neurons"\nsystem = "published"\nlearner = "neurons"\nnetwork.layout = "relay"\n',
        ("present", "propagate", "feel", "trace", "flag", "judge", "release", "change", "record"),
        "Neurons moved ",
    ),
    "published": (
        'name = "published"\nsystem = "published"\nsensing.rule = "firing"\n[conditions.one]\n[conditions.two]\n'
        'learner = "cursor"\n',
        ("present", "sense", "activate", "evaluate before", "perturb", "evaluate after", "decide", "adapt", "record"),
        " synapses; reward ",
    ),
    "rows": (
        'kind = "task"\nname = "rows"\nseeds = [3]\ntask.data = "digits"\nnetwork = { units = 40, field = 4 }\n'
        "territory.units = 4\nbatches = { first = 256, last = 256, stay = 20 }\nschedule.trials = 400\n"
        "record.every = 200\n",
        ("batch", "choose", "perturb", "evaluate", "decide", "adapt"),
        " synapses; reward -",
    ),
    "waves": (
        (ROOT / "scenarios/waves/astrocyte_trained.toml").read_text(),
        ("batch", "evaluate before", "sense", "activate", "perturb", "decide", "adapt"),
        " moved ",
    ),
    "windows": (
        'kind = "spiking"\nname = "windows"\nseeds = [3]\nschedule.stop = false\n'
        'task.patterns = [["00000", "10101"], ["10000", "01010"]]\n',
        ("present", "activate", "perturb", "show", "decide", "live"),
        " moved ",
    ),
}
"""Scenario, phases, and a part of the sentence of a trial."""
SLOW = ("neurons", "windows")
"""Half a minute and more each; others have their phases and sentences in the ordinary suite."""


@pytest.mark.parametrize("kind", [*(kind for kind in KINDS if kind not in SLOW), *later(*SLOW)])
def test_a_trial_is_gone_through_and_told(browser: Browser, kind: str, tmp_path: Path) -> None:
    text, phases, sentence = KINDS[kind]
    file = tmp_path / f"{kind}.toml"
    file.write_text(text)
    server = Server(str(file))
    try:
        view = View(browser, server)
        page = view.page
        assert page.evaluate(INSIDE)
        assert page.locator(".as-phase").all_inner_texts() == list(phases)
        before = page.evaluate("document.querySelector('.as-canvas, .as-net').toDataURL()")
        seen: list[str] = []
        page.locator(".as-canvas, .as-net").first.click(position={"x": 3, "y": 3})
        while seen[-1:] != [phases[-1]]:
            drawn = int(view.state("frames"))
            page.keyboard.press("ArrowDown")
            view.wait_beyond("frames", drawn)
            lit = page.locator(".as-phase.as-lit").all_inner_texts()
            assert len(lit) <= 1
            seen += [one for one in lit if one not in seen[-1:]]
            assert len(seen) <= len(phases)
        assert seen == list(phases)
        if view.state("trial") == "0":
            view.click("step")
        view.wait("trial", 1)
        expect(page.locator(".as-sentence")).to_contain_text("Trial 1: ")
        expect(page.locator(".as-sentence")).to_contain_text(sentence)
        assert page.evaluate("document.querySelector('.as-canvas, .as-net').toDataURL()") != before
        assert page.evaluate(UNTOLD) == []
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.keyboard.press("l")
        page.wait_for_timeout(200)
        assert page.evaluate(INSIDE)
        page.keyboard.press("L")
        page.set_viewport_size({"width": 1280, "height": 800})
        if kind == "windows":
            lesion(view)
        view.click("play")
        view.wait_beyond("trial", 3)
        view.click("pause")
        if kind == "published":
            view.choose("beside", "two")
            page.wait_for_selector(".as-pair[data-frames]")
            page.wait_for_timeout(200)
            assert page.evaluate(INSIDE)
        assert view.wrong == []
        page.context.close()
    finally:
        ended = server.end()
    assert ended == (0, "Ended.\n")


def lesion(view: View) -> None:
    """Lesion some neuron by a click, wherever one is."""
    page = view.page
    page.select_option(".as-hand-choice", "lesion_neurons")
    box = page.locator(".as-canvas").bounding_box()
    assert box is not None
    tip = page.locator(".as-tip")
    for place in range(1, 400):
        x, y = box["x"] + box["width"] * (place % 20) / 20, box["y"] + box["height"] * (place // 20) / 20
        page.mouse.move(x, y)
        if tip.is_visible() and tip.inner_text().startswith("neuron"):
            page.mouse.click(x, y)
            break
    expect(page.locator(".as-lines")).to_contain_text('action = "lesion_neurons"\nat_trial = 1\nwhich = [')
    view.choose("section", "perturbation")
    expect(page.locator(".as-parameter-perturbation-sigma .as-when")).to_have_text("at once")
    expect(page.locator(".as-parameter-perturbation-limit .as-when")).to_have_text("on Reset")
    view.write(".as-parameter-perturbation-sigma", "0.3")
    expect(page.locator(".as-lines")).to_contain_text('parameter = "perturbation.sigma"\nvalue = 0.3')
