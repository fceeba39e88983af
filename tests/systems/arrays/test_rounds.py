"""Several astrocytes that propose side by side: who stands, on the kernel, by agents, and in torch."""

from __future__ import annotations

import numpy as np
import pytest
from field_cases import small

from astrosim.core.errors import ScenarioError
from astrosim.core.rng import stream_key
from astrosim.runs import run_scenario
from astrosim.summary import read
from astrosim.systems.arrays.agents import AgentsLearner
from astrosim.systems.arrays.data import Batches, images_of
from astrosim.systems.arrays.kernel.trials import refresh
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, make_params, make_state, mean_reward
from astrosim.systems.proposals.proposing import TEAM
from astrosim.systems.proposals.state import make_team
from astrosim.systems.proposals.teams import BEST, EACH, JOINT, gather_team, stands_together

CHOICES = {
    "joint": {"decision": {"proposals": 5}},
    "each_of_many": {"decision": {"proposals": 25, "accept": "each"}, "network": {"units": 60}},
    "best": {"decision": {"proposals": 5, "accept": "best"}},
    "wide": {
        "decision": {"proposals": 2, "reward": "squared_error"},
        "territory": {"units": 3},
        "perturbation": {"fraction": 0.4},
    },
    "threshold_dense": {
        "decision": {"proposals": 10},
        "network": {"units": 20, "activation": "threshold", "connections": "dense"},
    },
}
LARGE_STEPS = {"sigma": 6.0, "cap": 20.0, "grow": 0.05, "shrink": 0.0}


def learned(learner, scenario, stays=4):
    """Mean rewards by batch, and the state after some batches."""
    images = images_of(scenario, 3, None)
    state, batches = make_state(scenario, 3, images), Batches(scenario, 3, images.train)
    own = learner(scenario, 3, state)
    own.warm(batches.at(0))
    return [own.stay(batches.at(number), number) for number in range(stays)], state


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("race", [1.0, 0.4])
def test_kernel_and_agents_agree_bit_for_bit(choice, race):
    change = CHOICES[choice] | {"decision": CHOICES[choice]["decision"] | {"race": race}}
    scenario = small(**change)
    kernel, agents = learned(KernelLearner, scenario), learned(AgentsLearner, scenario)
    assert kernel[0] == agents[0]
    for name, array in kernel[1].arrays().items():
        assert array.tobytes() == agents[1].arrays()[name].tobytes(), name
    assert kernel[1].tally[0].sum() == 200
    assert kernel[1].tally[1].sum() > 20


@pytest.mark.parametrize("choice", ["one", *CHOICES])
def test_torch_decides_as_the_kernel_does(choice):
    pytest.importorskip("torch")
    from astrosim.systems.arrays.learners.torch_learner import TorchLearner

    change = CHOICES.get(choice, {})
    wanted = learned(KernelLearner, small(**change), 6)
    found = learned(TorchLearner, small(engine="torch", **change), 6)
    assert found[0] == pytest.approx(wanted[0], abs=1e-6)
    for name in ("tally", "counts", "sigma"):
        assert np.array_equal(found[1].arrays()[name], wanted[1].arrays()[name]), name
    for name in ("incoming", "bias", "outgoing", "output_bias"):
        assert found[1].arrays()[name] == pytest.approx(wanted[1].arrays()[name], abs=1e-6), name


@pytest.mark.parametrize("accept", ["joint", "best", "each"])
def test_the_standing_reward_never_falls_unless_each_is_taken_unseen(accept):
    """With steps so large that winners spoil each other, `each` loses reward on its own batch; the others cannot."""
    falls = 0
    for seed in range(3):
        scenario = small(
            decision={"proposals": 50, "accept": accept}, perturbation=LARGE_STEPS, network={"units": 100},
            batches={"stay": 50, "first": 300}, schedule={"trials": 1500}, record={"every": 50},
        )  # fmt: skip
        images = images_of(scenario, seed, None)
        state, batch = make_state(scenario, seed, images), Batches(scenario, seed, images.train).at(0)
        own, last = KernelLearner(scenario, seed, state), -np.inf
        for number in range(30):
            reward = own.stay(batch, number)
            falls += reward < last - 1e-5
            last = reward
    assert (falls > 0) == (accept == "each")


