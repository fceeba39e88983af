"""What makes no sense where neurons learn by themselves is refused, with what would be right."""

from __future__ import annotations

import pytest
from neuron_scenarios import PUBLISHED

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.choose import changed
from astrosim.systems.threshold.engines import make_quick_engine
from astrosim.systems.threshold.replay import Replay
from astrosim.systems.threshold.scenario.schema import Scenario

WRONG = {
    "a relay of astrocytes": (
        {"network.layout": "relay"},
        'network.layout: in a relay only neurons learn so far ("relay"). Write learner = "neurons", or "none", or '
        'network.layout = "lattice".',
    ),
    "a relay of one": (
        {"learner": "neurons", "network.layout": "relay", "network.clusters": 1},
        "network.clusters: a relay has inputs in one and outputs in another (1). Write 2.",
    ),
    "published in the plane": (
        {"learner": "neurons", "system": "published"},
        'network.layout: the published neurons that learn stand in a relay ("lattice"). Write "relay".',
    ),
    "tonic in a relay": (
        {"learner": "neurons", "network.layout": "relay", "network.tonic": 1},
        "network.tonic: not in a relay (1). Remove it.",
    ),
    "nobody releases": (
        {"learner": "neurons", "network.modulatory": 0},
        'network.modulatory: nobody releases reward (0). Write 1 or more, or modulation.source = "outputs".',
    ),
    "turns of outputs": (
        {"learner": "neurons", "modulation.source": "outputs", "modulation.cycling": True},
        "modulation.cycling: only modulatory neurons take turns (true). Write false.",
    ),
    "shaping backwards": (
        {"learner": "neurons", "modulation.shape_from": 9, "modulation.shape_to": 3},
        "modulation.shape_to: before modulation.shape_from = 9 (3). Write 9 or more.",
    ),
    "a cursor's homeostasis": (
        {"learner": "neurons", "homeostasis.rule": "episode"},
        'homeostasis.rule: only the published cursor has it ("episode"). Write "step" or "none", or learner = '
        '"cursor" in the published system.',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused(case):
    fields, text = WRONG[case]
    with pytest.raises(ScenarioError) as error:
        changed(Scenario(), fields)
    assert text in str(error.value)


def test_numbers_of_the_published_cursor_stay_fixed_without_its_early_homeostasis():
    with pytest.raises(ScenarioError, match=r"cursor\.radius: fixed in the published system"):
        changed(Scenario(), {"system": "published", "learner": "cursor", "cursor.radius": 4.0})


def test_trials_are_not_shown_again():
    scenario = resolve(load_scenario(PUBLISHED / "exp002.toml"), "full")
    with pytest.raises(AstrosimError, match="trials of neurons that learn cannot be shown again"):
        Replay(scenario, 42)


def test_iterations_of_the_cursor():
    """Spec, section 2b: iteration 3 keeps some 4 % of its changes; a replicate goes on from where it stood."""
    scenario = resolve(load_scenario(PUBLISHED / "exp020_iterations.toml"), "iteration_3")
    whole, first, second = (make_quick_engine(scenario, 314) for _ in range(3))
    log = whole.advance(2_000).decision
    first.advance(777)
    second.restore(first.state())
    second.advance(1_223)
    assert 0.01 < (log == 1).sum() / (log >= 0).sum() < 0.1
    for name, values in whole.state().items():
        assert (values == second.state()[name]).all(), name
    thresholds = whole.state()["own/threshold"]
    assert 0.4 < thresholds.min() < 0.5, "silent neurons come nearer to firing"
