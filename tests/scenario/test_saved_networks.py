"""Networks saved to files and read again: the same bits, the same runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from replicates import CONDITIONS, differences, scenario

from astrosim.rules.perturbation import grid
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.topology import build_network


def network_fields(folder: Path) -> dict[str, str]:
    return {"positions": str(folder / "positions.csv"), "wiring": str(folder / "wiring.csv")}


def same(one: object, other: object) -> bool:
    return differences(vars(one), vars(other)) == []


@pytest.mark.parametrize("name", ["wiring.csv", "wiring.npz"])
def test_a_saved_network_comes_back_to_the_bit(tmp_path: Path, name: str) -> None:
    drawn = build_network(scenario(), 3)
    drawn.save(tmp_path, wiring=name)
    files = {"positions": str(tmp_path / "positions.csv"), "wiring": str(tmp_path / name)}
    given = build_network(scenario(network=files), 99)
    assert same(drawn, given)
    given.save(tmp_path / "again", wiring=name)
    for file in ("positions.csv", name):
        assert (tmp_path / file).read_bytes() == (tmp_path / "again" / file).read_bytes()


@pytest.mark.parametrize("condition", ["maturity", "epsilon", "cursor", "random"])
@pytest.mark.parametrize("engine", [KernelEngine, AstroModel])
def test_a_saved_network_runs_as_the_drawn_one(tmp_path: Path, engine: type, condition: str) -> None:
    s = scenario(**CONDITIONS[condition])
    build_network(s, 5).save(tmp_path)
    t = scenario(**CONDITIONS[condition], network=network_fields(tmp_path))
    drawn, given = engine(s, 5), engine(t, 5)
    assert differences(vars(drawn.advance(200)), vars(given.advance(200))) == []
    assert differences(drawn.state(), given.state()) == []
    assert differences(drawn.static(), given.static()) == []
    other = engine(t, 6)
    other.advance(200)
    assert np.array_equal(engine(t, 6).weights(), given.network.initial_weight)  # the seed draws no network ...
    assert not np.array_equal(other.weights(), given.weights())  # ... but all the rest


@pytest.mark.parametrize("condition", ["maturity", "epsilon", "global"])
def test_engines_agree_on_a_network_that_no_seed_would_draw(tmp_path: Path, condition: str) -> None:
    """Neurons on a spiral, a ring of synapses and a hub, weights off the grid, heights."""
    n = np.arange(60)
    turn = n / 3.0
    lines = [f"{k},{x!r},{y!r},{k / 7!r}" for k, x, y in zip(n, turn * np.cos(turn), turn * np.sin(turn), strict=True)]
    (tmp_path / "positions.csv").write_text(
        "neuron,x,y,z\n" + "\n".join(lines).replace("np.float64(", "").replace(")", "")
    )
    closed = {*range(5), *range(30, 35)}
    ends = {(k, (k + 1) % 60) for k in n.tolist()} | {(k, 7) for k in n.tolist()} | {(0, k) for k in n.tolist()}
    ends = sorted((a, b) for a, b in ends if a != b and b not in closed)
    weights = np.linspace(-2, 2, len(ends)) / 3
    rows = "".join(f"{a},{b},{w:.17g}\n" for (a, b), w in zip(ends, weights, strict=True))
    (tmp_path / "wiring.csv").write_text(f"pre,post,weight\n{rows}")
    s = scenario(**CONDITIONS[condition], network=network_fields(tmp_path))
    agents, kernel = AstroModel(s, 8), KernelEngine(s, 8)
    assert differences(agents.static(), kernel.static()) == []
    assert kernel.static()["neuron_z"].tolist() == (n / 7).tolist()
    assert list(zip(kernel.network.pre.tolist(), kernel.network.post.tolist(), strict=True)) == ends
    assert np.abs(kernel.weights() - weights).max() <= grid(2.0) / 2
    assert np.array_equal(np.rint(kernel.weights() / grid(2.0)), kernel.weights() / grid(2.0))
    assert differences(vars(agents.advance(300)), vars(kernel.advance(300))) == []
    assert differences(agents.state(), kernel.state()) == []
    assert kernel.learning.counter[1] > 0


def test_learned_weights_can_be_saved_too(tmp_path: Path) -> None:
    engine = KernelEngine(scenario(), 4)
    engine.advance(500)
    engine.network.save(tmp_path, engine.weights())
    again = build_network(scenario(network=network_fields(tmp_path)), 4)
    assert np.array_equal(again.initial_weight, engine.weights())
    assert not np.array_equal(again.initial_weight, engine.network.initial_weight)