def test_the_incremental_state_after_rounds_is_that_of_a_whole_evaluation():
    scenario = small(decision={"proposals": 10}, perturbation={"sigma": 0.5, "cap": 0.5})
    images = images_of(scenario, 3, None)
    state, batch = make_state(scenario, 3, images), Batches(scenario, 3, images.train).at(0)
    own = KernelLearner(scenario, 3, state)
    own.stay(batch, 0)
    workspace = own.workspace
    stood = workspace.standing.logits.copy(), workspace.standing.sums.copy(), mean_reward(workspace.standing, batch)
    refresh(state.net, batch, workspace.every, workspace.standing, workspace.scratch)
    assert state.tally[1].sum() > 10
    assert stood[0] == pytest.approx(workspace.standing.logits, abs=1e-5)
    assert stood[1] == pytest.approx(workspace.standing.sums, abs=1e-5)
    assert stood[2] == pytest.approx(mean_reward(workspace.standing, batch), abs=1e-6)


def test_a_team_has_no_astrocyte_twice_and_every_one_as_often():
    keys = np.stack([stream_key(5, "field_team")] * (TEAM + 1))
    params = make_params(small(), 5)._replace(keys=keys)
    team, seen = make_team(12, 5), np.zeros(12, int)
    for round_ in range(2400):
        gather_team(team, params, 5 * round_)
        members = team.deck[:5]
        assert len(set(members.tolist())) == 5
        seen[members] += 1
    assert seen.sum() == 12_000
    assert np.abs(seen - 1000).max() < 100  # 4 standard deviations of a binomial count: 97


@pytest.mark.parametrize(
    ("accept", "gained", "stands"),
    [(JOINT, 3.0, True), (JOINT, 2.0, False), (JOINT, 1.0, False), (EACH, -1.0, True), (BEST, 2.0, False)],
)
def test_who_stands_together(accept, gained, stands):
    team = make_team(4, 3)
    team.gained[:] = 1.0, 2.0, -1.0
    assert stands_together(accept, gained, team) == stands


def test_bad_rounds_are_told():
    with pytest.raises(ScenarioError, match=r"does not divide batches.stay = 50 \(7\). Rounds end with their batch"):
        small(decision={"proposals": 7})
    with pytest.raises(ScenarioError, match=r"more than there are astrocytes \(25\). Write 12 or less."):
        small(decision={"proposals": 25})
    with pytest.raises(ScenarioError, match=r'side by side \(5, learner.rule = "random_mask"\). Write 1.'):
        small(decision={"proposals": 5}, learner={"rule": "random_mask"})
    with pytest.raises(ScenarioError, match=r'torch evaluates astrocytes\' proposals alone \("spsa"\)'):
        small(engine="torch", learner={"rule": "spsa"})
    with pytest.raises(ScenarioError, match=r"race: torch evaluates all proposals of a round to the end \(0.5\)"):
        small(engine="torch", decision={"race": 0.5})
    with pytest.raises(ScenarioError, match=r'device: only torch computes elsewhere \("cuda"\). Write "cpu", or'):
        small(device="cuda")


def test_a_run_in_torch_names_its_device_and_repeats(tmp_path):
    torch = pytest.importorskip("torch")
    scenario = small(engine="torch", device="auto", decision={"proposals": 10}, seeds=[3])
    rows = []
    for name in ("first", "second"):
        run_scenario(scenario, tmp_path / name, workers=1)
        (row,) = read(tmp_path / name).rows
        rows.append({key: value for key, value in row.items() if key != "wall_s"})
    assert rows[0] == rows[1]
    assert rows[0]["device"] == (torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu")
