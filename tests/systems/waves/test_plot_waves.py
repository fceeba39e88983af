"""Figures of wave runs: every run is drawn, medians are numpy's, collapsed runs and published values are marked."""

import matplotlib as mpl
import numpy as np
import pytest
from wave_rows import ACCURACY, COLLAPSED, DIGITS, SHARE, dataset_of, rows_of

from astrosim import plot
from astrosim.plot.points import beside
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.systems.waves.figures.sweeps import find_sweeps
from astrosim.systems.waves.figures.training import DRAWN_EPOCHS, MOST_CURVES, first_hits, thinned
from astrosim.systems.waves.figures.waves import differences
from astrosim.systems.waves.scenario.schema import WaveScenario

SCENARIO = WaveScenario.model_validate(DIGITS)
RESOLVED = {name: resolve(SCENARIO, name) for name in condition_names(SCENARIO)}
ROWS = rows_of(RESOLVED, ACCURACY, COLLAPSED)
XOR = {
    **DIGITS,
    "task": {"data": "xor"},
    "front": {"rule": "none"},
    "network": {"steps": "sdggg"},
    "schedule": {"epochs": 4, "passes": 4, "batch": 4},
    "conditions": {"wave": {}, "mlp": {"network": {"model": "mlp"}}},
    "reference": {},
}


def by_gid(axes, gid):
    return [artist for artist in [*axes.collections, *axes.lines] if artist.get_gid() == gid]


def points(axes, gid):
    found = [collection.get_offsets() for collection in by_gid(axes, gid)]
    return np.concatenate(found) if found else np.zeros((0, 2))


def labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def sweep_of(field, values, **changes):
    section, _, name = field.partition(".")
    conditions = {f"s_{value:g}": {section: {name: value}} for value in values}
    scenario = WaveScenario.model_validate(DIGITS | {"conditions": conditions, "reference": {}} | changes)
    return {name: resolve(scenario, name) for name in condition_names(scenario)}


def test_every_run_is_a_point_and_collapsed_ones_are_open():
    figure = plot.wave_accuracy(ROWS, {"mlp": 0.7697, "absent": 0.9})
    (axes,) = figure.axes
    trained, collapsed = points(axes, "trained"), points(axes, "collapsed")
    assert len(trained) + len(collapsed) == len(ROWS)
    assert sorted(trained[:, 0]) == sorted(row["test_accuracy"] for row in ROWS if not row["collapsed"])
    assert sorted(collapsed[:, 0]) == [0.098, SHARE]
    (open_,) = by_gid(axes, "collapsed")
    assert mpl.colors.to_hex(open_.get_facecolor()[0]) == "#ffffff"
    assert set(np.round(collapsed[:, 1])) == {1}  # the second row
    assert axes.get_yticklabels()[1].get_text() == "wave_published\n2 of 6 collapsed"
    assert [axes.get_yticklabels()[i].get_text() for i in (0, 2)] == ["wave\nn = 6", "mlp\nn = 6"]


def test_medians_are_numpys_and_the_published_value_is_marked():
    figure = plot.wave_accuracy(ROWS, {"mlp": 0.7697, "absent": 0.9})
    (axes,) = figure.axes
    drawn = [line.get_xdata()[0] for line in by_gid(axes, "median")]
    assert drawn == [np.median(ACCURACY[name]) for name in ACCURACY]
    (mark,) = by_gid(axes, "published")
    assert mark.get_xdata() == [0.7697]
    assert round(float(mark.get_ydata()[0]) + 0.42, 9) == 2
    assert {line.get_xdata()[0] for line in by_gid(axes, "share")} == {SHARE}
    assert labels(figure) == ["a run", "a collapsed run", "median", "published", "largest class share"]


def test_an_axis_far_from_chance_says_where_chance_is():
    near = [{**row, "test_accuracy": 0.98 + 0.001 * row["seed"], "collapsed": False} for row in ROWS]
    figure = plot.wave_accuracy(near)
    (axes,) = figure.axes
    assert axes.get_xlim()[0] > 0.9
    assert by_gid(axes, "share") == []
    assert [text.get_text() for text in axes.texts] == ["← largest class share 0.1135"]
    assert labels(figure) == ["a run", "median"]


@pytest.mark.parametrize("n", [1, 6, 200])
def test_points_side_by_side_do_not_hide_each_other(n):
    values = np.full(n, 0.5)
    offsets = beside(values, 0.01)
    assert len(np.unique(offsets)) == n
    assert np.abs(offsets).max() <= 0.34
    apart = beside(np.linspace(0, 1, n), 0.5 / max(n, 2))
    assert not apart.any()


def test_near_values_never_share_a_place():
    rng = np.random.default_rng(3)
    values = rng.normal(0.6, 0.02, 100)
    offsets = beside(values, 0.01)
    for one in range(100):
        touching = (np.abs(values - values[one]) < 0.01) & (offsets == offsets[one])
        assert touching.sum() == 1


