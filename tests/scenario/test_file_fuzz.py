"""Sweeps, tables and graphs drawn at random: each is taken as it is, or refused in words that say where and how."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx
import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.systems.arrays.data import rows_of
from astrosim.systems.threshold.network.topology import Network, build_network

EXAMPLES = settings.default.max_examples  # fewer in the ordinary suite (tests/conftest.py)
FORBIDDEN = ("Traceback", "Input should be", "Value error", "pydantic", "[type=", "object at 0x")

FIELDS = ("perturbation.sigma", "astrocytes.radius", "schedule.episodes", "learner", "network.clusters", "nonsense", "")
NUMBERS = st.one_of(st.integers(-3, 12), st.floats(), st.sampled_from([10**18, -(2**63), 1e-300]))
DESIGNS = ["grid", "zip", "list", "sobol", "latin_hypercube", "points.csv", ".."]
VALUES = st.lists(st.one_of(NUMBERS, st.text(max_size=4), st.booleans(), st.lists(NUMBERS, max_size=2)), max_size=4)
RANGES = st.dictionaries(st.sampled_from(["from", "to", "steps", "scale", "x"]), NUMBERS | st.just("log"), max_size=4)
SWEEPS = st.dictionaries(
    st.one_of(st.sampled_from([*FIELDS, "design", "samples", "seed", "file"]), st.text(max_size=6)),
    st.one_of(
        VALUES,
        RANGES,
        NUMBERS,
        st.sampled_from(["grid", "zip", "list", "sobol", "latin_hypercube", "points.csv", ".."]),
    ),
    max_size=5,
)
CELLS = st.one_of(
    st.floats().map(str),
    st.integers(-9, 9).map(str),
    st.sampled_from(["", "nan", "?", "NA", "a", "b", '"', '""', '"a,b"', " ", "1e400", "1,5", "\x00", "é", "#", "%"]),
    st.text(max_size=4),
)


@st.composite
def tables(draw: st.DrawFn, heads: list[str]) -> str:
    """Lines of cells, mostly as many as the head has."""
    width = draw(st.integers(1, len(heads)))
    separator = draw(st.sampled_from([",", ",", ";", "\t", " ", "|"]))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width) | st.lists(CELLS, max_size=4), max_size=14))
    head = [draw(st.permutations(heads))[:width]] if draw(st.booleans()) else []
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(separator.join(row) for row in [*head, *rows])


def written() -> dict[str, str]:
    """A small graph in every text that NetworkX writes."""
    graph = nx.DiGraph()
    graph.add_node("a", x=1.5, kind="input")
    graph.add_edge("a", "b", weight=0.5)
    graph.add_edge("b", "c", weight=-0.25)
    found = {}
    for ending, write in {"graphml": nx.write_graphml, "gexf": nx.write_gexf, "gml": nx.write_gml}.items():
        write(graph, file := io.BytesIO())
        found[ending] = file.getvalue().decode()
    return found | {"csv": "\n".join(nx.generate_edgelist(graph)), "tsv": "source\ttarget\na\tb\nb\tc\n"}


WRITTEN = written()


@st.composite
def graphs(draw: st.DrawFn) -> tuple[str, str]:
    """An ending, and a text: any table, any text, or a true graph with a piece cut out or put in."""
    ending = draw(st.sampled_from(sorted(WRITTEN)))
    whole = WRITTEN[ending]
    start, stop = sorted(draw(st.lists(st.integers(0, len(whole)), min_size=2, max_size=2)))
    stop = draw(st.sampled_from([start, start + 1, stop]))
    put = draw(st.text(max_size=3) | st.sampled_from(["<", ">", '"', "]", "[", "0", "-1", "1e999", "nan", "id", "&"]))
    changed = st.just(whole[:start] + put + whole[stop:])
    return ending, draw(changed | tables(["source", "target", "weight", "z"]) | st.text(max_size=40))


def refused(error: AstrosimError, *files: Path) -> None:
    """A refusal has words of its own, each problem a line that begins with a file, and ends as a sentence."""
    problems = error.problems if isinstance(error, ScenarioError) else str(error).splitlines()
    assert problems
    for problem in problems:
        assert not any(word in problem for word in FORBIDDEN), problem
        assert problem.startswith(tuple(f"{file}:" for file in files)), problem
        assert problem.endswith((".", "?")), problem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "points.csv").write_text("perturbation.sigma,astrocytes.radius\n0.1,2\n0.2,3\n")
    return folder


@settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sweep=SWEEPS)
def test_any_sweep(folder: Path, sweep: dict) -> None:
    file = folder / "sweep.toml"
    file.write_text(tomli_w.dumps({"name": "s", "seeds": [1, 2], "sweep": sweep}), encoding="utf-8")
    try:
        scenario = load_scenario(file)
    except ScenarioError as error:
        return refused(error, file, folder / "points.csv")
    names = condition_names(scenario)
    assert len(set(names)) == len(names) >= 1
    resolve(scenario, names[-1])
    file.write_text(to_toml(scenario), encoding="utf-8")
    assert condition_names(load_scenario(file)) == names


@settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=tables(["x", "y", "label", "group"]), numbers=st.booleans(), grouped=st.booleans())
def test_any_table(folder: Path, text: str, numbers: bool, grouped: bool) -> None:
    (folder / "t.csv").write_text(text, encoding="utf-8", newline="")
    task: dict = {"data": "t.csv", "target": "label"}
    task |= {"kind_of_target": "numbers"} if numbers else {}
    task |= {"groups": "group"} if grouped else {}
    file = folder / "table.toml"
    file.write_text(tomli_w.dumps({"kind": "task", "name": "t", "seeds": [1], "task": task}))
    try:
        scenario = load_scenario(file)
        own = resolve(scenario, condition_names(scenario)[0])
        rows = rows_of(own, 1, None)  # type: ignore[arg-type]
    except AstrosimError as error:
        return refused(error, file, folder / "t.csv")
    assert len(rows.train.inputs) >= 1
    assert len(rows.test.inputs) >= 1


@settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=graphs())
def test_any_graph(folder: Path, drawn: tuple[str, str]) -> None:
    ending, text = drawn
    graph = folder / f"graph.{ending}"
    graph.write_text(text, encoding="utf-8", newline="")
    try:
        network = Network.from_file(graph)
    except AstrosimError as error:
        return refused(error, graph)
    assert network.pre.size == network.post.size == network.initial_weight.size
    assert network.post.max(initial=-1) < network.kind.size
    fields = network.save(folder)
    file = folder / "graph.toml"
    file.write_text(tomli_w.dumps({"name": "g", "seeds": [1], "network": dict(fields)}))
    try:
        scenario = load_scenario(file)
    except ScenarioError as error:  # of a task with other bits, for one
        return refused(error, file, folder / "nodes.csv", folder / "wiring.csv", folder / "positions.csv")
    again = build_network(resolve(scenario, condition_names(scenario)[0]), 1)  # type: ignore[arg-type]
    assert again.post.tolist() == network.post.tolist()
