"""Calcium waves over gap junctions: when and how strongly they arrive, in closed form; the same on both engines."""

from __future__ import annotations

import itertools
import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from later import later
from replicates import CONDITIONS, differences, scenario

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.rules import coupling
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.gap_junctions import GapJunctions, build_gap_junctions
from astrosim.systems.threshold.network.territories import build_territories
from astrosim.systems.threshold.network.topology import build_network
from astrosim.systems.threshold.scenario.schema import Scenario

ENGINES = [KernelEngine, AstroModel]
WITH_LEARNERS = [name for name, fields in CONDITIONS.items() if "learner" not in fields]
GRAPHS: dict[str, dict[str, Any]] = {
    "nearest": {"graph": "nearest", "neighbours": 2},
    "distance": {"graph": "distance", "reach": 11.0, "relay": True, "relay_threshold": 0.05, "refractory": 7},
    "saturating": {"graph": "nearest", "neighbours": 3, "relay": True, "calcium": "saturating", "capacity": 0.7},
    "edges": {"graph": "edges", "edges": [[0, 1], [2, 1], [5, 7]], "gain": 2.0, "relay": True, "decay_time": 3.0},
}
PAIRS = list(itertools.product(GRAPHS, WITH_LEARNERS))
FEW = [pair for pair in PAIRS if pair[0] == "distance" or pair[1] in ("maturity", "epsilon")]
# A quiet system: nobody reaches its threshold, nobody explores, so that the only waves are those that a test sends.
QUIET = {
    "astrocytes": {"threshold": 100.0, "per_cluster": 25},
    "exploration": {"rule": "none"},
    "network": {"clusters": 1},
}


def coupled(graph: dict[str, Any], **fields: Any) -> Scenario:
    return scenario(coupling=graph, **fields)


def quiet(**graph: Any) -> Scenario:
    """25 astrocytes on a square lattice in one cluster, all silent."""
    calm = {"adaptation": {"ceiling": 100.0, "interval": 10**9}}
    return coupled({"relay": True, "relay_threshold": 0.0, "refractory": 10**9, **graph}, **QUIET, **calm)


def line(count: int) -> list[list[int]]:
    return [[n, n + 1] for n in range(count - 1)]


def arrivals(s: Scenario, engine: Any, start: int, trials: int) -> list[list[tuple[int, float]]]:
    """Trials and amounts of what reaches each astrocyte, after astrocyte `start` has sent a wave in trial 0."""
    replicate = engine(s, 3)
    junctions = replicate.gap_junctions
    for k in range(replicate.kernel_network.gap_start[start], replicate.kernel_network.gap_start[start + 1]):
        other, slot = replicate.kernel_network.gap[k], replicate.kernel_network.gap_delay[k] % junctions.slots
        left = coupling.passed_on(1.0, replicate.kernel_network.gap_attenuation[k])
        replicate.learning.arriving[slot, other] += left
        replicate.learning.strongest[slot, other] = max(left, replicate.learning.strongest[slot, other])
    replicate.learning.sent[start] = 0
    replicate.restore(replicate.state())
    found: list[list[tuple[int, float]]] = [[] for _ in range(len(replicate.territories))]
    before = replicate.learning.calcium.copy()
    decay = math.exp(-1.0 / s.coupling.decay_time)
    for trial in range(trials):
        replicate.advance(1)
        gained = replicate.learning.calcium - before * decay
        for a in np.flatnonzero(gained > 1e-9):
            found[a].append((trial, float(gained[a])))
        before = replicate.learning.calcium.copy()
    return found


def places(s: Scenario, seed: int = 3) -> np.ndarray:
    return build_territories(s, build_network(s, seed)).position


def junctions_of(s: Scenario, seed: int = 3) -> GapJunctions:
    return build_gap_junctions(s, build_territories(s, build_network(s, seed)))