def test_curves_show_every_run_and_their_median():
    dataset = dataset_of(ROWS)
    figure = plot.wave_curves(dataset, ROWS)
    assert [axes.get_title("left") for axes in figure.axes] == [f"{name}, n = 6" for name in ACCURACY]
    for axes, name in zip(figure.axes, ACCURACY, strict=True):
        drawn = [line for kind in ("trained", "collapsed") for c in by_gid(axes, kind) for line in c.get_segments()]
        assert len(drawn) == 6
        assert sum(len(c.get_segments()) for c in by_gid(axes, "collapsed")) == len(COLLAPSED.get(name, ()))
        (median,) = by_gid(axes, "median")
        wanted = np.median(dataset["test_accuracy"].sel(condition=name).values, axis=0)
        np.testing.assert_array_equal(median.get_ydata(), wanted)
        assert median.get_xdata().tolist() == [1, 2, 3]
        assert by_gid(axes, "share")[0].get_ydata()[0] == SHARE


def test_curves_of_replicates_that_are_missing_or_shorter():
    dataset = dataset_of(ROWS)
    dataset["test_accuracy"][0, :, 2:] = np.nan  # a shorter condition
    dataset["test_accuracy"][1, 1:] = np.nan  # one run committed
    rows = [row for row in ROWS if row["condition"] != "wave_published" or row["seed"] == 1]
    figure = plot.wave_curves(dataset, rows)
    assert by_gid(figure.axes[0], "median")[0].get_xdata().tolist() == [1, 2]
    assert sum(len(c.get_segments()) for c in figure.axes[1].collections) == 1


def test_losses_that_fall_far_are_logarithmic():
    dataset = dataset_of(ROWS)
    assert plot.wave_curves(dataset, ROWS, "test_loss").axes[0].get_yscale() == "linear"
    dataset["test_loss"][0, 0, 2] = 0.0
    axes = plot.wave_curves(dataset, ROWS, "test_loss").axes[0]
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] > 0


def test_what_was_never_recorded_is_refused():
    with pytest.raises(ValueError, match=r"accept_rate: no run has recorded it"):
        plot.wave_curves(dataset_of(ROWS), ROWS, "accept_rate")


def test_many_conditions_and_seeds_stay_within_a_page():
    names = [f"condition_with_a_long_name_{i}" for i in range(25)]
    rows = [{**ROWS[0], "condition": name, "seed": seed} for name in names for seed in range(1, 5)]
    figure = plot.wave_curves(dataset_of(rows), rows)
    assert sum(axes.get_visible() for axes in figure.axes) == MOST_CURVES
    assert figure.get_size_inches()[1] < 10
    assert plot.wave_accuracy([row for row in rows if row["condition"] in names[:20]]).get_size_inches()[1] < 9
    assert (
        len(plot.wave_accuracy([{**ROWS[0], "seed": s} for s in range(200)]).axes[0].collections[0].get_offsets())
        == 200
    )


def test_thinned_keeps_both_ends():
    assert thinned(5).tolist() == [0, 1, 2, 3, 4]
    chosen = thinned(3000)
    assert (len(chosen), chosen[0], chosen[-1]) == (DRAWN_EPOCHS, 0, 2999)


def test_solved_counts_first_hits_in_updates():
    scenario = WaveScenario.model_validate(XOR)
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    rows = rows_of(resolved, {"wave": [1.0, 1.0, 0.75], "mlp": [0.0, 0.0, 0.5]}, {})
    dataset = dataset_of(rows, epochs=4)
    values = [[0.5, 1.0, 0.75, 1.0], [0.5, 0.5, 1.0, 1.0], [1.0, 0.75, 0.75, 0.75]]
    dataset["test_accuracy"][0, :3] = values
    assert first_hits(dataset, "wave").tolist() == [2, 3, 1]
    assert first_hits(dataset, "mlp").tolist() == []
    figure = plot.wave_solved(dataset, rows, {"wave": 4, "mlp": 4})
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["wave (3 of 3)", "mlp (0 of 3)"]
    steps = axes.lines[0]
    assert dict(zip(steps.get_xdata(), steps.get_ydata(), strict=True)) == {4: 1 / 3, 8: 2 / 3, 12: 1.0, 16: 1.0}
    assert [line.get_ydata()[0] for line in by_gid(axes, "end")] == [2 / 3, 0.0]  # one was right only once


def test_gaps_are_paired_by_seed():
    rows = [row for row in ROWS if not (row["condition"] == "mlp" and row["seed"] == 1)]
    wanted = np.array(ACCURACY["wave"][1:]) - np.array(ACCURACY["mlp"][1:])
    np.testing.assert_allclose(differences(rows, "wave", "mlp"), wanted, atol=1e-12)
    (axes,) = plot.wave_gaps(rows, [("wave", "mlp"), ("mlp", "wave")]).axes
    drawn = by_gid(axes, "pairs")
    np.testing.assert_allclose(sorted(drawn[0].get_offsets()[:, 0]), sorted(wanted), atol=1e-12)
    assert axes.get_yticklabels()[0].get_text() == "wave minus mlp\nahead in 0 of 5"
    assert axes.get_yticklabels()[1].get_text() == "mlp minus wave\nahead in 5 of 5"
    assert by_gid(axes, "median")[0].get_xdata()[0] == pytest.approx(np.median(wanted))


