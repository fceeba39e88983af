"""`astrosim plot`: every kind of figure as a real file, repeatable, and the texts of what is refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_scenarios import ASTROCYTES, XOR
from PIL import Image
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.datasets import load
from astrosim.report.figure_of_run import Choice, show
from astrosim.runs import run_scenario
from astrosim.systems.waves.figures.fronts import front_map
from astrosim.systems.waves.stored import stored_network

KINDS = ["overview", "curves", "patterns", "thresholds", "space", "raster", "weights"]
WAVES = ["accuracy", "gaps", "solved", "curves", "losses", "training", "mesh", "front"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "drawn"
    run_scenario(ASTROCYTES, path, workers=1)
    return path


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "waves"
    run_scenario(XOR, path, workers=1)
    return path


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["plot", *map(str, arguments)])


def refusal(*arguments: Any) -> str:
    done = call(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.rstrip("\n").splitlines()[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_as_vectors_the_same_each_time(directory, kind):
    texts = []
    for _ in range(2):
        done = call(directory, kind)
        assert (done.exit_code, done.stdout) == (0, f"{directory}/figures/{kind}.svg\n"), done.stderr
        texts.append((directory / "figures" / f"{kind}.svg").read_bytes())
    assert texts[0] == texts[1]
    root = ET.fromstring(texts[0])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(7.1 * 72)
    assert b"<dc:date>" not in texts[0]


def test_print_files(directory, tmp_path):
    assert call(directory, "curves", "--out", tmp_path / "a.png").exit_code == 0
    with Image.open(tmp_path / "a.png") as image:
        assert (image.format, image.width) == ("PNG", 2130)  # 7.1 inches at 300
        assert image.info["Title"] == "Learning curves"
        assert "Software" not in image.info
    for name in ("b.pdf", "c.pdf"):
        assert call(directory, "curves", "--out", tmp_path / name).exit_code == 0
    data = (tmp_path / "b.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.4")
    assert data == (tmp_path / "c.pdf").read_bytes()
    assert b"CreationDate" not in data
    assert b"/Type3" not in data
    assert call(directory, "curves", "--out", tmp_path / "d.out", "--format", "pdf").exit_code == 0
    assert (tmp_path / "d.out").read_bytes() == data


def test_all_are_written_at_a_width_with_text_that_can_be_searched(directory, tmp_path):
    done = call(directory, "all", "--out", tmp_path / "some", "--width", "85", "--text", "--condition", "maturity")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{tmp_path}/some/{kind}.svg" for kind in KINDS]
    for kind in KINDS:
        root = ET.parse(tmp_path / "some" / f"{kind}.svg").getroot()
        assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(85 / 25.4 * 72), kind
        letters = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        assert letters, kind
    assert call(directory, "curves", "--out", tmp_path / "a.png", "--text").exit_code == 2
    assert call(directory, "curves", "--width", "5").exit_code == 2


def test_a_figure_of_what_was_not_kept_is_refused_with_a_reason(tmp_path):
    bare = ASTROCYTES.model_copy(update={"record": ASTROCYTES.record.model_copy(update={"weights_at": ()})})
    run_scenario(bare, tmp_path / "bare", workers=1)
    said = refusal(tmp_path / "bare", "weights")
    assert "(weights): no weights were kept. Write record.weights_at = [-1]" in said
    assert not (tmp_path / "bare" / "figures").exists()


def test_without_a_kind_those_of_the_run_are_listed(directory, waves):
    done = call(directory)
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == KINDS
    assert "space       neurons, astrocytes and territories in the plane\n" in done.stdout
    assert [line.split()[0] for line in call(waves).stdout.splitlines()] == WAVES


def test_a_wrong_kind_is_refused_with_the_nearest_and_the_list(directory):
    done = call(directory, "rastr")
    assert (done.exit_code, done.stdout) == (2, "")
    *listed, text = done.stderr.splitlines()
    assert text == f"{directory}: no such figure (rastr). Did you mean raster?"
    assert [line.split()[0] for line in listed] == KINDS
    assert refusal(directory, "front") == f"{directory}: no such figure (front). Write one of {', '.join(KINDS)}."


def test_what_the_run_has_nothing_for_is_said(waves):
    wanted = f"{waves}: this run has nothing for such a figure (leak). It has {', '.join(WAVES)}."
    assert refusal(waves, "leak") == wanted


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["curves", "--out", "a.jpg"],
            "--out: no format of figures (a.jpg). Let it end in .svg, .png or .pdf, or use --format.",
        ),
        (["curves", "--condition", "maturty"], "--condition: no such condition (maturty). Did you mean maturity?"),
        (["curves", "--seed", "5"], "--seed: no such finished seed (5). Write one of 3, 8."),
        (["curves", "--seed", "one"], "--seed: not a seed (one). Write whole numbers: 42,137."),
        (["curves", "--episode", "8"], "--episode: no figure of one moment (curves). It goes with patterns and space."),
        (["space", "--episode", "7"], "--episode: not recorded (7). The nearest one that is recorded is 8."),
    ],
)
def test_bad_choices(directory, arguments, text):
    assert refusal(directory, *arguments) == text


def test_waves_have_no_episodes(waves):
    assert refusal(waves, "mesh", "--episode", "1") == "--episode: waves have epochs, not episodes (1). Leave it out."


def test_a_directory_that_is_no_run(tmp_path):
    assert refusal(tmp_path / "nowhere", "curves") == (
        f"{tmp_path}/nowhere: no such run directory. Name that of a run; "
        f"`astrosim run SCENARIO --out {tmp_path}/nowhere` makes one."
    )


def test_chosen_conditions_and_seeds_are_shown(directory):
    shown = show(directory, Choice(["lesioned"], [8]))
    figure = shown.draw("overview").figure
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["lesioned\nn = 1"]
    assert len(figure.axes[0].collections[0].get_offsets()) == 1
    assert "seed 8 (n = 1)" in shown.draw("space").caption
    assert [axes.get_ylabel() for axes in shown.draw("thresholds").figure.axes[::3]] == ["lesioned, n = 1"]


def test_an_episode_is_shown_as_it_was(directory):
    before, after = (show(directory, Choice(["lesioned"], [3], episode), "space").draw("space") for episode in (4, 8))
    told = [[text.get_text() for text in drawn.figure.legends[-1].get_texts()] for drawn in (before, after)]
    assert told[0] == ["After episode 4."]
    assert told[1] == [
        "After episode 8.",
        "What has happened until then:",
        "before episode 6: lesion astrocytes 1",
    ]
    dotted = [[patch.get_linestyle() != "solid" for patch in d.figure.axes[0].patches] for d in (before, after)]
    assert (sum(dotted[0]), np.flatnonzero(dotted[1]).tolist()) == (0, [1])
    dataset = show(directory, Choice(episode=4), "patterns").material.dataset
    means = show(directory, Choice(episode=4), "patterns").draw("patterns").figure.axes[1].texts
    wanted = dataset["pattern_accuracy"].sel(condition="maturity", episode=4).mean("seed").values
    assert [text.get_text() for text in means[:8]] == [f"{value:.2f}" for value in wanted]


@pytest.mark.parametrize("kind", WAVES)
def test_figures_of_waves(waves, kind, tmp_path):
    done = call(waves, kind, "--out", tmp_path / "a.svg")
    assert done.exit_code == 0, done.stderr
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


def test_wave_fronts_are_the_networks_own_values(waves):
    figure = front_map(waves, [("wave", 8)])
    network, rows = stored_network(waves, "wave", 8), load("xor").test_x
    outputs = network.judge(rows.astype(np.float32), np.zeros(4), keep=4).outputs[:, 0]
    panels = figure.axes[:4]
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == [f"input {a:g} {b:g}, answer {out:.2f}" for (a, b), out in zip(rows, outputs, strict=True)]
    widths = network.scenario.chain().widths
    for axes, row, out in zip(panels, rows, outputs, strict=True):
        values = axes.images[0].get_array()
        assert (~np.ma.getmaskarray(values)).sum(axis=0).tolist() == list(widths)
        assert values[:, 0].compressed().tolist() == row.tolist()
        assert values[:, -1].compressed().tolist() == [pytest.approx(out)]
