"""Spiking networks from SONATA files that h5py writes as the format's guide describes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from astrosim.core.errors import AstrosimError, PackageError
from astrosim.spiking import Trains, network_from_sonata, simulate

pytest.importorskip("libsonata")


def write_nodes(path: Path, population: str, count: int, kind: int = 0, **attributes: Any) -> None:
    with h5py.File(path, "a") as file:
        group = file.create_group(f"nodes/{population}")
        group["node_type_id"] = np.full(count, kind, np.int64)
        group["node_group_id"], group["node_group_index"] = np.zeros(count, np.int64), np.arange(count)
        group.create_group("0")
        for name, values in attributes.items():
            group[f"0/{name}"] = values


def write_edges(path: Path, ends: tuple[str, str], pairs: list[tuple[int, int]], kind: int = 0, **own: Any) -> None:
    with h5py.File(path, "a") as file:
        group = file.create_group(f"edges/{ends[0]}_to_{ends[1]}")
        for part, name, numbers in zip(("source", "target"), ends, np.array(pairs).T, strict=True):
            group[f"{part}_node_id"] = numbers.astype(np.uint64)
            group[f"{part}_node_id"].attrs["node_population"] = name
        group["edge_type_id"] = np.full(len(pairs), kind, np.int64)
        group["edge_group_id"], group["edge_group_index"] = np.zeros(len(pairs), np.int64), np.arange(len(pairs))
        group.create_group("0")
        for name, values in own.items():
            group[f"0/{name}"] = values


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Three neurons with parameters, a virtual one, an astrocyte; types in tables."""
    found = {name: tmp_path / name for name in ("nodes.h5", "edges.h5", "node_types.csv", "edge_types.csv")}
    write_nodes(found["nodes.h5"], "brain", 3, 1, x=[0.0, 1.0, 2.0], y=[5.0, 6.0, 7.0], tau_m=[10.0, 20.0, 30.0])
    write_nodes(found["nodes.h5"], "glia", 1, 2)
    write_nodes(found["nodes.h5"], "outside", 1, 3)
    write_edges(
        found["edges.h5"], ("brain", "brain"), [(0, 1), (1, 2)], 1, syn_weight=[300.0, -2.0], delay=[1.52, 0.01]
    )
    write_edges(found["edges.h5"], ("brain", "glia"), [(2, 0)], 2)
    write_edges(found["edges.h5"], ("outside", "brain"), [(0, 0)], 2, syn_weight=[5000.0])
    found["node_types.csv"].write_text(
        "node_type_id model_type model_template C_m IP3\n"
        "1 point nest:iaf_psc_exp 200.0 NULL\n2 point nest:astrocyte_lr_1994 NULL 0.5\n3 virtual NULL NULL NULL\n"
    )
    found["edge_types.csv"].write_text(
        "edge_type_id model_template U delay\n1 tsodyks_synapse 0.4 9.0\n2 static_synapse NULL 3.0\n"
    )
    return found


def read(files: dict[str, Path], **more: Any) -> Any:
    types = {"node_types": files["node_types.csv"], "edge_types": files["edge_types.csv"]}
    return network_from_sonata(files["nodes.h5"], files["edges.h5"], **types | more)


def test_nodes_and_edges_have_their_attributes_and_those_of_their_types(files: dict[str, Path]):
    network = read(files)
    neurons, own = network.neurons, network.connections
    assert neurons.name.tolist() == ["brain:0", "brain:1", "brain:2", "outside:0"]
    assert neurons.model.tolist() == ["iaf_psc_exp"] * 3 + ["parrot_neuron"]
    assert neurons.values["tau_m"][:3].tolist() == [10.0, 20.0, 30.0]
    assert neurons.values["C_m"][:3].tolist() == [200.0] * 3
    assert np.isnan(neurons.values["C_m"][3])
    assert neurons.y[:3].tolist() == [5.0, 6.0, 7.0]
    assert network.astrocytes.label.tolist() == ["a:0"]
    assert network.astrocytes.values["IP3"].tolist() == [0.5]
    found = list(zip(own.pre, own.post, own.weight, own.delay.round(9), own.model, strict=True))
    assert found == [(0, 1, 300.0, 1.5, 1), (1, 2, -2.0, 0.1, 1), (2, 4, 1.0, 3.0, 0), (3, 0, 5000.0, 3.0, 0)]
    assert own.plasticity["U"][:2].tolist() == [0.4, 0.4]


def test_what_was_read_is_simulated(files: dict[str, Path]):
    given = Trains(np.array([3]), np.array([5.0]), np.array([1.0]), np.array([1.0]))
    run = simulate(read(files), 30.0, spikes=given, record={"IP3": ["glia:0"]})
    fired = dict(zip(run.spike_nodes.tolist(), run.spike_times_ms.round(9).tolist(), strict=True))
    assert fired[3] == 6.0  # the virtual node passes on what it is given
    assert 9.0 < fired[0] < 12.0  # 5,000 pA arrive at 9 ms


def test_without_types_defaults_hold(files: dict[str, Path]):
    network = network_from_sonata([files["nodes.h5"]], files["edges.h5"], "iaf_psc_alpha", weight=2.0, delay_ms=4.0)
    assert set(network.neurons.model) == {"iaf_psc_alpha"}
    assert network.connections.weight.tolist() == [600.0, -4.0, 2.0, 10_000.0]
    assert network.connections.delay.round(9).tolist() == [1.5, 0.1, 4.0, 4.0]


def test_wrong_files_are_told(files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(AstrosimError, match=r"nodes: no such model \(nothing\)\. Write one of iaf_psc_exp"):
        network_from_sonata(files["nodes.h5"], files["edges.h5"], "nothing")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(AstrosimError, match=r"text\.h5: no SONATA file of nodes \("):
        network_from_sonata(tmp_path / "text.h5", files["edges.h5"])
    write_nodes(tmp_path / "few.h5", "brain", 3, 1)
    with pytest.raises(AstrosimError, match=r"edges: no such node \(outside:0\)\. Name its file of nodes, too\."):
        network_from_sonata(tmp_path / "few.h5", files["edges.h5"])
    write_nodes(tmp_path / "wrong.h5", "brain", 3, 1, tau_m=[10.0, -1.0, 10.0])
    with pytest.raises(
        AstrosimError, match=r"nodes: tau_m: out of range \(-1 ms, brain:1\)\. Write a number above 0\."
    ):
        network_from_sonata(tmp_path / "wrong.h5", files["edges.h5"])
    write_nodes(tmp_path / "other.h5", "brain", 3, 7)
    with pytest.raises(AstrosimError, match=r"other\.h5: no such type in the table \(7\)\. Add a row to node_types\."):
        read(files | {"nodes.h5": tmp_path / "other.h5"})
    monkeypatch.setitem(sys.modules, "libsonata", None)
    with pytest.raises(PackageError, match=r"SONATA files need libsonata, .*pip install 'astrosim\[sonata\]'"):
        read(files)