@pytest.mark.parametrize(("graph", "condition"), [*FEW, *later(*sorted(set(PAIRS) - set(FEW)))])
def test_agents_and_kernel_agree(graph: str, condition: str) -> None:
    s = coupled(GRAPHS[graph], **CONDITIONS[condition])
    agents, kernel = AstroModel(s, 42), KernelEngine(s, 42)
    assert differences(agents.static(), kernel.static()) == []
    assert differences(vars(agents.advance(300)), vars(kernel.advance(300))) == []
    agents.advance(10, measure=True)
    kernel.advance(10, measure=True)
    assert differences(agents.measure(), kernel.measure()) == []
    assert differences(agents.state(), kernel.state()) == []
    if condition in ("maturity", "epsilon", "firing_maturity"):
        assert kernel.learning.recruitments.sum() > 10  # there was something to compare


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "graph": draw(st.sampled_from(["nearest", "distance"])),
        "neighbours": draw(st.integers(1, 9)),
        "reach": draw(st.floats(0.5, 30)),
        "length": draw(st.floats(0.05, 50)),
        "speed": draw(st.floats(0.3, 50)),
        "decay_time": draw(st.floats(0.05, 100)),
        "gain": draw(st.floats(0, 5)),
        "relay": draw(st.booleans()),
        "relay_threshold": draw(st.floats(0, 1)),
        "refractory": draw(st.integers(1, 30)),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    graph=graphs(), condition=st.sampled_from(WITH_LEARNERS), per_cluster=st.integers(1, 12), seed=st.integers(0, 99)
)
def test_agents_and_kernel_agree_on_any_coupling(
    graph: dict[str, Any], condition: str, per_cluster: int, seed: int
) -> None:
    s = coupled(graph, astrocytes={"per_cluster": per_cluster}, network={"regular": 6}, **CONDITIONS[condition])
    agents, kernel, again = AstroModel(s, seed), KernelEngine(s, seed), AstroModel(s, seed)
    assert differences(vars(agents.advance(50)), vars(kernel.advance(50))) == []
    assert differences(agents.state(), kernel.state()) == []
    again.restore(kernel.state())
    assert differences(vars(kernel.advance(40)), vars(again.advance(40))) == []
    assert differences(again.state(), kernel.state()) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cut", [1, 2, 60, 111])
def test_a_run_goes_on_with_waves_under_way(engine: Any, cut: int) -> None:
    s = coupled(GRAPHS["distance"] | {"speed": 0.5})
    whole, first, second = engine(s, 5), engine(s, 5), engine(s, 5)
    log = whole.advance(230)
    start = first.advance(cut)
    second.advance(77)
    second.restore(first.state())
    assert first.learning.arriving.any()
    rest = second.advance(230 - cut)
    assert differences(whole.state(), second.state()) == []
    joined = {name: np.concatenate([vars(start)[name], vars(rest)[name]]) for name in vars(log)}
    assert differences(vars(log), joined) == []


@pytest.mark.parametrize("condition", WITH_LEARNERS)
def test_without_gain_the_run_is_the_uncoupled_one(condition: str) -> None:
    plain = KernelEngine(scenario(**CONDITIONS[condition]), 42)
    other = KernelEngine(coupled(GRAPHS["distance"] | {"gain": 0.0}, **CONDITIONS[condition]), 42)
    assert differences(vars(plain.advance(2000)), vars(other.advance(2000))) == []
    plain.advance(10, measure=True)
    other.advance(10, measure=True)
    own = {"calcium", "arriving", "strongest", "sent", "recruitments"}
    for ours, theirs in ((plain.state(), other.state()), (plain.measure(), other.measure())):
        assert (
            differences({n: v for n, v in ours.items() if n not in own}, {n: theirs[n] for n in ours if n not in own})
            == []
        )
    if condition in ("maturity", "epsilon"):
        assert other.learning.calcium.any()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("speed", [0.1, 0.5, 1.0, 4.0, 100.0])
