"""The published tables, row by row and bit by bit."""

from __future__ import annotations

import json
from collections.abc import Collection

import numpy as np
import pytest
from places import GOLDEN
from published_reference import golden_engine

from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.published.kernel.astrocytes import MATURITY, exploration_rate
from astrosim.systems.published.kernel.network import build_network


def rows(episodes: int, ordinary: Collection[int] = ()) -> list:
    """Rows of a table as parameters; if seeds are named, the others wait for the full suite."""
    found = json.loads((GOLDEN / f"published_{episodes}.json").read_text())["rows"]
    later = [() if not ordinary or row["seed"] in ordinary else pytest.mark.full for row in found]
    names = [f"{row['condition']}-{row['seed']}" for row in found]
    return [pytest.param(row, id=name, marks=mark) for row, name, mark in zip(found, names, later, strict=True)]


def replay(row: dict) -> tuple[dict, np.ndarray, dict[int, dict], np.ndarray]:
    """Final measures and weights, measures by recorded episode, and the decisions of the whole run."""
    engine = golden_engine(row["condition"], row["seed"], row["episodes"])
    assert len(engine.weights()) == row["synapses"]
    assert engine.sizes()["neuron"] == row["neurons"]
    assert engine.measure()["mean_abs_weight"] == row["mean_abs_weight_start"]
    recorded = {point["episode"] for point in row["trajectory"]} | {row["episodes"] - 1}
    measures, decisions = {}, []
    for episode in sorted(recorded):
        decisions.append(engine.advance(10 * episode - engine.trial).decision)
        decisions.append(engine.advance(10, measure=True).decision)
        measures[episode] = engine.measure()
    return engine.measure(), engine.weights(), measures, np.concatenate(decisions)


def check(row: dict) -> None:
    final, weights, measures, decisions = replay(row)
    assert len(decisions) == row["episodes"] * row["steps_per_episode"]
    assert (np.sum(decisions == KEPT), np.sum(decisions == REVERTED)) == (row["kept"], row["reverted"])
    assert ["".join(map(str, bits)) for bits in final["output"]] == row["outputs"]
    assert final["distinct_outputs"] == row["distinct_outputs"]
    assert final["pattern_accuracy"].mean() == pytest.approx(row["mean_accuracy"], rel=1e-12)
    assert final["mean_abs_weight"] == row["mean_abs_weight_end"]
    assert weights[:20].tolist() == row["final_weights_first20"]
    for point in row["trajectory"]:
        measured = measures[point["episode"]]
        assert measured["mean_binary_reward"] == point["mean_reward"], point
        assert measured["accept_rate"] == point["accept_rate"], point
    check_astrocytes(row, final)


def check_astrocytes(row: dict, final: dict) -> None:
    expected = row.get("astrocytes", [])
    assert len(final["activations"]) == len(expected)
    for name in ("activations", "successes", "explorations"):
        assert final[name].tolist() == [one[name] for one in expected], name
    assert final["activations_by_pattern"].tolist() == [one["activations_by_pattern"] for one in expected]
    assert final["threshold"].tolist() == [one["final_threshold"] for one in expected]
    # The program prints the maturity rate in every condition; the engine prints the rate in force.
    maturity = [exploration_rate(MATURITY, count) for count in final["activations"]]
    assert maturity == [one["final_exploration_rate"] for one in expected]
    in_force = {"maturity": maturity, "epsilon": [0.01] * 8, "baseline": [0.0] * 8, "traffic": [0.0] * 8}
    assert final["exploration_rate"].tolist() == in_force.get(row["condition"], [])
    static = golden_engine(row["condition"], row["seed"]).static()
    positions = np.stack([static["astrocyte_x"], static["astrocyte_y"]], axis=1)
    assert positions.tolist() == [one["position"] for one in expected]
    assert static["astrocyte_cluster"].tolist() == [one["cluster"] for one in expected]
    assert static["territory_neurons"].tolist() == [one["neurons"] for one in expected]
    assert static["territory_synapses"].tolist() == [one["synapses"] for one in expected]


@pytest.mark.parametrize("row", rows(500))
def test_500_episodes(row):
    check(row)


@pytest.mark.parametrize("row", rows(5_000, ordinary=(42,)))
def test_5000_episodes(row):
    check(row)


@pytest.mark.full
@pytest.mark.parametrize("row", rows(20_000))
def test_20000_episodes(row):
    check(row)


def test_every_row_is_there():
    found = {n: {(p.values[0]["condition"], p.values[0]["seed"]) for p in rows(n)} for n in (500, 5_000, 20_000)}
    assert {n: len(pairs) for n, pairs in found.items()} == {500: 60, 5_000: 50, 20_000: 20}


def test_topology_to_the_last_bit():
    golden = json.loads((GOLDEN / "topology_42.json").read_text())
    net = build_network(42)
    kinds = ("input", "output", "modulatory", "regular")
    assert net.position.tolist() == [neuron["position"] for neuron in golden["neurons"]]
    assert net.label.tolist() == [neuron["label"] for neuron in golden["neurons"]]
    assert net.cluster.tolist() == [neuron["cluster"] for neuron in golden["neurons"]]
    assert [kinds[kind] for kind in net.kind] == [neuron["kind"] for neuron in golden["neurons"]]
    assert net.pre.tolist() == golden["pre"]
    assert net.post.tolist() == golden["post"]
    assert net.weight.tolist() == golden["weight"]
    for a, one in enumerate(golden["astrocytes"]):
        assert net.astrocyte_position[a].tolist() == one["position"]
        assert net.astrocyte_cluster[a] == one["cluster"]
        assert net.territory_labels[a].tolist() == one["neuron_labels"]
        assert net.territory_synapses[a].tolist() == one["synapses"]


def test_idle_trials_of_the_cursor_are_neither_kept_nor_reverted():
    engine = golden_engine("cursor", 42)
    decision = engine.advance(5_000).decision
    row = next(p.values[0] for p in rows(500) if p.id == "cursor-42")
    assert np.sum(decision == IDLE) == 5_000 - row["kept"] - row["reverted"] > 0


def test_synapses_that_matter():
    """Spec, section 1: the table of synapses that can change the outputs."""
    seeds = (42, 137, 271, 314, 500, 618, 777, 888, 999, 1234)
    counts = [int(golden_engine("control", seed).wiring().wired.sum()) for seed in seeds]
    assert counts == [14, 15, 18, 15, 15, 15, 14, 16, 13, 15]
