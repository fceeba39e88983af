"""`astrosim animate`: replays are what was stored, trial by trial; files decode to as many pictures as were asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from drawn_scenarios import ASTROCYTES, XOR
from matplotlib.colors import to_hex, to_rgba
from PIL import Image
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.plot.movie import find_ffmpeg
from astrosim.report.animation import TrialRange
from astrosim.runs import open_run, run_scenario
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.figures.animation import ReplicateScene, events_of, frame_trials
from astrosim.systems.threshold.figures.raster import KEPT_COLOUR, REVERTED_COLOUR
from astrosim.systems.threshold.replay import Replay
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.animation import check_replay, chosen_trials
from astrosim.view.player import Player

MORE = {
    "cursor": {"learner": "cursor"},
    "control": {"learner": "none"},
    "global": {"perturbation": {"scope": "global"}},
}
SCENARIO = ASTROCYTES.model_copy(update={"conditions": {**ASTROCYTES.conditions, **MORE}})
LESION = 60  # trial of the lesion


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "moving"
    run_scenario(SCENARIO, path, workers=1)
    return path


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["animate", *map(str, arguments)])


def refusal(*arguments: Any) -> str:
    done = call(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    return str(done.stderr).rstrip("\n")


def frames_of(condition: str, seed: int = 3) -> tuple[Replay, list[Any]]:
    replay = Replay(resolve(SCENARIO, condition), seed)
    return replay, [replay.show(trial) for trial in range(120)]


@pytest.mark.parametrize("condition", SCENARIO.conditions)
def test_every_trial_is_replayed_as_it_was_stored(directory, condition):
    replicate = open_run(directory).sel(condition=condition, seed=3)
    _, frames = frames_of(condition)
    assert [frame.decision for frame in frames] == replicate["decision"].values.tolist()
    assert [frame.pattern for frame in frames] == replicate["trial_pattern"].values.tolist()
    active = replicate["active"].values
    assert [frame.active.tolist() for frame in frames] == [row[row >= 0].tolist() for row in active]
    for episode in replicate["episode"].values:
        last, record = frames[10 * episode + 9], replicate.sel(episode=episode)
        known = np.isfinite(record["threshold"].values)
        assert last.threshold.tolist() == record["threshold"].values[known].tolist()
        assert last.exploration_rate.tolist() == record["exploration_rate"].values[known].tolist()
        assert last.accuracy == pytest.approx(record["pattern_accuracy"].mean().item())
        if condition != "global":
            eligible = np.mean([len(frame.eligible) for frame in frames[10 * episode : 10 * episode + 10]])
            assert eligible == record["eligible_synapses"].item()
        else:
            assert last.eligible.size == 0


@pytest.mark.parametrize("name", ["quick", "extend/sensing_memory"])
def test_astrocytes_with_code_of_their_own_are_replayed_by_agents(name):
    first = load_scenario(find(name))
    scenario = resolve(first.model_copy(update={"engine": "agents"}), condition_names(first)[0])
    model, replay, player = AstroModel(scenario, 3), Replay(scenario, 3), Player(scenario, 3)
    assert isinstance(replay.engine, AstroModel) == (scenario.agents.astrocyte is not None)
    model.advance(150)
    player.advance(150)
    frame = replay.show(149)
    assert np.array_equal(frame.threshold, model.learning.threshold)
    for engine in (replay.engine, player.engine):
        assert engine.learning.weight.tobytes() == model.learning.weight.tobytes()
        assert engine.learning.score.tobytes() == model.learning.score.tobytes()


def test_a_frame_shows_who_fires_and_who_is_silent():
    replay, frames = frames_of("lesioned")
    patterns, inputs = replay.engine.kernel_network.patterns, replay.engine.network.inputs
    for frame in frames:
        assert frame.fired[inputs].tolist() == patterns[frame.pattern].astype(bool).tolist()
        assert np.flatnonzero(frame.silent["astrocytes"]).tolist() == ([1] if frame.trial >= LESION else [])
    assert max(frame.fired.sum() for frame in frames) > patterns.sum(axis=1).max()
    assert 1 not in {int(a) for frame in frames[LESION:] for a in frame.active}


def test_a_past_trial_cannot_be_shown():
    replay = Replay(resolve(SCENARIO, "maturity"), 3)
    replay.show(5)
    with pytest.raises(ValueError, match=r"^trial 5 is past \(now 6\)\. Begin a new Replay\.$"):
        replay.show(5)


def test_the_published_system_cannot_be_shown():
    published = Scenario.model_validate({"name": "p", "system": "published"})
    wanted = (
        'system: single trials cannot be shown again ("published"). Choose a condition whose system is "described".'
    )
    with pytest.raises(AstrosimError) as caught:
        Replay(published, 42)
    assert str(caught.value) == wanted


def test_a_replay_that_differs_from_the_store_is_refused(directory):
    _, frames = frames_of("maturity")
    check_replay(directory, ("maturity", 3), frames)
    frames[7] = frames[7]._replace(decision={KEPT: REVERTED}.get(frames[7].decision, KEPT))
    with pytest.raises(StoreError) as caught:
        check_replay(directory, ("maturity", 3), frames)
    assert str(caught.value) == (
        f"{directory}: trial 7 of maturity, seed 3 is not as it was stored. "
        "Use the version of the program that wrote it (provenance.json)."
    )


def test_trials_of_frames():
    assert frame_trials(1000, 5) == [0, 250, 500, 749, 999]
    assert frame_trials(3, 120) == [0, 1, 2]
    assert frame_trials(1000, 5, 10, 20, every=4) == [10, 14, 18]
    assert frame_trials(1000, 3, 10, 20) == [10, 15, 20]
    assert chosen_trials(TrialRange(every=10), 1000) == list(range(0, 1000, 10))
    assert len(chosen_trials(TrialRange(), 1000)) == 120


def test_what_a_picture_shows():
    replay, frames = frames_of("lesioned")
    scene = ReplicateScene(replay, frames, events_of(replay), "threshold", "lesioned, seed 3")
    for number in (0, 40, 110):
        frame = frames[number]
        scene.show(frame)
        ring = KEPT_COLOUR if frame.decision == KEPT else REVERTED_COLOUR
        edges = [to_hex(edge).upper() for edge in scene.territories.get_edgecolor()]
        widths = np.asarray(scene.territories.get_linewidth())
        assert np.flatnonzero(widths > 1).tolist() == sorted(frame.active.tolist())
        assert {edges[a] for a in frame.active} == {ring}
        word = "kept" if frame.decision == KEPT else "reverted"
        assert scene.clock.get_text() == f"lesioned, seed 3\ntrial {number}, pattern {frame.pattern + 1}: {word}"
        assert len(scene.eligible.get_segments()) == len(frame.eligible[:: -(-len(frame.eligible) // 500)])
        rims = np.concatenate([np.all(marks.get_edgecolor() == to_rgba("black"), axis=1) for _, marks in scene.neurons])
        order = np.concatenate([numbers for numbers, _ in scene.neurons])
        assert sorted(order[rims].tolist()) == np.flatnonzero(frame.fired).tolist()
        assert scene.curve.get_xdata().tolist() == list(range(number + 1))
        assert scene.curve.get_ydata()[-1] == frame.accuracy
        crossed = replay.engine.territories.position[[1]] if number >= LESION else np.empty((0, 2))
        assert np.asarray(scene.crosses.get_offsets()).tolist() == crossed.tolist()
    marked = [axes for axes in scene.figure.axes if any(line.get_gid() == "event" for line in axes.lines)]
    assert [line.get_xdata()[0] for axes in marked for line in axes.lines if line.get_gid() == "event"] == [59.5, 59.5]
    assert scene.figure.legends[-1].get_texts()[0].get_text() == "1  before trial 60: lesion astrocytes 1"


def test_territories_are_coloured_by_what_was_asked_for():
    replay, frames = frames_of("maturity")
    scenes = {colour: ReplicateScene(replay, frames, [], colour) for colour in ("threshold", "exploration")}
    assert scenes["threshold"].scale.vmax == max(frame.threshold.max() for frame in frames)
    assert scenes["exploration"].scale.vmax == max(frame.exploration_rate.max() for frame in frames)


def test_the_cursor_is_drawn_where_it_is():
    replay, frames = frames_of("cursor")
    scene = ReplicateScene(replay, frames, [], "threshold")
    scene.show(frames[30])
    assert scene.cursor.get_visible()
    assert scene.cursor.center == tuple(frames[30].cursor)
    assert scene.cursor.radius == replay.engine.params.cursor.radius


def test_a_gif_has_all_pictures_and_repeats(directory, tmp_path):
    done = call(directory, "--frames", "3", "--fps", "10")
    path = directory / "figures" / "animation.gif"
    assert (done.exit_code, done.stdout) == (0, f"{path}\n"), done.stderr
    with Image.open(path) as picture:
        assert (picture.format, picture.n_frames, picture.info["duration"]) == ("GIF", 3, 100)
        assert picture.width == pytest.approx(7.1 * 110, abs=1)
        assert picture.info["loop"] == 0
    first = path.read_bytes()
    assert call(directory, "--frames", "3", "--fps", "10", "--out", tmp_path / "again.gif").exit_code == 0
    assert (tmp_path / "again.gif").read_bytes() == first
    assert [file.name for file in path.parent.iterdir()] == ["animation.gif"]


def test_an_mp4_has_all_pictures_and_repeats(directory, tmp_path):
    files = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for file in files:
        arguments = ["--condition", "lesioned", "--seed", "8", "--from", "50", "--to", "70", "--every", "10"]
        done = call(directory, *arguments, "--fps", "5", "--colour", "threshold", "--out", file)
        assert (done.exit_code, done.stdout) == (0, f"{file}\n"), done.stderr
    assert imageio_ffmpeg.count_frames_and_secs(str(files[0])) == (3, pytest.approx(0.6))
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_control_can_be_shown_too(directory, tmp_path):
    done = call(directory, "--condition", "control", "--frames", "2", "--out", tmp_path / "a.gif")
    assert done.exit_code == 0, done.stderr


def test_without_ffmpeg_an_mp4_is_refused_and_a_gif_is_not(directory, tmp_path, monkeypatch):
    assert find_ffmpeg() is not None
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)  # as if it were not installed
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(directory, "--out", "a.mp4") == (
        "--out: an MP4 needs ffmpeg, which is not there (a.mp4). Install it: pip install 'astrosim[view]', "
        "or put ffmpeg on the PATH; else let it end in .gif."
    )
    assert call(directory, "--frames", "2", "--out", tmp_path / "a.gif").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--out", "a.avi"], "--out: no format of animations (a.avi). Let it end in .gif or .mp4."),
        (["--condition", "lesion"], "--condition: no such condition (lesion). Did you mean lesioned?"),
        (["--seed", "4"], "--seed: no such finished seed (4). Write one of 3, 8."),
        (["--from", "120"], "--from: after the last trial (120). Write 0 to 119."),
        (["--to", "200"], "--to: after the last trial (200). Write 0 to 119."),
        (["--from", "9", "--to", "8"], "--to: before --from (8). Write at least 9."),
        (["--every", "2", "--frames", "9"], "--every: --frames says already how many (9). Leave one of them out."),
        (["--frames", "3001"], "--frames: too many pictures (3001). At most 3000 make an animation."),
    ],
)
def test_bad_choices(directory, arguments, text):
    assert refusal(directory, *arguments) == text


def test_waves_are_animated(tmp_path):
    run_scenario(XOR, tmp_path / "waves", workers=1)
    file = tmp_path / "wave.mp4"
    done = call(tmp_path / "waves", "--frames", "24", "--out", file)
    assert (done.exit_code, done.stdout) == (0, f"{file}\n"), done.stderr
    # four steps and two that the last picture stays, four pictures each, and the first
    assert imageio_ffmpeg.count_frames_and_secs(str(file))[0] == 6 * 4 + 1
    wanted = "--every: a wave has no trials (2). Leave it out; --frames goes with waves."
    assert refusal(tmp_path / "waves", "--every", "2") == wanted
    wanted = '--condition: neurons pass no wave (mlp). Choose a condition whose model is "wave".'
    assert refusal(tmp_path / "waves", "--condition", "mlp") == wanted