@pytest.mark.parametrize(
    "shape",
    [
        nx.path_graph(5),
        nx.cycle_graph([0, 1, 2, 3, 4, 9, 14, 19, 24, 23, 22, 21, 20, 15, 10, 5]),
        nx.convert_node_labels_to_integers(nx.grid_2d_graph(5, 5), ordering="sorted"),
    ],
    ids=["line", "ring", "grid"],
)
def test_a_wave_arrives_after_the_shortest_way(engine: Any, speed: float, shape: nx.Graph) -> None:
    """Each astrocyte sends one wave on: first arrivals are the shortest ways, hop by hop rounded up to trials."""
    s = quiet(graph="edges", edges=[list(map(int, edge)) for edge in shape.edges], speed=speed, length=50.0)
    where = places(s)
    ways = shape.copy()
    for a, b in ways.edges:
        d = math.dist(where[a], where[b])
        ways.edges[a, b]["trials"] = max(1, math.ceil(d / speed - 1e-6))
    shortest = nx.single_source_dijkstra_path_length(ways, 0, weight="trials")
    last = max(shortest.values())
    found = arrivals(s, engine, 0, last + 1)
    assert {a: found[a][0][0] for a in shortest if a} == {a: n for a, n in shortest.items() if a}


@pytest.mark.parametrize("speed", [0.25, 1.0])
def test_equal_steps_give_distance_over_speed_and_the_amplitude_of_the_whole_way(speed: float) -> None:
    s = quiet(graph="edges", edges=line(5), speed=speed, length=3.0)
    where = places(s)
    step = math.dist(where[0], where[1])
    found = arrivals(s, KernelEngine, 0, 200)
    for n in range(1, 5):
        (trial, amount), *_ = found[n]
        assert trial == n * math.ceil(step / speed)
        assert amount == pytest.approx(math.exp(-math.dist(where[0], where[n]) / 3.0), abs=n * 2.0**-32)


def test_a_whole_number_of_ticks_is_not_rounded_up() -> None:
    """0.3 / 0.1 is 2.9999999999999996 and 3 * 0.1 / 0.1 is 3.0000000000000004 in floating point: both are 3 ticks."""
    assert [coupling.delay(d, 0.1) for d in (0.3, 3 * 0.1, 0.3000001, 1e-9)] == [3, 3, 4, 1]


@pytest.mark.parametrize("capacity", [0.5, 1.0, 3.0])
def test_saturating_calcium_never_exceeds_its_capacity(capacity: float) -> None:
    """Of arrivals that fit into it: it approaches the fixed point of c = d c + a (1 - d c / capacity)."""
    calcium, decay, arrived = 0.0, math.exp(-0.1), 0.4
    for _ in range(200):
        calcium = coupling.calcium_after(coupling.SATURATING, calcium, decay, capacity, arrived)
        assert 0.0 < calcium <= capacity
    assert calcium == pytest.approx(arrived / (1.0 - decay + arrived * decay / capacity), rel=1e-12)
    assert coupling.calcium_after(coupling.SATURATING, 10.0 * capacity, decay, capacity, arrived) == (
        10.0 * capacity * decay
    )


@pytest.mark.parametrize("count", [2, 7, 25])
def test_calcium_decays_exponentially(count: int) -> None:
    s = quiet(graph="edges", edges=[[0, 1]], relay=False, decay_time=4.0, length=2.0)
    replicate = KernelEngine(s, 3)
    replicate.learning.calcium[0] = 1.5
    replicate.advance(count)
    assert replicate.learning.calcium[0] == pytest.approx(1.5 * math.exp(-count / 4.0), rel=1e-13)


def test_arrivals_of_a_trial_add_up_and_the_strongest_is_sent_on() -> None:
    """Two ways of the same length to astrocyte 6, over 1 and 5 of the lattice; both waves arrive at once."""
    s = quiet(graph="edges", edges=[[0, 1], [0, 5], [1, 6], [5, 6], [6, 7]], speed=100.0, length=5.0)
    where = places(s)
    found = arrivals(s, AstroModel, 0, 10)
    ways = [math.dist(where[0], where[m]) + math.dist(where[m], where[6]) for m in (1, 5)]
    assert found[6][0] == (2, pytest.approx(sum(math.exp(-way / 5.0) for way in ways), abs=2e-9))
    onward = math.exp(-(min(ways) + math.dist(where[6], where[7])) / 5.0)
    assert found[7][0] == (3, pytest.approx(onward, abs=2e-9))


