"""Many and long names, other lengths, lesions and relay networks: what is drawn fits, and is what was recorded."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim import plot, summary
from astrosim.plot.style import drawn_at
from astrosim.runs import open_run, run_scenario
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import bundled
from astrosim.scenario.load import load_scenario as load
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.figures.events import Event
from astrosim.systems.threshold.figures.weights import DIRECT, decides_alone, episode_looks
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.pictures import KINDS, Material
from astrosim.systems.threshold.show.tables import condition_rows

LONG = [f"a_condition_with_quite_a_long_name_{number:02d}" for number in range(30)]


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    """A relay network of the experiments, short, conditions of other lengths."""
    directory = tmp_path_factory.mktemp("run") / "relay"
    overrides = ["schedule.episodes=6", "record.every=2", "seeds=[1,2]", "record.weights_at=[0,-1]"]
    scenario = load_scenario(bundled()["published/exp018"], overrides)
    names = ("baseline", "dampening")
    short = scenario.conditions["dampening"] | {"schedule": {"episodes": 4}}
    conditions = {"baseline": scenario.conditions["baseline"], "dampening": short}
    data = scenario.model_dump(exclude={"reference", "conditions"}) | {"conditions": conditions}
    run_scenario(Scenario.model_validate(data), directory, workers=1)
    found = load(directory / "scenario.toml")
    return directory, open_run(directory), {name: resolve(found, name) for name in names}


def test_the_direct_path_of_relay_networks_is_the_engines(relay):
    _, dataset, resolved = relay
    figure = plot.weight_map(dataset, resolved)
    for row, name in zip((figure.axes[:3], figure.axes[3:6]), resolved, strict=True):
        wired = sum(int(wires(resolved[name], seed)) for seed in (1, 2))
        assert row[0].texts[0].get_text() == f"{wired:,} synapses"
        final = np.asarray(row[0].lines[-1].get_xdata())[1:-1]
        assert len(final) == wired


def wires(scenario, seed):
    """Synapses from inputs to outputs, which stand in another cluster here, counted from the wiring itself."""
    static = make_engine(scenario, seed).static()
    kind, cluster = static["neuron_kind"], static["neuron_cluster"]
    assert cluster[kind == 1].min() == 1
    return ((kind[static["pre"]] == 0) & (kind[static["post"]] == 1)).sum()


def test_colours_of_kept_episodes_are_those_of_the_legend(relay):
    _, dataset, resolved = relay
    figure = plot.weight_map(dataset, resolved)
    legend = figure.legends[0]
    told = {
        text.get_text(): line.get_color() for text, line in zip(legend.get_texts(), legend.get_lines(), strict=True)
    }
    assert list(told)[:4] == ["start", "after episode 0", "after episode 3", "after episode 5"]
    for axes, last in ((figure.axes[0], "5"), (figure.axes[3], "3")):
        for line in axes.lines[1:]:
            assert line.get_color() == told[f"after episode {line.get_gid()}"]
        assert axes.lines[-1].get_gid() == last
    assert DIRECT not in [told[name] for name in told if name.startswith("after")]
    assert len(set(episode_looks(np.arange(40)).values())) == 40


def test_an_empty_path_draws_nothing_and_says_so(relay):
    _, dataset, resolved = relay
    none = dataset.assign(post=dataset["pre"])  # every synapse ends where it begins
    figure = plot.weight_map(none, resolved)
    assert [text.get_text() for text in figure.axes[0].texts] == ["no such synapse"]
    assert not figure.axes[0].lines


def test_the_direct_path_alone_decides_one_cycle_only():
    assert decides_alone(Scenario())
    assert not decides_alone(Scenario.model_validate({"network": {"cycles": 2}, "decision": {"window": 0}}))
    assert not decides_alone(Scenario.model_validate({"learner": "neurons"}))


def material(directory, names):
    """A short run of these conditions, all alike, as figures take it."""
    data = {
        "name": "many",
        "seeds": [3],
        "network": {"regular": 4},
        "schedule": {"episodes": 2},
        "record": {"every": 1, "weights_at": [-1]},
        "conditions": {name: {} for name in names},
    }
    run_scenario(Scenario.model_validate(data), directory, workers=1)
    found = summary.read(directory)
    return Material.read(found, found.resolved, condition_rows(found))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return material(tmp_path_factory.mktemp("run") / "many", LONG)


@pytest.mark.parametrize("count", [9, 30])
@pytest.mark.parametrize("width", [7.1, 3.35])
def test_legends_of_many_long_names_are_whole(many, count, width):
    names = LONG[:count]
    with drawn_at(width):
        figure = plot.learning_curves(many.dataset.sel(condition=names))
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    assert box.y1 <= figure.bbox.height + 1
    assert len(figure.legends[0].get_texts()) == count
    assert figure.axes[0].get_window_extent().height > 0.8 * figure.dpi, "the panels keep their size"
    assert figure.axes[0].get_window_extent().y1 < box.y0


def test_no_axis_has_a_single_tick(tmp_path):
    few = material(tmp_path / "few", LONG[:4])
    for name in ("curves", "thresholds", "weights", "raster"):
        figure = KINDS[name].draw(few).figure
        figure.draw_without_rendering()
        for axes in (axes for axes in figure.axes if axes.axison and axes.get_xlabel()):
            low, high = sorted(axes.get_xlim())
            ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
            assert len(ticks) >= 2, (name, axes.get_xlim())


def test_bands_need_three_seeds_and_few_conditions(many):
    assert not plot.learning_curves(many.dataset).axes[0].collections


def test_lines_of_lesioned_astrocytes_end(many):
    one = many.dataset.sel(condition=LONG[:1])
    intervention = [{"action": "lesion_astrocytes", "at_episode": 1, "which": [0, 5]}]
    scenario = Scenario.model_validate(
        many.resolved[LONG[0]].model_dump(exclude={"conditions", "interventions"}) | {"interventions": intervention}
    )
    events = [Event(LONG[0], 3, 10, 0, "lesion_astrocytes", "lesion", scenario.schedule.trials_per_episode, 1)]
    lines = plot.astrocyte_curves(one, 10, events, {LONG[0]: scenario}).axes[0].lines
    ends = [line.get_xdata()[-1] for line in lines if line.get_gid() != "event" and len(line.get_xdata())]
    assert sorted(ends[:8]) == [0, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["schedule.episodes=4"], ["seeds 1, 2 instead of 42, 137", "schedule.episodes 4 instead of 5,000"]),
        (["seeds=[42]", "schedule.episodes=4"], ["seeds 42 instead of"]),
    ],
)
def test_no_verdict_where_seeds_or_lengths_were_changed(tmp_path, overrides, words):
    scenario = load_scenario(bundled()["published/exp020"], ["seeds=[1,2]", *overrides])
    run_scenario(scenario, tmp_path / "run", workers=1)
    found = summary.read(tmp_path / "run")
    assert found.reference == {}
    for part in words:
        assert part in found.departed
    assert found.departed.startswith("Published figures and verdicts are left out:")
    assert found.departed in " ".join(map(str, found.alarms()))
    assert [column.header for column in found.table().columns if "lished" in str(column.header)] == []


def test_what_changes_no_figure_is_no_departure(tmp_path):
    from astrosim.summary.departures import departures

    for name, overrides in (("published/exp020", ["record.every=7"]), ("published/exp024", [])):
        scenario = load_scenario(bundled()[name], overrides)
        assert scenario.reference
        assert departures(tmp_path, scenario) == ()
