"""Linear policies, without hidden units: what a trial changes, both engines, what a run shows, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_keep_or_revert import recorded

from astrosim.core.errors import ScenarioError
from astrosim.report.page import write_report
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
from astrosim.store.read import open_run
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.scenario.schema import EnvironmentScenario
from astrosim.systems.blackbox.show.derived import LAYERS, derived
from astrosim.systems.blackbox.trained import PlayedNetwork
from astrosim.tasks import learn

LINEAR = {"units": 0, "direct": True, "networks": 8, "test": 6, "validation": 2}


def test_one_astrocyte_owns_the_whole_policy_and_moves_the_biases_too():
    recording = recorded(units=0, direct=True, output=3.0)
    learner, policy = recording.learner, recording.learning.policy
    assert recording.scenario.actors == 1
    assert flat(policy).size == 3 * 2 + 2
    centre, spread = np.array([0.5, -2.0, 7.0]), np.array([1.0, 0.1, 4.0])
    steps, turned = [], []
    for trial in range(400):
        learner.propose(trial, centre, spread)
        change = learner.candidate.direct - policy.direct
        steps.append(change * spread[:, None])
        turned.append(learner.candidate.output_bias - policy.output_bias + centre @ change)
    np.testing.assert_allclose(np.std(steps), 0.4 * 3.0, rtol=4 / np.sqrt(2 * 2400))
    np.testing.assert_allclose(np.std(turned), 0.4 * 3.0 * 0.1, rtol=4 / np.sqrt(2 * 800))


def test_outputs_are_linear_in_the_observation():
    policy = recorded(units=0, direct=True).learning.policy
    policy.direct[:] = [[1.0, 2.0], [-3.0, 0.5], [0.25, 4.0]]
    policy.output_bias[:] = [0.5, -0.5]
    network = PlayedNetwork(policy)
    assert network.sizes == (3, 0, 2)
    assert network([1.0, 2.0, -4.0]).tolist() == [1.0 - 6.0 - 1.0 + 0.5, 2.0 + 1.0 - 16.0 - 0.5]


def test_agents_learn_the_bits_of_the_kernel():
    agents = learn("CartPole-v1", steps=3_000, seed=3, engine="agents", **LINEAR)
    kernel = learn("CartPole-v1", steps=3_000, seed=3, **LINEAR)
    assert agents.test.returns.tolist() == kernel.test.returns.tolist()
    assert agents.policy.network.weights.tobytes() == kernel.policy.network.weights.tobytes()
    assert kernel.row["kept"] > 0


@pytest.mark.parametrize("rule", ["astrocytes", "cma_es"])
def test_a_linear_policy_balances_a_pole(rule):
    learned = learn("CartPole-v1", steps=100_000, seed=3, units=0, direct=True, rule=rule, output_bias=1.0)
    assert learned.test.mean > 450
    assert learned.row["parameters"] == 4 * 2 + 2


def test_a_run_is_shown_with_its_weights_labelled(tmp_path: Path):
    scenario = EnvironmentScenario(
        name="linear",
        seeds=(3,),
        task={"environment": "CartPole-v1"},
        network={"units": 0, "direct": True},
        birth={"networks": 4, "warm": 1},
        schedule={"steps": 2_000},
        record={"every": 500, "test": 4, "validation": 2},
    )
    run_scenario(scenario, tmp_path / "run", workers=1)
    assert "Territories as a wheel" in write_report(tmp_path / "run").read_text()
    found = {one.name: values[0, 0] for one, values in derived(tmp_path / "run", scenario, open_run(tmp_path / "run"))}
    assert [LAYERS[number] for number in found["parameter_layer"]] == ["output_bias"] * 2 + ["direct"] * 8
    assert found["parameter_input"][2:].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found["parameter_astrocyte"][2:].tolist() == [0] * 8


def test_nothing_between_inputs_and_outputs_is_refused(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_text('kind = "task"\nname = "x"\n[task]\nenvironment = "CartPole-v1"\n[network]\nunits = 0\n')
    with pytest.raises(ScenarioError, match=r"x\.toml:6: network\.units: no path from inputs to outputs \(0\)"):
        load_scenario(path)