def test_the_refractory_time_silences_relays_for_so_long() -> None:
    """On a pair of astrocytes a wave goes back and forth once per refractory time, for ever."""
    s = quiet(graph="edges", edges=[[0, 1]], speed=100.0, length=1e9, refractory=4)
    found = arrivals(s, KernelEngine, 0, 40)
    assert [trial for trial, _ in found[1]] == [1]  # its relay comes back in trial 2, when 0 is refractory: the end
    patient = quiet(graph="edges", edges=[[0, 1]], speed=100.0, length=1e9, refractory=2)
    assert [trial for trial, _ in arrivals(patient, KernelEngine, 0, 12)[1]] == [1, 3, 5, 7, 9, 11]


def test_weak_arrivals_are_not_sent_on() -> None:
    s = quiet(graph="edges", edges=line(5), speed=100.0, length=3.0, relay_threshold=0.2)
    where = places(s)
    reach = [math.exp(-math.dist(where[0], where[n]) / 3.0) for n in range(5)]
    heard = [n for n in range(1, 5) if n == 1 or reach[n - 1] > 0.2]
    found = arrivals(s, KernelEngine, 0, 20)
    assert [n for n in range(1, 5) if found[n]] == heard == [1, 2, 3]


def test_only_who_is_above_threshold_or_explores_sends() -> None:
    """Where nobody is above threshold the first astrocyte acts all the same, but sends no wave."""
    s = coupled(
        GRAPHS["nearest"],
        **CONDITIONS["traffic"] | {"astrocytes": {"threshold": 90.0}, "adaptation": {"ceiling": 90.0}},
    )
    replicate = KernelEngine(s, 5)
    log = replicate.advance(100)
    assert (log.active[:, 0] >= 0).all()
    assert not replicate.learning.arriving.any()
    assert not replicate.learning.calcium.any()


def test_calcium_recruits_a_silent_neighbour() -> None:
    """With enough calcium a score of 0 comes above threshold; that is counted as a recruitment."""
    s = coupled(GRAPHS["edges"] | {"gain": 1.0}, exploration={"rule": "none"})
    replicate = AstroModel(s, 5)
    replicate.learning.calcium[7] = 50.0
    replicate.step()
    assert replicate.astrocytes[7].own_score < replicate.astrocytes[7].threshold < replicate.astrocytes[7].score
    assert replicate.learning.recruitments.tolist() == [0] * 7 + [1]
    assert replicate.learning.activations[7] == 1


@pytest.mark.parametrize("action", ["cut_gap_junctions", "lesion_astrocytes"])
def test_a_cut_stops_waves(action: str) -> None:
    whose = {"cut_gap_junctions": {"which": [2]}, "lesion_astrocytes": {"which": [2]}}[action]
    event = {"action": action, "at_trial": 0, **whose}
    s = quiet(graph="edges", edges=line(5), speed=100.0, length=50.0)
    cut = Scenario.model_validate(s.model_dump() | {"interventions": [event]})
    for engine in ENGINES:
        found = arrivals(cut, engine, 0, 10)
        assert [bool(one) for one in found[1:5]] == [True, False, False, False]
    restored = Scenario.model_validate(
        s.model_dump() | {"interventions": [event, {"action": "restore_gap_junctions", "at_trial": 1}]}
    )
    assert bool(arrivals(restored, KernelEngine, 0, 10)[4]) == (action == "cut_gap_junctions")


def test_what_is_under_way_arrives_although_its_gap_junction_is_cut() -> None:
    s = quiet(graph="edges", edges=[[0, 4]], speed=1.0, length=50.0)
    cut = {"action": "cut_gap_junctions", "fraction": 1.0, "at_trial": 2}
    found = arrivals(Scenario.model_validate(s.model_dump() | {"interventions": [cut]}), KernelEngine, 0, 30)
    assert [trial for trial, _ in found[4]] == [math.ceil(math.dist(*places(s)[[0, 4]]))]


