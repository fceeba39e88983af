"""Marks of interventions: where they stand, what they say, and that figures without any are as they were."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from astrosim import plot
from astrosim.plot.marks import EPISODE, TRIAL, make_marks
from astrosim.plot.style import PALETTE, image_bytes, new_figure
from astrosim.plot.timeline import INK, Timeline
from astrosim.runs import open_run, run_scenario
from astrosim.scenario import resolve
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.figures import curves, select
from astrosim.systems.threshold.figures.events import Event, before, of_replicate, read_events
from astrosim.systems.threshold.replay import standing_after
from astrosim.systems.threshold.scenario.schema import Scenario

NEW_TASK = [["10000", "01010"], ["01000", "10101"]]
SCENARIO = Scenario.model_validate(
    {
        "name": "marked",
        "seeds": [3, 8],
        "schedule": {"episodes": 40, "trials_per_episode": 10},
        "record": {"every": 2, "weights_at": [0, 19, -1]},
        "conditions": {
            "plain": {},
            "lesioned": {
                "interventions": [
                    {"action": "lesion_astrocytes", "at_episode": 20, "which": [1, 6]},
                    {"action": "silence_neurons", "at_episode": 20, "which": [0, 7], "label": "two neurons"},
                    {"action": "lesion_neurons", "at_trial": 305, "which": [9]},
                ]
            },
            "often": {
                "interventions": [
                    {"action": "silence_astrocytes", "at_trial": 12, "every": 40, "cluster": 1},
                    {"action": "swap_task", "at_episode": 20, "label": "new task", "patterns": NEW_TASK},
                ]
            },
        },
    }
)
RESOLVED = {name: resolve(SCENARIO, name) for name in SCENARIO.conditions}
RECURRING = np.arange(12, 400, 40)
LEGEND = [
    "1  before episode 20: lesioned: lesion astrocytes 1, 6, two neurons; often: new task",
    "2  in episode 30, before trial 305: lesioned: lesion neurons 9",
    "3  often: silence astrocytes of cluster 1, 10 times from episode 1 to 37",
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Any:
    directory = tmp_path_factory.mktemp("run") / "marked"
    run_scenario(SCENARIO, directory, workers=1)
    return open_run(directory)


@pytest.fixture(scope="module")
def events(dataset: Any) -> tuple[Event, ...]:
    return read_events(dataset, RESOLVED)


def lines(axes: Any) -> list[float]:
    return [float(line.get_xdata()[0]) for line in axes.lines if line.get_gid() == "event"]


def ticks(axes: Any) -> list[list[float]]:
    return [np.asarray(line.get_xdata()).tolist() for line in axes.lines if line.get_gid() == "events"]


def numbers(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_gid() == "event number"]


def told(figure: Any) -> list[str]:
    (legend,) = [one for one in figure.legends if one.get_gid() == "events"]
    return [text.get_text() for text in legend.get_texts()]


def event(condition: str, seed: int, trial: int, label: str, seeds: int = 3) -> Event:
    return Event(condition, seed, trial, 0, "set", label, 10, seeds)


def test_events_are_those_of_the_store_with_the_names_of_the_scenario(dataset, events):
    assert [e for e in events if e.condition == "plain"] == []
    mine = [(e.seed, e.trial, e.label) for e in events if e.condition == "lesioned" and e.seed == 8]
    assert mine == [(8, 200, "lesion astrocytes 1, 6"), (8, 200, "two neurons"), (8, 305, "lesion neurons 9")]
    stored = dataset["event_trial"].sel(condition="often", seed=3).values
    assert [e.trial for e in of_replicate(events, "often", 3)] == stored[stored >= 0].tolist()
    assert {e.seeds for e in events} == {2}
    assert {e.seeds for e in of_replicate(events, "often", 3)} == {1}
    assert [e.trial for e in before(of_replicate(events, "lesioned", 3), 20)] == [200, 200]
    assert before(of_replicate(events, "lesioned", 3), 19) == ()
    assert read_events(dataset.drop_vars("event_trial"), RESOLVED) == ()


def test_one_mark_a_distinct_time_that_names_whom_it_befell():
    given = [event("a", s, 50, "cut") for s in (1, 2, 3)] + [event("b", s, 50, "cut") for s in (1, 2, 3)]
    given += [event("b", 1, 72, "swap"), event("b", 2, 72, "swap"), event("c", 1, 50, "burn", 1)]
    marks = make_marks(given, EPISODE, 3)
    assert [mark.text for mark in marks] == [
        "before episode 5: a, b: cut; c: burn",
        "in episode 7, before trial 72: b: swap (in 2 of 3 seeds)",
    ]
    assert [mark.times for mark in marks] == [{"a": (5.0,), "b": (5.0,), "c": (5.0,)}, {"b": (7.2,)}]
    assert make_marks(given[:3], TRIAL, 1)[0].text == "before trial 50: cut"


def test_what_happens_often_is_one_mark():
    often = [event("a", s, trial, "kick") for s in (1, 2) for trial in range(0, 4000, 20)]
    once = [event("b", seed, 10 * seed, "cut") for seed in range(1, 8)]
    one, other = make_marks([*often, *once], EPISODE, 2)
    assert (one.recurs, other.recurs) == (True, True)
    assert one.text == "a: kick, 200 times from episode 0 to 398"
    assert other.text == "b: cut, in 7 of 3 seeds from episode 1 to 7"
    assert len(one.times["a"]) == 200


def test_three_times_are_lines_and_more_than_nine_lines_are_rows():
    three = [event("a", 1, trial, "cut", 1) for trial in (10, 20, 30)]
    assert [mark.recurs for mark in make_marks(three, TRIAL)] == [False] * 3
    many = [event("a", 1, 10 * n, f"cut {n}", 1) for n in range(10)]
    assert [mark.recurs for mark in make_marks(many[:9], TRIAL)] == [False] * 9
    assert [mark.recurs for mark in make_marks(many, TRIAL)] == [True] * 10


def test_learning_curves_mark_every_panel(dataset, events):
    figure = plot.learning_curves(dataset, events=events)
    for axes in figure.axes:
        assert lines(axes) == [19.5, 30.0]
        assert ticks(axes) == [pytest.approx(RECURRING / 10 - 0.5)]
        assert numbers(axes) == ["1", "2", "3"]
    assert told(figure) == LEGEND
    both, lesioned = [line for line in figure.axes[0].lines if line.get_gid() == "event"]
    (row,) = [line for line in figure.axes[0].lines if line.get_gid() == "events"]
    assert (both.get_color(), lesioned.get_color(), row.get_color()) == (INK, PALETTE[1], PALETTE[2])


def test_rows_of_ticks_have_room_below_the_data(dataset, events):
    bare, marked = (plot.learning_curves(dataset, events=some).axes[0] for some in ((), events))
    (low, high), (new_low, new_high) = bare.get_ylim(), marked.get_ylim()
    assert new_high == high
    assert (low - new_low) / (high - new_low) == pytest.approx(0.07)


def test_running_means_do_not_reach_over_an_event(dataset, events):
    axes = plot.learning_curves(dataset, events=events).axes[1]
    stretches = {
        "plain": [slice(0, None)],
        "lesioned": [slice(0, 10), slice(10, 15), slice(15, 16), slice(16, None)],  # trial 305: within episode 30
        "often": [slice(i, j) for i, j in pairwise([0, 1, 3, 5, 7, 9, 10, 11, 13, 15, 17, 19, 21])],
    }
    for line, (condition, parts) in zip(axes.lines, stretches.items(), strict=False):
        given = dataset["mean_binary_reward"].sel(condition=condition).values
        wanted = np.concatenate([curves.running_mean(given[:, part]) for part in parts], axis=1).mean(axis=0)
        np.testing.assert_allclose(line.get_ydata(), wanted, err_msg=condition)


def test_each_seed_breaks_at_its_own_events(dataset):
    """Sudden loss on one seed at its own time: the mean over seeds is as before up to it."""
    before = dataset["accept_rate"].sel(condition="plain")
    other = Event("plain", 8, 200, 0, "lesion_astrocytes", "lesion", 10, 2)
    line = plot.learning_curves(dataset, events=[other]).axes[3].lines[0].get_ydata()
    whole = curves.running_mean(before.values[0])
    broken = np.concatenate([curves.running_mean(part) for part in np.split(before.values[1], [10])])
    np.testing.assert_allclose(line, np.stack([whole, broken]).mean(axis=0))


def test_marks_belong_to_the_row_of_their_condition(dataset, events):
    figure = plot.astrocyte_curves(dataset, 10, events)
    rows = [figure.axes[:3], figure.axes[3:6], figure.axes[6:9]]
    assert [[lines(axes) for axes in row] for row in rows] == [[[]] * 3, [[19.5, 30.0]] * 3, [[19.5]] * 3]
    assert [len(ticks(axes)) for axes in figure.axes] == [0] * 6 + [1] * 3
    assert numbers(figure.axes[3]) == ["1", "2"]
    assert numbers(figure.axes[6]) == ["1", "3"]
    assert told(figure) == LEGEND


def test_the_raster_marks_trials_between_points_and_at_edges_of_bins(dataset, events):
    figure = plot.decision_raster(dataset, events)
    first, whole = figure.axes[4:6]
    below = figure.axes[6:8]
    assert [lines(axes) for axes in (first, whole, *below)] == [[], [200.0, 305.0], [], [200.0, 305.0]]
    assert numbers(whole) == ["1", "2"]
    assert numbers(below[1]) == []
    first, whole = figure.axes[8:10]
    assert ticks(first) == [[11.5, 51.5, 91.5, 131.5]]
    assert ticks(whole) == [RECURRING.tolist()]
    assert told(figure)[0] == "1  before trial 200: lesioned: lesion astrocytes 1, 6, two neurons; often: new task"


def test_near_numbers_stand_on_different_levels():
    axes = new_figure(2).subplots()
    axes.set_xlim(0, 1000)
    given = [event("a", 1, trial, f"cut {trial}", 1) for trial in (500, 510, 520, 900, 990)]
    Timeline(given, TRIAL, ["a"]).draw(axes)
    assert [text.xyann for text in axes.texts] == [(2, -1), (2, -8), (2, -15), (2, -1), (-2, -1)]
    assert [text.get_ha() for text in axes.texts] == ["left"] * 4 + ["right"]


def test_marks_outside_the_axes_are_left_out():
    axes = new_figure(2).subplots()
    axes.set_xlim(100, 200)
    given = [event("a", 1, trial, f"cut {trial}", 1) for trial in (99, 150, 202)]
    Timeline(given, TRIAL, ["a"]).draw(axes)
    assert lines(axes) == [149.5]
    assert numbers(axes) == ["2"]
    assert axes.get_xlim() == (100, 200)


def test_space_shows_who_is_silent_and_who_is_lesioned(dataset, events):
    lesioned = dataset.sel(condition=["lesioned"])
    seed = select.best_seed(lesioned, "lesioned")
    figure = plot.space_map(lesioned, RESOLVED["lesioned"], events)
    axes = figure.axes[0]
    hollow, crossed = (
        np.concatenate([c.get_offsets() for c in axes.collections if c.get_gid() == gid])
        for gid in ("silent", "lesioned")
    )
    own = lesioned.sel(condition="lesioned", seed=seed)
    neurons, astrocytes = (
        np.column_stack([own[f"{what}_x"].values, own[f"{what}_y"].values]) for what in ("neuron", "astrocyte")
    )
    assert sorted(map(tuple, crossed)) == sorted(map(tuple, [*astrocytes[[1, 6]], neurons[9]]))
    assert sorted(map(tuple, hollow)) == sorted(map(tuple, [*astrocytes[[1, 6]], *neurons[[0, 7, 9]]]))
    dotted = [patch.get_linestyle() != "solid" for patch in axes.patches]
    assert np.flatnonzero(dotted).tolist() == [1, 6]
    assert told(figure) == [
        "What has happened until then:",
        "before episode 20: lesion astrocytes 1, 6, two neurons",
        "in episode 30, before trial 305: lesion neurons 9",
    ]


def test_standing_is_that_of_a_replicate_that_ran():
    engine = make_engine(RESOLVED["lesioned"], 3)
    engine.advance(306)
    found = standing_after(RESOLVED["lesioned"], 3, engine.interventions.plan.log)
    for what in ("astrocytes", "neurons"):
        assert np.array_equal(found.silent[what], engine.interventions.standing.silent[what])
        assert np.array_equal(found.lesioned[what], engine.interventions.standing.lesioned[what])
    assert found.lesioned["neurons"].sum() == 1


def test_targets_that_changed_are_not_written_under_patterns(dataset, events):
    figure = plot.pattern_map(dataset, SCENARIO, events)
    labels = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert labels == [f"P{number}" for number in range(1, 9)]
    assert figure.axes[1].get_xlabel() == "pattern of the present task"
    assert told(figure) == ["What has happened until then:", *(line.partition("  ")[2] for line in LEGEND)]
    only = plot.pattern_map(dataset.sel(condition=["lesioned"]), SCENARIO, events)
    assert only.axes[1].get_xticklabels()[1].get_text() == "P2\n10000\n→ 01010"


def test_weights_are_told_apart_by_path_and_time(dataset, events):
    figure = plot.weight_map(dataset, RESOLVED, events)
    direct, other, mean = figure.axes[3:6]
    replicates = [dataset.sel(condition="lesioned", seed=seed) for seed in (3, 8)]
    start = np.concatenate([make_engine(RESOLVED["lesioned"], seed).weights() for seed in (3, 8)])
    wired = sum(int(make_engine(RESOLVED["lesioned"], seed).wiring().wired.sum()) for seed in (3, 8))
    assert direct.texts[0].get_text() == f"{wired} synapses"
    assert other.texts[0].get_text() == f"{len(start) - wired:,} synapses"
    assert [line.get_gid() for line in direct.lines] == ["start", "0", "19", "39"]
    final = np.concatenate([replicate["weight"].values[-1][replicate["pre"].values >= 0] for replicate in replicates])
    drawn = np.concatenate([np.asarray(direct.lines[3].get_xdata())[1:-1]])
    assert len(drawn) == wired
    assert np.isin(drawn, final).all()
    x, y = direct.lines[3].get_data()
    assert np.interp(0.0, x, y) == pytest.approx((drawn <= 0).mean(), abs=1 / wired)
    magnitude = np.nanmean(dataset["mean_abs_weight"].sel(condition="lesioned").values, axis=0)
    assert mean.lines[0].get_ydata() == pytest.approx(magnitude)
    assert lines(mean) == [19.5, 30.0]


def test_a_run_without_weights_says_so(dataset):
    bare = dataset.assign(weight=dataset["weight"] * np.nan)
    (axes,) = plot.weight_map(bare, RESOLVED).axes
    assert axes.texts[0].get_text().startswith("no weights were kept. Write record.weights_at")


def test_figures_without_events_are_as_they_were(dataset):
    plain = dataset.sel(condition=["plain"])
    none = read_events(plain, RESOLVED)
    assert none == ()
    drawn = {
        "curves": [plot.learning_curves(plain, {"plain": 0.7}), plot.learning_curves(plain, {"plain": 0.7}, none)],
        "astrocytes": [plot.astrocyte_curves(plain, 10), plot.astrocyte_curves(plain, 10, none)],
        "raster": [plot.decision_raster(plain), plot.decision_raster(plain, none)],
        "patterns": [plot.pattern_map(plain, SCENARIO), plot.pattern_map(plain, SCENARIO, none)],
        "space": [plot.space_map(plain, RESOLVED["plain"]), plot.space_map(plain, RESOLVED["plain"], none)],
    }
    heights = {"curves": 4.6, "astrocytes": 2.15, "raster": 2.36, "patterns": 2.22}
    for name, (bare, given) in drawn.items():
        assert image_bytes(bare, "svg") == image_bytes(given, "svg"), name
        assert [one.get_gid() for one in given.legends if one.get_gid() == "events"] == []
        assert [lines(axes) + ticks(axes) for axes in given.axes] == [[]] * len(given.axes)
        assert given.get_figheight() == pytest.approx(heights.get(name, given.get_figheight()))


def test_settings_are_as_before_marks(dataset, events):
    before_it = dict(mpl.rcParams)
    plot.learning_curves(dataset, events=events)
    assert dict(mpl.rcParams) == before_it
