"""Reports, figures, replays and moving pictures of black boxes: held against the stored run, number by number."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from astrosim import summary
from astrosim.cli import app
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.plot.style import image_bytes
from astrosim.report.animation import TrialRange
from astrosim.report.figure_of_run import show
from astrosim.report.page import write_report
from astrosim.runs import open_run, run_scenario
from astrosim.store.variables import Variable
from astrosim.systems.blackbox.figures.panels import curves_of, held, limits
from astrosim.systems.blackbox.protocol import Trace
from astrosim.systems.blackbox.replay import Replay, StoredTest, median_place, stored_policy
from astrosim.systems.blackbox.scenario.schema import EnvironmentScenario, ObjectiveScenario
from astrosim.systems.blackbox.show import derived, played
from astrosim.systems.blackbox.show.animation import shown_steps
from astrosim.systems.blackbox.show.pictures import KINDS
from astrosim.systems.blackbox.show.tables import ends_text, return_text, times_to_threshold

CARTPOLE = EnvironmentScenario(
    name="shown",
    seeds=(3, 8, 11),
    task={"environment": "CartPole-v1", "threshold": 60.0},
    network={"units": 4, "direct": True},
    perturbation={"together": 2},
    decision={"episodes": 4, "stay": 5},
    birth={"networks": 4, "warm": 1},
    schedule={"steps": 4_000},
    record={"every": 500, "test": 6, "validation": 2},
    conditions={"astrocytes": {}, "snes": {"learner": {"rule": "snes"}, "network": {"direct": False}}},
)
SPHERE = ObjectiveScenario(
    name="sphere",
    seeds=(3, 8),
    task={"objective": "astrosim.tasks:sphere", "size": 12, "allow_code": True},
    territory={"size": 4},
    schedule={"evaluations": 600},
    record={"every": 200},
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "cartpole"
    run_scenario(CARTPOLE, path, workers=1)
    return path


@pytest.fixture(scope="module")
def sphere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "sphere"
    run_scenario(SPHERE, path, workers=1)
    return path


@pytest.fixture(scope="module")
def report(directory: Path) -> str:
    return write_report(directory).read_text()


@pytest.fixture(scope="module")
def tested(directory: Path) -> StoredTest:
    return StoredTest.read(directory, "astrocytes", 8)


@pytest.fixture(scope="module")
def replay(tested: StoredTest) -> Iterator[Replay]:
    one = Replay(CARTPOLE, tested)
    yield one
    one.close()


def cells(report: str, first: str) -> list[list[str]]:
    """Texts of the rows of tables whose first cell is `first`."""
    rows = re.findall(r"<tr>(.*?)</tr>", report, re.DOTALL)
    found = [re.sub(r"<[^>]+>", "", row.replace("</td>", "\t")).strip().split("\t") for row in rows]
    return [row for row in found if row[0].strip() == first]


def test_the_table_shows_the_numbers_of_the_summary(directory, report):
    found = summary.read(directory)
    for name in CARTPOLE.conditions:
        means = np.array([row["test_mean"] for row in found.of(name)])
        row = cells(report, name)[0]
        assert row[1:3] == ["3", return_text(means.mean())]
        assert row[4] == ends_text(means.min(), means.max())
        assert row[5] == f"{int((means >= 60).sum())}/3"


def test_each_seed_has_its_row(directory, report):
    for row in summary.read(directory).rows:
        own = [texts for texts in cells(report, row["condition"]) if texts[1] == str(row["seed"])][-1]
        assert own[2] == return_text(row["test_mean"])
        assert own[6] == f"{row['steps']:,}"


def test_runs_that_never_reached_the_threshold_count_as_the_budget(directory):
    found = summary.read(directory)
    values = (700.0, float("nan"), 900.0)
    rows = [{**row, "steps_to_threshold": value} for row, value in zip(found.rows, values * 2, strict=True)]
    steps, reached = times_to_threshold(replace(found, rows=rows), "astrocytes")
    assert sorted(steps.tolist()) == [700.0, 900.0, 4000.0]
    assert steps[~reached].tolist() == [4000.0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_drawn(directory, kind):
    shown = show(directory)
    assert set(shown.kinds) == set(KINDS)
    drawn = shown.draw(kind)
    assert image_bytes(drawn.figure, "png", 60).startswith(b"\x89PNG")
    assert drawn.title
    assert drawn.caption


def test_light_lines_are_the_stored_curves(directory):
    dataset, rows = open_run(directory), summary.read(directory).rows
    (axes,) = show(directory).draw("curves").figure.axes
    thin = [line for line in axes.lines if line.get_linewidth() == 0.5]
    assert len(thin) == len(rows)
    for line, row in zip(thin, rows, strict=True):
        own = dataset.sel(condition=row["condition"], seed=row["seed"])
        stored = dict(zip(own["steps"].values.tolist(), own["fresh_return"].values.tolist(), strict=True))
        assert dict(line.get_xydata().tolist()) == stored
    assert [60.0, 60.0] in [list(line.get_ydata()) for line in axes.lines]


def test_a_curve_holds_its_value_and_the_mean_begins_where_all_have_begun():
    early = np.array([10.0, 30.0]), np.array([1.0, 3.0])
    late = np.array([20.0, 40.0]), np.array([2.0, 4.0])
    at, values = held([early, late])
    assert at.tolist() == [20.0, 30.0, 40.0]
    assert values.tolist() == [[1.0, 3.0, 3.0], [2.0, 2.0, 4.0]]
    assert held([])[0].size == 0


def test_records_of_one_batch_are_one_record(directory):
    dataset, rows = open_run(directory).load(), summary.read(directory).rows
    steps = dataset["steps"].values.copy()
    steps[:, :, 1] = steps[:, :, 0]
    found = curves_of(dataset.assign(steps=(dataset["steps"].dims, steps)), rows, "astrocytes", "fresh_return")
    assert [len(x) for x, _ in found] == [len(np.unique(steps[0, seed])) for seed in range(3)]


def test_limits_hold_values_and_threshold():
    low, high = limits([np.array([1.0, np.nan, 3.0])], 5.0)
    assert low < 1.0
    assert high > 5.0
    assert limits([np.array([2.0])], None)[0] < 2.0


@pytest.mark.parametrize(("values", "place"), [([5.0, 1.0, 9.0], 0), ([4.0, 1.0, 2.0, 3.0], 2), ([7.0, 7.0, 7.0], 1)])
def test_the_median_is_never_the_best(values, place):
    assert median_place(np.array(values)) == place


def test_the_episode_shown_is_that_of_median_return_of_the_median_seed(directory, report):
    found = summary.read(directory)
    means = {row["seed"]: row["test_mean"] for row in found.of("astrocytes")}
    seed = sorted(means, key=means.__getitem__)[1]
    own = StoredTest.read(directory, "astrocytes", seed)
    assert sorted(own.returns)[2] == own.returns[own.median]
    assert f"astrocytes, seed {seed}, test episode {own.median} of median return (n = 6;" in report
    assert f"return {own.returns[own.median]:.6g} in" in report


def test_every_test_episode_is_replayed_as_it_was_stored(tested, replay, directory):
    lengths = open_run(directory)["test_steps"].sel(condition="astrocytes", seed=8).values
    for episode in range(6):
        played_again = replay.play(episode)
        assert played_again == (tested.returns[episode], lengths[episode])
        trace = replay.trace(episode)
        assert len(trace.rewards) == len(trace.observations) == played_again.steps
        assert np.cumsum(trace.rewards)[-1] == played_again.reward


def test_another_return_than_the_stored_one_is_an_error(tested, replay):
    wrong = Replay(CARTPOLE, replace(tested, returns=tested.returns + 1.0), replay.player)
    with pytest.raises(StoreError, match=r"test episode 2 of astrocytes, seed 8: the replay returned .* the run"):
        wrong.play(2)


def test_other_weights_play_otherwise(tested, replay):
    other = Replay(CARTPOLE, replace(tested, weights=np.zeros_like(tested.weights)), replay.player)
    trace = other.trace(0)
    assert played.constant_action(trace)  # equal outputs: always the first action
    assert len(trace.rewards) < 12  # a cart that is only pushed to one side


def test_a_varied_action_is_no_alarm():
    trace = Trace(np.zeros((3, 1)), np.array([[0.0], [1.0], [0.0]]), np.ones(3))
    assert not played.constant_action(trace)


def test_the_report_holds_a_small_moving_picture(report, replay):
    (text,) = re.findall(r'src="data:image/gif;base64,([^"]+)"', report)
    data = base64.b64decode(text)
    assert len(data) <= played.MOST_BYTES
    with Image.open(io.BytesIO(data)) as picture:
        assert 1 < picture.n_frames <= played.MOST_FRAMES


def test_a_moving_picture_keeps_to_its_limits(replay, monkeypatch):
    shown = played.Shown.of(replay, replay.tested.median)
    monkeypatch.setattr(played, "MOST_FRAMES", 7)
    whole = played.moving(shown)
    assert whole is not None
    with Image.open(io.BytesIO(whole)) as picture:
        assert picture.n_frames <= 7
    monkeypatch.setattr(played, "MOST_BYTES", len(whole) - 1)
    smaller = played.moving(shown)
    assert smaller is not None
    assert len(smaller) < len(whole)


def test_weights_are_exported_with_what_they_join(directory, tested):
    dataset = open_run(directory)
    found: dict[str, Any] = {one.name: values for one, values in derived.derived(directory, CARTPOLE, dataset)}
    assert all(isinstance(one, Variable) for one in derived.VARIABLES)
    policy = stored_policy(CARTPOLE, 8, 4, tested.weights)
    layer, unit, source, output, owner = (found[one.name][0, 1] for one in derived.VARIABLES)
    names = [derived.LAYERS[number] for number in layer]
    for place, value in enumerate(tested.weights):
        expected = {
            "incoming": lambda u, i, k: policy.incoming[u, np.flatnonzero(policy.taps[u] == i)[0]],
            "bias": lambda u, i, k: policy.bias[u],
            "outgoing": lambda u, i, k: policy.outgoing[u, k],
            "output_bias": lambda u, i, k: policy.output_bias[k],
            "direct": lambda u, i, k: policy.direct[i, k],
        }[names[place]](unit[place], source[place], output[place])
        assert value == expected
    assert names.count("direct") == 8
    assert set(owner[np.array(names) == "direct"]) == {4}
    assert owner[: 4 * 4].tolist() == np.repeat(np.arange(4), 4).tolist()
    shorter = found["parameter_layer"][1, 1]
    assert (shorter >= 0).sum() == len(tested.weights) - 8


def test_numbers_without_a_network_belong_to_their_groups(sphere):
    found = {one.name: values for one, values in derived.derived(sphere, SPHERE, open_run(sphere))}
    owner = found["parameter_astrocyte"][0, 0]
    assert np.bincount(owner).tolist() == [4, 4, 4]
    assert {derived.LAYERS[number] for number in found["parameter_layer"][0, 0]} == {"number"}


def test_an_objective_has_a_report_without_episodes(sphere):
    text = write_report(sphere).read_text()
    assert "image/gif" not in text
    assert "Value over evaluations" in text
    assert "steps to<br>threshold" not in text
    kinds = show(sphere).kinds
    assert {"times", "wheel", "inputs", "episode"} & set(kinds) == set()
    with pytest.raises(AstrosimError, match="its task has no threshold"):
        show(sphere).draw("times")


@pytest.mark.parametrize(
    ("wanted", "steps"),
    [
        (TrialRange(every=4), [0, 4, 8]),
        (TrialRange(frames=2), [0, 9]),
        (TrialRange(first=3, last=5), [3, 4, 5]),
        (TrialRange(), list(range(10))),
    ],
)
def test_steps_of_a_moving_picture(wanted, steps):
    assert shown_steps(wanted, 10) == steps


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_play_prints_the_stored_return(directory, tested):
    done = call("play", directory, "--condition", "astrocytes", "--seed", 8, "--episode", 4, "--no-window")
    assert done.exit_code == 0, done.output
    assert f"return {tested.returns[4]:.6g} in" in done.stdout
    assert done.stdout.rstrip().endswith("as it was stored")


def test_play_without_a_screen_names_the_remedy(directory, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    done = call("play", directory)
    assert "No window of CartPole-v1 can be opened here. `astrosim animate" in done.stdout


def test_animate_writes_as_many_pictures_as_asked_for(directory, tmp_path):
    path = tmp_path / "episode.gif"
    done = call("animate", directory, "--out", path, "--frames", 3, "--episode", 0)
    assert done.exit_code == 0, done.output
    with Image.open(path) as picture:
        assert picture.n_frames == 3


REFUSED = [
    (["--episode", "6"], r"--episode: no such test episode \(6\)\. Write 0 to 5; the one of median return is \d\."),
    (["--from", "9000"], r"--from: after the last step of the episode \(9000\)\. Write 0 to \d+\."),
    (["--every", "2", "--frames", "2"], r"--every: --frames says already how many \(2\)\. Leave one of them out\."),
]


@pytest.mark.parametrize(("arguments", "expected"), REFUSED)
def test_animate_refuses(directory, tmp_path, arguments, expected):
    done = call("animate", directory, "--out", tmp_path / "a.gif", *arguments)
    assert done.exit_code == 2
    assert re.search(expected, done.stderr)


def test_functions_are_not_played(sphere, tmp_path):
    done = call("play", sphere)
    assert done.exit_code == 2
    assert "only environments have episodes to play" in done.stderr
    assert "a function has no moving picture" in call("animate", sphere, "--out", tmp_path / "a.gif").stderr
