"""A watched simulation: looking changes nothing, what is shown is what happened, and a stored run comes again."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spiking_figure_runs import TABLES

from astrosim import open_run, run
from astrosim.contracts.watched import Speed
from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.systems.spiking.make import simulation_of
from astrosim.systems.spiking.network.description import Connections, connections
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.watch.flights import Flights
from astrosim.systems.spiking.watch.pace import paces
from astrosim.systems.spiking.watch.places import GAP, plane_of
from astrosim.systems.spiking.watch.simulation import ROWS, WatchedSimulation
from astrosim.systems.spiking.watch.stored import StoredSimulation
from astrosim.view.frame import pack

ONE = {"seeds": [1], "conditions": {}}
FRAMES = (1, 1, 7, 64, 65, 130)  # steps
SLOW = Speed("", 1.0, True, window_ms=30.0)


def scenario_of(**changes: Any) -> SpikingScenario:
    return SpikingScenario.model_validate(TABLES | ONE | changes)


def bundled(name: str, condition: str) -> tuple[SpikingScenario, int]:
    scenario = load_scenario(find(name))
    return resolve(scenario, condition), scenario.seeds[0]


@pytest.fixture
def watched() -> WatchedSimulation:
    return WatchedSimulation(scenario_of(), 1)


def spikes_of(scenario: SpikingScenario, steps: int) -> tuple[np.ndarray, np.ndarray]:
    alone, kept = simulation_of(scenario, 1), []
    alone.advance(steps, kept.append)
    return tuple(np.concatenate([getattr(one, name) for one in kept]) for name in ("node", "stamp"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "condition"),
    [("ring", "linear"), ("tripartite_pair", "tripartite"), ("astrocyte_single", "oscillating")],
)
def test_a_viewed_simulation_is_bit_identical_to_an_unviewed_one(name: str, condition: str) -> None:
    scenario, seed = bundled(f"spiking/{name}", condition)
    shown, alone = WatchedSimulation(scenario, seed), simulation_of(scenario, seed)
    for frame, steps in enumerate(FRAMES):
        shown.advance(steps, until=lambda: False)
        shown.look(None)
        shown.select(frame % len(shown.network.labels))
        shown.paced(Speed("", 1.0, True, window_ms=10.0 ** (frame % 4)))
    shown.go_on("spike", 1, until=lambda: shown.trial >= 500)
    shown.advance(600 - shown.trial)
    alone.advance(600, lambda stretch: None)
    here, there = shown.simulation.state(), alone.state()
    assert here.keys() == there.keys()
    assert [key for key in here if here[key].tobytes() != there[key].tobytes()] == []


def test_flashes_are_the_spikes_since_the_last_look(watched: WatchedSimulation) -> None:
    node, stamp = spikes_of(scenario_of(), 300)
    assert len(set(node.tolist())) == 6
    last = 0
    for steps in (50, 1, 100, 149):
        watched.advance(steps)
        fired = watched.look(None)[1]["fired"]
        assert set(np.flatnonzero(fired)) == set(node[(stamp > last) & (stamp <= watched.trial)].tolist())
        last = watched.trial
    assert watched.look(None)[1]["fired"].sum() == 0


def test_the_raster_holds_the_spikes_of_the_time_that_is_shown(watched: WatchedSimulation) -> None:
    node, stamp = spikes_of(scenario_of(), 450)
    watched.paced(SLOW)
    watched.advance(450)
    facts, arrays = watched.look(None)
    shown = stamp * 0.1 > 45.0 - 30.0
    assert arrays["raster_row"].tolist() == node[shown].tolist()
    assert arrays["raster_time"] == pytest.approx(stamp[shown] * 0.1 - 45.0, abs=1e-4)
    assert facts["rate_hz"] == pytest.approx(shown.sum() / 6 / 0.030)
    assert (facts["time_ms"], facts["window_ms"]) == (45.0, 30.0)


def test_traces_of_the_chosen_nodes_run(watched: WatchedSimulation) -> None:
    watched.paced(SLOW)
    watched.select(5)
    watched.select(6 + 3)
    watched.advance(100)
    facts, arrays = watched.look(None)
    assert (facts["neuron"], facts["astrocyte"]) == (5, 9)
    assert [panel["title"] for panel in facts["panels"]] == [
        "Membrane potential, neuron 5",
        "Calcium and IP3, astrocyte a:3",
    ]  # no slow inward current: nothing sends one
    assert arrays["time_V_m"] == pytest.approx(0.1 * np.arange(-99, 1), abs=1e-4)
    assert arrays["trace_V_m"][-1] == np.float32(watched.simulation.present("V_m")[5])
    assert arrays["trace_Ca_astro"][-1] == arrays["calcium"][3]
    assert facts["panels"][0]["levels"] == [[-55.0, "threshold"]]
    assert "uM" in facts["panels"][1]["meaning"]
    node, stamp = spikes_of(scenario_of(), 100)
    assert arrays["marks"] == pytest.approx(stamp[node == 5] * 0.1 - 10.0, abs=1e-4)


def test_samples_are_as_dense_as_the_time_that_is_shown_asks_for(watched: WatchedSimulation) -> None:
    watched.paced(Speed("", 1.0, True, window_ms=600.0))
    watched.advance(1000)
    assert watched.trails.every == 6
    assert len(watched.look(None)[1]["trace_V_m"]) == 1000 // 6
    watched.paced(SLOW)
    watched.advance(300)
    assert len(watched.look(None)[1]["trace_V_m"]) == 300


def test_the_next_spike_is_where_it_is(watched: WatchedSimulation) -> None:
    _, stamp = spikes_of(scenario_of(), 300)
    for expected in sorted(set(stamp.tolist()))[:4]:
        watched.go_on("spike", 1)
        assert watched.trial == expected
        assert watched.look(None)[1]["fired"].any()
    with pytest.raises(ValueError, match="no such stride"):
        watched.go_on("leap", 1)


def test_neurons_are_shaded_between_their_own_rest_and_threshold() -> None:
    own = {"E_L": [-65.0, -60.0], "V_th": -50.0, "V_m": -63.0}
    populations = [{"name": "E", "model": "iaf_psc_exp", "size": 2, "parameters": own}]
    shown = WatchedSimulation(scenario_of(network={"populations": populations}, input={}, record={}), 1)
    arrays = shown.scene()[1]
    assert (arrays["low"].tolist(), arrays["high"].tolist()) == ([-65.0, -60.0], [-50.0, -50.0])
    assert shown.look(None)[1]["membrane"].tolist() == [-63.0, -63.0]


def test_places_of_the_scenario_are_kept(watched: WatchedSimulation) -> None:
    facts, arrays = watched.scene()
    assert facts["placed"]
    assert arrays["neuron"] == pytest.approx(np.stack([watched.network.neurons.x, watched.network.neurons.y], axis=1))
    assert arrays["population"].tolist() == [0, 0, 0, 0, 1, 1]
    assert facts["populations"] == ["E", "I"]
    assert len(arrays["pre"]) == facts["connections"] == 40


def test_without_places_populations_stand_side_by_side_and_astrocytes_below() -> None:
    scenario, seed = bundled("spiking/brunel", "default")
    facts, arrays = WatchedSimulation(scenario, seed).scene()
    first, second, glia = arrays["neuron"][:800], arrays["neuron"][800:], arrays["astrocyte"]
    assert not facts["placed"]
    assert [name for name, _, _ in facts["names"]] == ["excitatory", "inhibitory", "astrocytes"]
    assert second[:, 0].min() - first[:, 0].max() >= GAP
    assert glia[:, 1].max() < arrays["neuron"][:, 1].min()
    assert len(np.unique(np.concatenate([first, second, glia]), axis=0)) == 2000
    assert len(arrays["pre"]) == 0  # too many to be drawn
    assert facts["raster"] == [ROWS, 1000]


def test_a_ring_is_a_ring() -> None:
    scenario, seed = bundled("spiking/ring", "linear")
    glia = plane_of(WatchedSimulation(scenario, seed).network).astrocytes
    assert np.hypot(*glia.T) == pytest.approx(np.full(50, 50 / (2 * np.pi)))
    assert np.hypot(*(glia - np.roll(glia, 1, axis=0)).T) == pytest.approx(np.full(50, 1.0), rel=1e-2)


def test_paces_begin_at_a_step_a_second() -> None:
    speeds, first = paces(0.1, 10.0)
    assert [speeds[0].label, speeds[first].label] == ["0.1 ms/s, 10,000 x slower", "10 ms/s, 100 x slower"]
    assert (speeds[first].amount, speeds[first].steady) == (100.0, True)  # steps per second
    assert "real time" in [speed.label for speed in speeds]
    assert paces(1.0, 5_000.0)[0][0].label == "1 ms/s, 1,000 x slower"
    assert speeds[-1].label == "50 s/s, 50 x faster"


def test_spikes_fly_for_their_delay() -> None:
    own: Connections = connections(
        np.array([2, 0, 0, 5]), np.array([0, 1, 2, 0]), np.ones(4), np.array([1.0, 2.0, 4.0, 9.0])
    )
    flights = Flights(own, 5)  # node 5 is an astrocyte
    node, time = np.array([0, 2, 5, 0]), np.array([7.0, 9.5, 9.9, 9.0])
    ends, share = flights.under_way(node, time, 10.0)
    assert ends.tolist() == [[0, 2], [2, 0], [0, 1], [0, 2]]
    assert share.tolist() == [0.75, 0.5, 0.5, 0.25]


def test_what_is_shown_can_be_packed(watched: WatchedSimulation) -> None:
    assert pack({"scene": watched.scene()[0]}, watched.scene()[1])
    watched.advance(20)
    assert pack(*watched.look(None))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "run"
    run(scenario_of(), folder, workers=1)
    return folder


def replayed(folder: Path, **changes: Any) -> StoredSimulation:
    return StoredSimulation(scenario_of(**changes), 1, open_run(folder).isel(condition=0).sel(seed=1))


def test_a_stored_simulation_is_gone_through_back_and_forth(stored: Path) -> None:
    replay = replayed(stored)
    replay.paced(SLOW)
    for step in (500, 100, 101, 1, 0, 300, 299, 500):
        replay.go(step)
        assert replay.trial == step
    assert (replay.compared, replay.records, replay.mismatches) == (replay.records, replay.records, [])
    assert replay.records > 20
    alone = simulation_of(scenario_of(), 1)
    alone.advance(500, lambda stretch: None)
    here, there = replay.simulation.state(), alone.state()
    assert [key for key in here if here[key].tobytes() != there[key].tobytes()] == []
    replay.advance(10)
    assert replay.trial == replay.last == 500
    assert replay.look(None)[0]["stored"]["what"] == "spikes"


def test_the_time_before_a_moment_that_is_gone_to_is_shown(stored: Path) -> None:
    replay, straight = replayed(stored), WatchedSimulation(scenario_of(), 1)
    for one in (replay, straight):
        one.paced(Speed("", 1.0, True, window_ms=1.0))
    replay.go(500)
    replay.go(200)
    straight.advance(200)
    assert np.array_equal(replay.look(None)[1]["trace_V_m"], straight.look(None)[1]["trace_V_m"])


def test_a_spike_that_is_not_as_stored_is_told(stored: Path) -> None:
    dataset = open_run(stored).isel(condition=0).sel(seed=1).load().copy(deep=True)
    steps = dataset["spike_step"].values
    third = int(steps[3])
    steps[3] = third + (1 if steps[4] > third + 1 else 0)
    node = int(dataset["spike_node"].values[3])
    dataset["spike_node"].values[3] = (node + 1) % 6
    replay = StoredSimulation(scenario_of(), 1, dataset)
    replay.go(500)
    assert replay.mismatches
    assert replay.mismatches[0].startswith(f"step {third}: neuron ")
    assert replay.compared < replay.records


def test_samples_are_compared_where_no_spikes_are_stored(tmp_path: Path) -> None:
    record = {"spikes": False, "traces": [{"variable": "Ca_astro", "nodes": ["A"], "every_ms": 2.0}]}
    run(scenario_of(record=record), tmp_path / "run", workers=1)
    replay = replayed(tmp_path / "run", record=record)
    replay.go(500)
    assert (replay.compared, replay.records, replay.mismatches) == (25, 25, [])
    replay = replayed(tmp_path / "run", record=record)
    replay._judge._values[4, 2] *= 1.5  # type: ignore[union-attr]
    replay.go(500)
    assert replay.compared == 24
    assert replay.mismatches[0].startswith("step 100: Ca_astro of a:2 is ")


def test_interventions_by_hand_are_those_of_the_lines_that_are_written(watched: WatchedSimulation) -> None:
    watched.advance(120)
    watched.intervene("lesion_neurons", **watched.whom({"number": 2}))
    watched.intervene("silence_astrocytes", **watched.whom({"number": 0}))
    watched.advance(60)
    watched.intervene("release_astrocytes", **watched.whom({"number": 0}))
    watched.advance(140)
    planned = tomllib.loads(watched.look(None)[0]["lines"])["interventions"]
    assert [(one["at_ms"], one["which"]) for one in planned] == [(12.0, ["2"]), (12.0, ["0"]), (18.0, ["0"])]
    alone = simulation_of(scenario_of(interventions=planned), 1)
    alone.advance(320, lambda stretch: None)
    here, there = watched.simulation.state(), alone.state()
    assert here.keys() == there.keys()
    assert [key for key in here if here[key].tobytes() != there[key].tobytes()] == []
    untouched = simulation_of(scenario_of(), 1)
    untouched.advance(320, lambda stretch: None)
    assert not np.array_equal(untouched.present("V_m"), alone.present("V_m"), equal_nan=True)
    with pytest.raises(ScenarioError, match="which: no such neuron"):
        watched.intervene("lesion_neurons", which=["999"])
