"""Export to Neo, read back by Neo itself: every spike and sample with its unit; clear errors."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from spiking_figure_runs import TABLES
from test_spiking_door import INPUT, two_populations
from typer.testing import CliRunner

from astrosim import load_scenario, open_run, run
from astrosim.cli import app
from astrosim.core.errors import AstrosimError, PackageError
from astrosim.export import export_run
from astrosim.spiking import simulate, to_neo
from astrosim.systems.spiking.scenario.schema import SpikingScenario

neo = pytest.importorskip("neo")
pytest.importorskip("nixio")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("neo") / "run"
    run(SpikingScenario.model_validate(TABLES | {"seeds": [1, 2]}), directory, workers=1)
    return directory


def trains(segment):
    """Node and time (ms) of all spikes, by node."""
    return [
        (train.annotations["node"], time) for train in segment.spiketrains for time in train.rescale("ms").magnitude
    ]


def test_a_simulation_in_python_is_a_block():
    made = simulate(two_populations(), 60.0, poisson=INPUT, record={"V_m": ["0", "I"], "h_IP3R": ["a:0"]}, every_ms=0.5)
    (segment,) = to_neo(made).segments
    assert len(segment.spiketrains) == 25
    order = np.argsort(made.spike_nodes, kind="stable")
    wanted = list(zip(made.spike_nodes[order].astype(str), made.spike_times_ms[order], strict=True))
    assert trains(segment) == wanted
    assert len(wanted) > 20
    assert {float(train.t_stop) for train in segment.spiketrains} == {60.0}
    assert [train.annotations["population"] for train in segment.spiketrains[18:22]] == ["E", "E", "I", "I"]
    voltage, gate = segment.analogsignals
    np.testing.assert_array_equal(voltage.magnitude, made.traces.V_m.values)
    np.testing.assert_allclose(voltage.times.rescale("ms").magnitude, made.traces.V_m_time.values, rtol=1e-12)
    assert voltage.array_annotations["node"].tolist() == ["0", "20", "21", "22", "23", "24"]
    assert (voltage.dimensionality.string, gate.dimensionality.string) == ("mV", "dimensionless")


def test_a_run_is_written_and_read_by_neo(finished: Path, tmp_path: Path):
    result = CliRunner().invoke(app, ["export", str(finished), "--out", str(tmp_path / "out.nix")])
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'out.nix'}\n")
    with neo.io.NixIO(str(tmp_path / "out.nix"), "ro") as file:
        block = file.read_block()
    dataset = open_run(finished)
    found = {(one.annotations["condition"], one.annotations["seed"]): one for one in block.segments}
    assert set(found) == {(condition, seed) for condition in ("loose", "strong") for seed in (1, 2)}
    own, segment = dataset.sel(condition="strong", seed=2), found["strong", 2]
    assert len(trains(segment)) == int(own.spike_count) > 0
    signals = {signal.name: signal for signal in segment.analogsignals}
    np.testing.assert_array_equal(signals["Ca_astro"].magnitude, own.Ca_astro.values)
    assert signals["Ca_astro"].dimensionality.string == "uM"
    assert float(signals["Ca_astro"].sampling_period.rescale("ms")) == 1.0


def test_replicates_are_chosen(finished: Path):
    assert [one.annotations["seed"] for one in to_neo(finished, "loose").segments] == [1, 2]
    assert len(to_neo(finished, "loose", 2).segments) == 1
    with pytest.raises(AstrosimError, match=r"no such finished replicate \(loose, 7\)"):
        to_neo(finished, "loose", 7)


def test_without_neo_the_extra_is_named(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for missing, reach in (("neo", lambda: to_neo(finished)), ("nixio", lambda: export_run(finished, format="neo"))):
        with monkeypatch.context() as context:
            context.setitem(sys.modules, missing, None)
            with pytest.raises(PackageError, match=rf"need {missing}, .*pip install 'astrosim\[neo\]'"):
                reach()
    assert not (finished / "neo.nix").exists()


def test_other_kinds_have_no_spikes(tmp_path: Path):
    run(load_scenario("quick", ["seeds=[1]", "schedule.episodes=10"]), tmp_path / "run", workers=1)
    with pytest.raises(AstrosimError, match=r'format: neo is for spiking networks \("astrocyte"\)\. Write csv'):
        export_run(tmp_path / "run", format="neo")
    with pytest.raises(AstrosimError, match=r"no simulation of a spiking network"):
        to_neo(tmp_path / "run")