def test_distance_joins_exactly_those_within_reach() -> None:
    s = coupled({"graph": "distance", "reach": 6.0}, network={"clusters": 9}, astrocytes={"per_cluster": 7})
    where = places(s)
    near = [p for p in itertools.combinations(range(len(where)), 2) if math.dist(where[p[0]], where[p[1]]) <= 6.0]
    assert junctions_of(s).edge.tolist() == [list(pair) for pair in near]


@pytest.mark.parametrize(("neighbours", "degrees"), [(2, {2: 4, 3: 12, 4: 9}), (4, {4: 9, 5: 12})])
def test_nearest_counts_all_who_are_as_near_as_the_last(neighbours: int, degrees: dict[int, int]) -> None:
    """On a square lattice of 5 x 5 (positions stretched to squares) two neighbours make the lattice's own graph."""
    s = quiet(graph="nearest", neighbours=neighbours)
    territories = build_territories(s, build_network(s, 3))
    lattice = np.array([(x, y) for y in range(5) for x in range(5)], np.float64)
    junctions = build_gap_junctions(s, type(territories)(lattice, *list(vars(territories).values())[1:]))
    counts = np.bincount(junctions.edge.ravel())
    found = dict(zip(*(values.tolist() for values in np.unique(counts, return_counts=True)), strict=True))
    if neighbours == 2:
        assert found == degrees
    assert min(found) >= neighbours
    lengths = junctions.distance
    assert lengths.max() <= (1.0 if neighbours == 2 else 2.0)


def test_the_graph_exports_to_networkx() -> None:
    junctions = junctions_of(coupled(GRAPHS["distance"]))
    graph = junctions.to_networkx()
    assert sorted(map(sorted, graph.edges)) == junctions.edge.tolist()
    for (a, b), d, t in zip(junctions.edge.tolist(), junctions.distance, junctions.delay, strict=True):
        facts = graph.edges[a, b]
        assert facts["distance"] == d == math.dist(*[(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (a, b)])
        assert facts["delay"] == t == math.ceil(d)
        assert facts["attenuation"] == pytest.approx(math.exp(-d / 5.0), rel=1e-14)


def test_waves_that_take_too_long_are_refused() -> None:
    with pytest.raises(
        AstrosimError, match=r"coupling\.speed: waves take up to [0-9]+ trials, .* \(1e-06\)\. Raise it\."
    ):
        junctions_of(coupled({"graph": "nearest", "speed": 1e-6}, astrocytes={"per_cluster": 100}))


@pytest.mark.parametrize(
    ("graph", "problem"),
    [
        ({"graph": "edges"}, 'edges: none for coupling.graph = "edges" (()). Write pairs such as [[0, 1], [1, 2]].'),
        (
            {"edges": [[0, 1]]},
            'edges: nothing for coupling.graph = "none" (((0, 1),)). Remove them, or write coupling.graph = "edges".',
        ),
        ({"graph": "edges", "edges": [[1, 1]]}, "edges: pair 1 joins an astrocyte with itself (1). Remove it."),
        ({"graph": "edges", "edges": [[0, 1], [1, 0]]}, "edges: a pair is listed twice (2 pairs). Remove it."),
        ({"graph": "edges", "edges": [[0, 8]]}, "coupling.edges: no such astrocyte (8). Write numbers from 0 to 7."),
        ({"graph": "edges", "edges": [[-1, 2]]}, "edges: pair 1 has a negative number (-1, 2). Write numbers from 0."),
    ],
)
def test_edges_that_do_not_fit_are_refused(graph: dict[str, Any], problem: str) -> None:
    with pytest.raises(ScenarioError, match="edges") as caught:
        coupled(graph)
    assert problem in str(caught.value)


def test_only_learning_astrocytes_are_coupled() -> None:
    with pytest.raises(ScenarioError, match="only astrocytes that learn are coupled"):
        coupled(GRAPHS["nearest"], learner="cursor")
    with pytest.raises(ScenarioError, match="there are no gap junctions"):
        scenario(interventions=[{"action": "cut_gap_junctions", "fraction": 1.0, "at_trial": 0}])
