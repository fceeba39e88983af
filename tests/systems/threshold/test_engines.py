"""Two engines, one model: the agents and the kernel give the same bits; measuring and cutting change nothing."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from later import later
from replicates import CONDITIONS, differences, scenario

from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine

SEEDS = (42, 137, 271, 314, 500)


def assert_same_run(fields, seed, trials, episode=10):
    s = scenario(**fields)
    agents, kernel = AstroModel(s, seed), KernelEngine(s, seed)
    assert differences(agents.static(), kernel.static()) == []
    assert differences(vars(agents.advance(trials)), vars(kernel.advance(trials))) == []
    assert differences(agents.state(), kernel.state()) == []
    agents.advance(episode, measure=True)
    kernel.advance(episode, measure=True)
    assert differences(agents.measure(), kernel.measure()) == []
    assert differences(agents.state(), kernel.state()) == []
    return kernel


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(("seed", "trials"), [(SEEDS[0], 800), *later(*((seed, 2000) for seed in SEEDS))])
def test_agents_and_kernel_agree_over_many_trials(condition, seed, trials):
    kernel = assert_same_run(CONDITIONS[condition], seed, trials)
    if condition not in ("control", "single", "binary"):
        assert kernel.learning.counter[1] > trials / 40  # something was kept, so there was something to compare


@pytest.mark.parametrize(
    "network",
    [
        {"clusters": 1, "regular": 3, "modulatory": 0},
        {"clusters": 3, "regular": 40, "p_between": 0.2},
        {"clusters": 20, "p_between": 0.03},
    ],
)
@pytest.mark.parametrize("condition", ["maturity", "epsilon", "random", "cursor"])
def test_agents_and_kernel_agree_at_other_sizes(network, condition):
    assert_same_run({**CONDITIONS[condition], "network": network}, 7, 300)


@st.composite
def scenarios(draw):
    bits_in, bits_out = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    text = lambda n: st.text("01", min_size=n, max_size=n)  # noqa: E731
    patterns = draw(st.lists(st.tuples(text(bits_in), text(bits_out)), min_size=1, max_size=9))
    unit = st.floats(0, 1)
    return {
        "learner": draw(st.sampled_from(["astrocytes", "astrocytes", "astrocytes", "cursor"])),
        "network": {
            "clusters": draw(st.integers(1, 4)),
            "inputs": draw(st.integers(bits_in, 8)),
            "outputs": draw(st.integers(bits_out, 8)),
            "modulatory": draw(st.integers(0, 3)),
            "regular": draw(st.integers(0, 12)),
            "p_within": draw(unit),
            "p_between": draw(unit),
            "initial_weight": draw(st.floats(0, 1)),
            "threshold": draw(st.floats(0, 1)),
        },
        "task": {"patterns": [list(pair) for pair in patterns]},
        "astrocytes": {
            "per_cluster": draw(st.integers(1, 30)),
            "radius": draw(st.floats(0.5, 8)),
            "threshold": draw(unit),
            "window": draw(st.integers(1, 30)),
            "max_active": draw(st.integers(1, 6)),
        },
        "sensing": {"rule": draw(st.sampled_from(["firing", "traffic"]))},
        "exploration": {
            "rule": draw(st.sampled_from(["none", "flat", "maturity"])),
            "flat_rate": draw(unit),
            "initial_rate": draw(unit),
            "maturity": draw(st.floats(1, 100)),
        },
        "perturbation": {
            "scope": draw(st.sampled_from(["territory", "random", "single", "global"])),
            "sigma": draw(st.floats(0.01, 2)),
            "fraction": draw(st.sampled_from([1.0, 1.0, 0.5, 0.05])),
            "limit": draw(st.floats(1, 5)),
        },
        "cursor": {"radius": draw(st.floats(0.1, 5)), "jump": draw(unit), "step": draw(st.floats(0, 5))},
        "decision": {
            "reward": draw(st.sampled_from(["soft", "binary", "log_sigmoid", "margin"])),
            "gain": draw(st.floats(0.1, 30)),
            "cap": draw(st.floats(0.01, 2)),
            "accept": draw(st.sampled_from(["strict", "drift", "metropolis"])),
            "temperature": draw(st.floats(1e-4, 1)),
        },
        "adaptation": {"interval": draw(st.integers(1, 20)), "step": draw(st.floats(0, 0.3))},
        "schedule": {"trials_per_episode": draw(st.integers(1, 12))},
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fields=scenarios(), seed=st.integers(0, 2**53 - 1))
def test_agents_and_kernel_agree_on_any_configuration(fields, seed):
    assert_same_run(fields, seed, 60, fields["schedule"]["trials_per_episode"])


@pytest.mark.parametrize("engine", [KernelEngine, AstroModel])
@pytest.mark.parametrize("condition", ["maturity", "epsilon", "random", "cursor"])
def test_a_restored_state_goes_on_as_if_never_cut(engine, condition):
    s = scenario(**CONDITIONS[condition])
    whole, first, second = engine(s, 5), engine(s, 5), engine(s, 5)
    log = whole.advance(230)
    start = first.advance(117)
    second.restore(first.state())
    rest = second.advance(113)
    assert differences(whole.state(), second.state()) == []
    joined = {name: np.concatenate([vars(start)[name], vars(rest)[name]]) for name in vars(log)}
    assert differences(vars(log), joined) == []


def test_measuring_changes_nothing():
    s = scenario()
    plain, measured = KernelEngine(s, 5), KernelEngine(s, 5)
    plain.advance(1000)
    for _ in range(100):
        measured.advance(10, measure=True)
        measured.measure()
        measured.probe()
    assert differences(plain.state(), measured.state()) == []


def test_a_state_of_another_scenario_is_refused():
    state = KernelEngine(scenario(), 5).state()
    with pytest.raises(ValueError, match="'weight' does not fit"):
        KernelEngine(scenario(network={"regular": 30}), 5).restore(state)