def test_classes_show_each_run_in_order_of_accuracy():
    rows = [row for row in ROWS if row["condition"] == "wave_published"]
    figure = plot.wave_classes(dataset_of(rows), rows)
    panel, _bar = figure.axes
    shown = panel.images[0].get_array()
    assert shown.shape == (6, 10)
    assert (shown[:4] == 0.1).all()
    assert (shown[4:] == np.eye(10)[1]).all()  # the two that collapsed are the worst
    assert panel.collections[0].get_offsets()[:, 1].tolist() == [4, 5]
    with pytest.raises(ValueError, match="no run has classes"):
        plot.wave_classes(dataset_of(rows), [{**row, "data": "xor"} for row in rows])


def test_a_sweep_is_found_with_its_baseline():
    resolved = sweep_of("noise.sigma", (0.2, 0.0, 0.1))
    (sweep,) = find_sweeps(resolved)
    assert sweep.field == "noise.sigma"
    (series,) = sweep.series
    assert (series.name, series.values, series.conditions) == ("s", (0.0, 0.1, 0.2), ("s_0", "s_0.1", "s_0.2"))
    assert find_sweeps(sweep_of("noise.sigma", (0.0, 0.1))) == []
    assert find_sweeps(RESOLVED) == []


def test_conditions_that_differ_in_more_make_series_of_their_own():
    resolved = sweep_of("leak.sigma", (0.0, 0.3, 0.6))
    other = sweep_of("leak.sigma", (0.3, 0.6), leak={"kernel": "attenuated"})
    mlp = {"mlp": RESOLVED["mlp"]}
    deviant = sweep_of("leak.sigma", (0.9,), network={"activation": "elu"})
    (sweep,) = find_sweeps(resolved | {f"other{name}": one for name, one in other.items()} | mlp | deviant)
    assert [one.conditions for one in sweep.series] == [("s_0", "s_0.3", "s_0.6"), ("s_0", "others_0.3", "others_0.6")]
    assert sweep.conditions == ("s_0", "s_0.3", "s_0.6", "others_0.3", "others_0.6")


@pytest.mark.parametrize(
    ("name", "counts"), [("leak", [10, 10, 10, 10]), ("noise", [11, 11, 11]), ("loss", [5, 5, 5, 5])]
)
def test_the_papers_sweeps_are_found(name, counts):
    scenario = load_scenario(find(name))
    (sweep,) = find_sweeps({one: resolve(scenario, one) for one in condition_names(scenario)})
    assert [len(series.values) for series in sweep.series] == counts
    assert all(series.values[0] == 0 for series in sweep.series)


def test_sweeps_show_every_run_medians_published_values_and_collapsed_shares():
    resolved = sweep_of("leak.sigma", (0.0, 0.3, 0.6))
    accuracy = {"s_0": [0.6, 0.7, 0.65], "s_0.3": [0.5, SHARE, 0.4], "s_0.6": [SHARE, SHARE, 0.3]}
    rows = rows_of(resolved, accuracy, {"s_0.3": {2}, "s_0.6": {1, 2}})
    (sweep,) = find_sweeps(resolved)
    figure = plot.wave_sweep(rows, sweep, {"s_0.3": {"test_accuracy": 0.8, "collapsed": 0.25}})
    upper, lower = figure.axes
    assert len(points(upper, "trained")) == 6
    assert sorted(points(upper, "collapsed")[:, 1]) == [SHARE] * 3
    (median,) = by_gid(upper, "median")
    assert list(median.get_ydata()) == [np.median(values) for values in accuracy.values()]
    assert list(median.get_xdata()) == [0.0, 0.3, 0.6]
    assert [line.get_ydata()[1] for line in by_gid(lower, "collapsed")] == pytest.approx([0, 1 / 3, 2 / 3])
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for a in (upper, lower) for m in by_gid(a, "published")] == [
        (0.3, 0.8),
        (0.3, 0.25),
    ]
    assert [label.get_text() for label in lower.get_xticklabels()] == ["0", "0.3", "0.6"]


def test_crowded_values_lie_at_their_square_roots():
    resolved = sweep_of("noise.sigma", (0.0, 0.01, 0.8))
    rows = rows_of(resolved, {name: [0.5, 0.6] for name in resolved}, {})
    (sweep,) = find_sweeps(resolved)
    upper, lower = plot.wave_sweep(rows, sweep).axes
    np.testing.assert_allclose(by_gid(upper, "median")[0].get_xdata(), np.sqrt([0, 0.01, 0.8]))
    assert lower.get_xlabel().endswith("square-root scale")


def test_settings_are_as_before():
    before = dict(mpl.rcParams)
    plot.wave_accuracy(ROWS)
    assert dict(mpl.rcParams) == before
