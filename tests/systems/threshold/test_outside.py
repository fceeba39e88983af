"""Networks from outside: every usual file and dialect gives the same network, and what was changed is told."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import h5py
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse
import xarray
from replicates import differences
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.core.errors import AstrosimError
from astrosim.scenario import load_scenario, resolve
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.rewiring import rewired
from astrosim.systems.threshold.network.topology import Network, build_network
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.report import _wiring_words
from astrosim.view.player import Player

WORM = Path(__file__).parents[3] / "scenarios" / "connectome" / "herm_full_edgelist.csv.gz"
TOUCH = {"inputs": ["ASHL", "FLPL", "AVM", "PVDL", "PHBL"], "outputs": ["AVAL", "AVBL", "AVDL", "AVEL", "PVCL"]}
ROWS = [("c", "a", 1.5), ("b", "c", -0.25), ("a", "b", 0.5), ("c", "d", 1.0), ("d", "a", -2.0)]
NAMED = {"inputs": ["c"], "outputs": ["a", "d"]}
TABLE = "Source,Target,Weight\nc,a,1.5\nb,c,-0.25\na,b,0.5\nc,d,1.0\nd,a,-2.0\n"
DIALECTS = {
    "source": TABLE,
    "from": TABLE.replace("Source,Target", "from,to"),
    "pre": TABLE.replace("Source,Target,Weight", "pre,post,weight"),
    "quoted": '"Source" ,"Target","Weight"\r\n"c","a","1.5"\r\nb, c ,-0.25\na,b,0.5\n\nc,d,1.0\nd,a,-2.0\n',
    "order": "Weight,Target,Source\n1.5,a,c\n-.25,c,b\n.5,b,a\n1e0,d,c\n-2,a,d\n",
    "semicolons": TABLE.replace(",", ";").replace(".", ","),
    "tabs": TABLE.replace(",", "\t"),
    "bars": TABLE.replace(",", "|"),
    "spaces": TABLE.replace(",", "   ").partition("\n")[2],
    "no head": TABLE.partition("\n")[2],
    "comments": "# from a paper\n% a remark\n" + TABLE,
    "padded": TABLE.replace("a,", "a  ,").replace("c,", " c,"),
    "further": "id,Source,Target,delay,Weight\n" + "".join(f"{n},{a},{b},3,{w}\n" for n, (a, b, w) in enumerate(ROWS)),
    "mark": "\ufeff" + TABLE,
    "roots": TABLE.replace("Source,Target,Weight", "pre_root_id,post_root_id,syn_count"),
    "bodies": TABLE.replace("Source,Target,Weight", "bodyId_pre,bodyId_post,weight"),
    "neurons": TABLE.replace("Source,Target,Weight", "Neuron 1,Neuron 2,Nbr"),
    "networkx": "".join(f"{a} {b} {{'weight': {w}}}\n" for a, b, w in ROWS),
    "matrix": ",a,b,c,d\na,0,.5,,0\nb,0,0,-.25,0\nc,1.5,0,0,1\nd,-2,0,0,0\n",
    "head of a matrix": "a,b,c,d\n0,.5,0,0\n0,0,-.25,0\n1.5,0,0,1\n-2,0,0,0\n",
}


def synapses(net: Network) -> set[tuple[str, str, float]]:
    ends = zip(net.pre.tolist(), net.post.tolist(), net.initial_weight.tolist(), strict=True)
    return {(net.names[a], net.names[b], w) for a, b, w in ends}


KEPT = {row for row in ROWS if row[1] != "c"}  # c is an input


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_table_in_any_usual_dialect_gives_the_same_network(tmp_path: Path, dialect: str) -> None:
    (tmp_path / "edges.csv").write_text(DIALECTS[dialect], encoding="utf-8")
    net = Network.from_file(tmp_path / "edges.csv", **NAMED)
    assert synapses(net) == KEPT
    assert net.names[:3] == ("c", "a", "d")  # inputs, outputs, others
    assert net.kind.tolist() == [0, 1, 1, 3]
    assert (net.inputs.tolist(), net.outputs.tolist()) == ([0], [1, 2])


@pytest.mark.parametrize("head", ["", "from,to,weight\n", "bodyId_pre,bodyId_post,weight\n", "cell_pre,cell_post,n\n"])
def test_three_synapses_between_numbered_neurons_are_no_matrix(tmp_path: Path, head: str) -> None:
    (tmp_path / "edges.csv").write_text(f"{head}1,2,1\n2,3,1\n1,3,2\n")
    assert synapses(Network.from_file(tmp_path / "edges.csv")) == {("1", "2", 1.0), ("2", "3", 1.0), ("1", "3", 2.0)}
    (tmp_path / "edges.csv").write_text(f"{head}1,2,1\n2,3,1\n1,3,2\n3,4,1\n")
    assert len(synapses(Network.from_file(tmp_path / "edges.csv"))) == 4


PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_table_may_be_compressed_and_in_any_encoding(tmp_path: Path, ending: str) -> None:
    for encoding in ("utf-16", "utf-8"):
        (tmp_path / f"edges.tsv{ending}").write_bytes(
            PACKERS[ending](TABLE.replace("a,", "ä,").replace(",a", ",ä").encode(encoding))
        )
        net = Network.from_file(tmp_path / f"edges.tsv{ending}", inputs=["c"], outputs=["ä", "d"])
        assert synapses(net) == {(a.replace("a", "ä"), b.replace("a", "ä"), w) for a, b, w in KEPT}


def graph_of_rows() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from("abcd")
    graph.add_weighted_edges_from(ROWS)
    return graph


def write_sonata(folder: Path) -> tuple[Path, Path]:
    """Files of nodes and edges as the SONATA guide describes them."""
    with h5py.File(folder / "nodes.h5", "w") as file:
        group = file.create_group("nodes/brain")
        group["node_type_id"] = np.zeros(4, np.int64)
        group["node_group_id"], group["node_group_index"] = np.zeros(4, np.int64), np.arange(4)
        group["0/x"], group["0/y"] = np.arange(4.0), np.arange(4.0) * 2
    with h5py.File(folder / "edges.h5", "w") as file:
        group = file.create_group("edges/brain_to_brain")
        for part, side in (("source", 0), ("target", 1)):
            group[f"{part}_node_id"] = np.array(["abcd".index(row[side]) for row in ROWS], np.uint64)
            group[f"{part}_node_id"].attrs["node_population"] = "brain"
        group["edge_type_id"] = np.zeros(5, np.int64)
        group["edge_group_id"], group["edge_group_index"] = np.zeros(5, np.int64), np.arange(5)
        group["0/syn_weight"] = np.array([row[2] for row in ROWS])
    return folder / "edges.h5", folder / "nodes.h5"


def test_graphs_in_files_are_read(tmp_path: Path) -> None:
    graph = graph_of_rows()
    nx.write_graphml(graph, tmp_path / "g.graphml")
    nx.write_gexf(graph, tmp_path / "g.gexf")
    nx.write_gml(nx.DiGraph(graph), tmp_path / "g.gml")
    for name in ("g.graphml", "g.gexf", "g.gml"):
        assert synapses(Network.from_file(tmp_path / name, **NAMED)) == KEPT, name


def test_arrays_in_files_are_read(tmp_path: Path) -> None:
    matrix = nx.to_scipy_sparse_array(graph_of_rows(), format="csr")
    pre, post = ([tuple("abcd").index(row[side]) for row in ROWS] for side in (0, 1))
    weight = [row[2] for row in ROWS]
    scipy.sparse.save_npz(tmp_path / "s.npz", matrix)
    np.savez(tmp_path / "d.npz", matrix=matrix.toarray(), names=list("abcd"))
    np.savez(tmp_path / "l.npz", pre=pre, post=post, weight=weight, names=list("abcd"))
    np.save(tmp_path / "m.npy", matrix.toarray())
    scipy.io.mmwrite(tmp_path / "m.mtx", matrix)
    for name in ("s.npz", "m.npy", "m.mtx", "d.npz", "l.npz"):
        words = name[0] in "dl"
        chosen = NAMED if words else {"inputs": ["2"], "outputs": ["0", "3"]}
        net = Network.from_file(tmp_path / name, **chosen)
        found = synapses(net)
        assert found == (KEPT if words else {(str("abcd".index(a)), str("abcd".index(b)), w) for a, b, w in KEPT}), name


def test_sonata_is_read_with_its_places(tmp_path: Path) -> None:
    edges, nodes = write_sonata(tmp_path)
    net = Network.from_file(edges, nodes, inputs=["brain:2"], outputs=["brain:0", "brain:3"])
    assert synapses(net) == {(f"brain:{'abcd'.index(a)}", f"brain:{'abcd'.index(b)}", w) for a, b, w in KEPT}
    assert net.position.tolist() == [[2.0, 4.0], [0.0, 0.0], [3.0, 6.0], [1.0, 2.0]]
    circuit = {"manifest": {"$HERE": "."}, "networks": {"edges": [{"edges_file": "$HERE/edges.h5"}]}}
    circuit["networks"]["nodes"] = [{"nodes_file": "$HERE/nodes.h5"}]  # type: ignore[index]
    (tmp_path / "circuit.json").write_text(json.dumps(circuit))
    other = Network.from_file(tmp_path / "circuit.json", inputs=["brain:2"], outputs=["brain:0", "brain:3"])
    assert differences(vars(other), vars(net)) == []


def test_tables_in_python_are_taken() -> None:
    frame = pd.DataFrame(ROWS, columns=["Source", "Target", "Weight"])
    records = [{"from": a, "to": b, "w": w} for a, b, w in ROWS]
    for table in (ROWS, frame, {c: frame[c] for c in frame}, records, frame.to_numpy()):
        assert synapses(Network.from_edges(table, **NAMED)) == KEPT
    matrix = nx.to_numpy_array(graph_of_rows())
    assert synapses(Network.from_matrix(matrix, names="abcd", **NAMED)) == KEPT
    assert synapses(Network.from_matrix(pd.DataFrame(matrix, index=list("abcd")), **NAMED)) == KEPT
    assert synapses(Network.from_matrix(scipy.sparse.csr_array(matrix), names="abcd", **NAMED)) == KEPT


REPEATED = [("a", "b", 0.5), ("a", "b", -1.0), ("a", "b", 0.2), ("c", "b", 1)]


@pytest.mark.parametrize(("repeats", "weight"), [("sum", -0.3), ("mean", -0.1), ("max", -1.0), ("first", 0.5)])
def test_repeated_pairs_become_one_synapse(repeats: str, weight: float) -> None:
    net = Network.from_edges(REPEATED, inputs=["a"], outputs=["b"], repeats=repeats)
    assert {(a, b): w for a, b, w in synapses(net)}["a", "b"] == pytest.approx(weight)
    assert next((c.what, c.number) for c in net.changes) == ("repeated pairs", 2)


def test_weights_beyond_the_limit_are_scaled_clipped_or_refused_when_built() -> None:
    table = [("a", "b", 8.0), ("a", "c", -1.0), ("b", "c", 3.0)]
    chosen = {"inputs": ["a"], "outputs": ["b"]}
    scaled = synapses(Network.from_edges(table, **chosen))
    assert scaled == {("a", "b", 2.0), ("a", "c", -0.25), ("b", "c", 0.75)}
    clipped = synapses(Network.from_edges(table, beyond="clip", **chosen))
    assert clipped == {("a", "b", 2.0), ("a", "c", -1.0), ("b", "c", 2.0)}
    with pytest.raises(
        AstrosimError, match=r"^table: weight: beyond the limit of 2 \(2 synapses, up to 8 from a to b\)"
    ):
        Network.from_edges(table, beyond="refuse", **chosen)
    assert synapses(Network.from_edges(table, limit=8.0, **chosen)) == set(table)


def test_kinds_clusters_and_places_come_from_a_table_of_neurons(tmp_path: Path) -> None:
    (tmp_path / "cells.tsv").write_text(
        "cell\tcell_type\tregion\tx\ty\na\tmotor\ttail\t5\t1,5\nb\tinterneuron\thead\t0\t0\nc\tsensory\thead\t1\t2\n"
    )
    (tmp_path / "edges.csv").write_text(TABLE)
    net = Network.from_file(tmp_path / "edges.csv", tmp_path / "cells.tsv")
    assert dict(zip(net.names, net.kind.tolist(), strict=True)) == {"a": 1, "b": 3, "c": 0, "d": 3}
    assert dict(zip(net.names, net.cluster.tolist(), strict=True)) == {"a": 0, "b": 1, "c": 1, "d": 2}
    assert net.position[net.names.index("a")].tolist() == [5.0, 1.5]
    told = {change.what for change in net.changes}
    assert {"neurons of synapses that the table of neurons lacks", "neurons without a cluster"} <= told
    assert "clusters with names" in told


def test_an_undirected_graph_has_synapses_both_ways() -> None:
    net = Network.from_networkx(nx.Graph([("a", "b"), ("b", "c")]), inputs=["a"], outputs=["c"])
    assert synapses(net) == {("a", "b", 1.0), ("b", "c", 1.0), ("c", "b", 1.0)}


def write(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text)
    return path


WRONG = [
    ("", {}, "t.csv: an empty table (0 lines). Give one synapse a line."),
    ("a,b,c,d\nx,y,1,2\n", {}, "which columns hold the two neurons of a synapse is not clear ('a,b,c,d')"),
    ("pre,post,weight\na,b,heavy\nb,c,1\nc,a,x\n", {}, "row 1: weight: not a finite number ('heavy', and 1 more)"),
    ("pre,post\na,b\n,b\n", {}, "synapse 2 has an end without a name ('')"),
    (TABLE, {"inputs": ["A"]}, "inputs: no such neuron (A). Did you mean"),
    (TABLE, {"where": {"Type": "x"}}, "where: no such column (Type). Write one of Source, Target, Weight."),
    (TABLE, {"clusters": "region"}, "clusters: no such column or attribute (region). Write communities."),
    (TABLE, {"repeats": "keep"}, "repeats: two neurons share at most one synapse in this model"),
    (TABLE, {"beyond": "cut"}, "beyond: no such choice ('cut'). Write one of scale, clip, refuse."),
    (TABLE, {"input": ["a"]}, "input: no such option (input). Did you mean inputs?"),
    (TABLE, {"pre": "a"}, "pre: no such column (a). Write one of Source, Target, Weight."),
]


@pytest.mark.parametrize(("text", "options", "expected"), WRONG)
def test_text_of_an_error(tmp_path: Path, text: str, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(AstrosimError) as caught:
        Network.from_file(write(tmp_path, text), **options)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "name", ["g.graphml", "g.gexf", "g.gml", "g.npz", "g.npy", "g.mtx", "g.h5", "g.csv.gz", "g.csv"]
)
def test_a_damaged_file_is_an_error_of_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x89HDF\r\n\x1a\n and no more" if name == "g.h5" else b"\0\1\2 nothing of the kind")
    result = CliRunner().invoke(app, ["import", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith(str(path))
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_model_takes_a_network_and_both_engines_give_the_same_bits() -> None:
    net = Network.from_file(WORM, where={"Type": "chemical"}, **TOUCH)
    agents = AstroModel(network=net, seed=5, cycles=2)
    kernel = KernelEngine(agents.resolved_scenario, 5)
    assert agents.network.names == net.names
    assert np.abs(agents.network.initial_weight - net.initial_weight).max() < 2.0**-22
    assert differences(vars(agents.advance(20)), vars(kernel.advance(20))) == []
    assert differences(agents.state(), kernel.state()) == []
    with pytest.raises(AstrosimError, match=r"^network: not a network \(str\)\. Give a Network"):
        AstroModel(network="worm")  # type: ignore[arg-type]


def test_a_real_connectome_is_cleaned_and_every_change_is_told() -> None:
    """Cook et al. 2019: 448 cells, 7,379 rows with repeats, self-connections and padded names."""
    net = Network.from_file(WORM, **TOUCH)
    rows = pd.read_csv(WORM)
    assert len(rows) == 7379
    pre, post = rows["Source"].str.strip(), rows["Target"].str.strip()
    pairs = set(zip(pre, post, strict=True))
    loops = {(a, b) for a, b in pairs if a == b}
    onto = {(a, b) for a, b in pairs - loops if b in TOUCH["inputs"]}
    assert net.kind.size == len(set(pre) | set(post)) == 448
    assert net.post.size == len(pairs - loops - onto)
    told = {change.what: change.number for change in net.changes}
    assert told["synapses of a neuron onto itself"] == (pre == post).sum() == 48
    assert told["repeated pairs"] == (pre != post).sum() - len(pairs - loops)
    assert told["synapses onto input neurons"] == len(onto)
    total = rows["Weight"][(pre == "AVAL") & (post == "AVAR")].sum()
    largest = rows["Weight"].groupby([pre, post]).sum()[list(pairs - loops - onto)].max()
    weight = {(a, b): w for a, b, w in synapses(net)}["AVAL", "AVAR"]
    assert weight == pytest.approx(2.0 * total / largest, rel=1e-6)


def test_the_report_says_where_the_synapses_come_from() -> None:
    scenario = load_scenario(WORM.parents[1] / "connectome.toml")
    assert _wiring_words(scenario) == "synapses of the file wiring.csv"
    assert _wiring_words(resolve(scenario, "rewired")).endswith("ends swapped by the seed (10 attempts per synapse)")
    assert _wiring_words(Scenario()) == "connected with probability 0.6 within and 0.5 between clusters"


def test_an_imported_folder_runs_and_keeps_the_names(tmp_path: Path) -> None:
    out = tmp_path / "worm"
    chosen = ["--inputs", ",".join(TOUCH["inputs"]), "--outputs", ",".join(TOUCH["outputs"])]
    result = CliRunner().invoke(app, ["import", str(WORM), "--where", "Type=chemical", *chosen, "--out", str(out)])
    assert result.exit_code == 0, result.stderr
    assert "2,698  left out" in result.stdout
    assert "34  dropped: M4, ADFR, ADLR and 31 more" in result.stdout
    short = ["--seeds", "1", "--set", "schedule.episodes=1", "--set", "schedule.trials_per_episode=5"]
    run = ["run", str(out / "scenario.toml"), *short, "--workers", "1", "--no-report", "--out", str(tmp_path / "run")]
    assert CliRunner().invoke(app, run).exit_code == 0
    net = build_network(load_scenario(out / "scenario.toml"), 1)
    dataset = astrosim.open_run(tmp_path / "run")
    assert tuple(dataset["neuron_name"].values) == net.names
    assert dataset.set_xindex("neuron_name").sel(neuron_name="AVAL")["neuron_kind"].values.ravel().tolist() == [1, 1]
    table = pd.read_csv(astrosim.export_run(tmp_path / "run") / "neurons.csv", keep_default_na=False)
    assert table["neuron_name"][: len(net.names)].tolist() == list(net.names)
    again = CliRunner().invoke(app, ["import", str(WORM), "--out", str(out)])
    assert again.exit_code == 2
    assert again.stderr.startswith(f"{out}: exists already, and is not empty. ")


def test_names_of_conditions_with_other_networks_are_kept_apart(tmp_path: Path) -> None:
    first = Network.from_edges(ROWS, **NAMED)
    other = Network.from_edges([("in", "out"), ("in", "deep"), ("deep", "out")], inputs=["in"], outputs=["out"])
    conditions = {"first": {"network": first.as_fields()}, "other": {"network": other.as_fields()}}
    data = {"task": {"patterns": [["0", "0"], ["1", "1"]]}, "seeds": [1], "schedule": {"episodes": 1}}
    data |= {"network": first, "conditions": conditions, "record": {"decisions": False}}
    astrosim.run(Scenario.model_validate(data), tmp_path / "run", workers=1)
    dataset = astrosim.open_run(tmp_path / "run")
    assert dataset["neuron_name"].dims == ("condition", "neuron")
    assert dataset["neuron_name"].values.tolist() == [["c", "a", "d", "b"], ["in", "out", "deep", ""]]
    table = pd.read_csv(astrosim.export_run(tmp_path / "run") / "neurons.csv", keep_default_na=False)
    assert table["neuron_name"].tolist() == ["c", "a", "d", "b", "in", "out", "deep"]
    with xarray.open_dataset(astrosim.export_run(tmp_path / "run", format="netcdf")) as written:
        assert written["neuron_name"].values.tolist() == dataset["neuron_name"].values.tolist()


def test_the_live_view_knows_the_names_of_inputs_and_outputs() -> None:
    network = Network.from_edges(ROWS, **NAMED)
    scenario = Scenario(network=network, task={"patterns": [["0", "00"], ["1", "11"]]})  # type: ignore[arg-type]
    facts, _ = Player(scenario, 1).scene()
    assert facts["names"] == {0: "c", 1: "a", 2: "d"}


def test_the_bundled_connectome_is_what_its_command_imports(tmp_path: Path) -> None:
    net = Network.from_file(WORM, where={"Type": "chemical"}, **TOUCH)
    bundled = build_network(load_scenario(WORM.parents[1] / "connectome.toml"), 1)
    assert bundled.names == net.names
    for field in ("kind", "cluster", "pre", "post", "inputs", "outputs"):
        assert np.array_equal(getattr(bundled, field), getattr(net, field)), field
    assert np.abs(bundled.initial_weight - net.initial_weight).max() < 2.0**-22


def test_swaps_keep_every_number_of_synapses() -> None:
    net = build_network(load_scenario(WORM.parents[1] / "connectome.toml"), 1)
    key = np.array([3, 5], np.uint32)
    pre, post, weight = rewired(net.pre, net.post, net.initial_weight.astype(float), 10.0, key)
    assert np.array_equal(np.bincount(pre, minlength=419), np.bincount(net.pre, minlength=419))
    assert np.array_equal(np.bincount(post, minlength=419), np.bincount(net.post, minlength=419))
    assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == pre.size
    assert (pre != post).all()
    strength = [np.bincount(p, w, 419) for p, w in ((pre, weight), (net.pre, net.initial_weight.astype(float)))]
    assert np.allclose(*strength, rtol=1e-12)
    kept = set(zip(pre.tolist(), post.tolist(), strict=True)) & set(
        zip(net.pre.tolist(), net.post.tolist(), strict=True)
    )
    assert len(kept) < 0.25 * pre.size
    other = rewired(net.pre, net.post, weight, 10.0, np.array([4, 5], np.uint32))
    assert not np.array_equal(other[1], post)


def test_rewiring_follows_the_seed_and_needs_a_wiring() -> None:
    scenario = load_scenario(WORM.parents[1] / "connectome.toml")
    assert np.array_equal(build_network(scenario, 1).post, build_network(scenario, 2).post)
    with pytest.raises(Exception, match=r"rewire: nothing to swap without network\.wiring"):
        Scenario(network={"rewire": 1.0})  # type: ignore[arg-type]


BAD_NODES = [
    ("kind,x\ninput,0\n", "nodes.csv:1: columns: not the head of this table ('kind,x'). "),
    ("kind,x,y\ninput,0,0\nglia,0,0\n", "nodes.csv:3: kind: none of the kinds ('glia'). "),
    ("name,kind,x,y\na,input,0,0\na,output,0,0\n", "nodes.csv:3: name: listed twice ('a'). "),
    ("kind,x,y\ninput,0,0\noutput,up,0\n", "nodes.csv:3: x: not a place ('up'). "),
    ("kind,x,y,cluster\ninput,0,0,0\noutput,0,0,2\n", "nodes.csv:1: cluster: no neuron of cluster 1 (3). "),
    ("kind,x,y\ninput,0,0\n", "nodes.csv:1: kind: no output in cluster 0, and none with a bit (0). "),
    ("kind,x,y,bit\ninput,0,0,1\noutput,0,0,0\n", "nodes.csv:2: bit: input bits with gaps or repeats ([1]). "),
]


@pytest.mark.parametrize(("text", "expected"), BAD_NODES)
def test_text_of_an_error_in_a_file_of_neurons(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "nodes.csv").write_text(text)
    (tmp_path / "wiring.csv").write_text("pre,post,weight\n0,1,1\n")
    (tmp_path / "s.toml").write_text(
        '[network]\nnodes = "nodes.csv"\nwiring = "wiring.csv"\n[task]\npatterns = [["1", "1"]]\n'
    )
    with pytest.raises(AstrosimError) as caught:
        load_scenario(tmp_path / "s.toml")
    assert expected in str(caught.value)
