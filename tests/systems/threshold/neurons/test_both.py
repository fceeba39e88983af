"""Neurons and astrocytes in one network: what is left when one side rests, both engines, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim import open_run, run
from astrosim.core.errors import ScenarioError
from astrosim.core.phases import JOINT_PHASES
from astrosim.scenario.choose import changed
from astrosim.scenario.relevance import unread
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.forward_passes import passes_a_trial
from astrosim.systems.threshold.learners.joint.simulation import OF_NEURONS
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.explanation import rule
from astrosim.systems.threshold.show.summary import Summary

SMALL = {"network.regular": 5, "schedule.trials_per_episode": 10}
PAST = {
    "network.input_clusters": "task",
    "network.tonic": 1,
    "network.cycles": 2,
    "astrocytes.selection": "uniform",
    "perturbation.sigma": 0.4,
    "perturbation.fraction": 0.2,
    "decision.reward": "log_sigmoid",
    "decision.gain": 3.0,
}
RESTING = {"plasticity.rate": 0.0, "plasticity.decay": 0.0, "dynamics.persists": False, "dynamics.order": "random"}
ASTROCYTES = {
    "the report's": {},
    "past the report's network": PAST | {"decision.consolidation": "proportional", "astrocytes.max_active": 1},
    "random masks, sigma that adapts": PAST | {"perturbation.scope": "random", "perturbation.adapt_sigma": True},
    "coupled": {"coupling.graph": "nearest", "coupling.gain": 0.3, "coupling.relay": True, "sensing.rule": "firing"},
}
NEURONS = {
    "dynamics.order": "random",
    "eligibility.ambient_radius": 4.0,
    "homeostasis.rule": "step",
    "plasticity.rate": 0.05,
}
RULES = {
    "gates, persistence": {**NEURONS, "flags.rule": "signed", "flags.warm_up": 5, "dampening.on": True},
    "frustration, two cycles, tonic": {
        **PAST,
        **NEURONS,
        "frustration.on": True,
        "frustration.need": 2,
        "frustration.bound": 5.0,
        "frustration.factor": -0.3,
        "astrocytes.max_active": 1,
    },
    "rewards of outputs, silent start": {
        **PAST,
        **NEURONS,
        "dynamics.persists": False,
        "modulation.source": "outputs",
        "homeostasis.spare_outputs": True,
        "chemical.falloff": "inverse",
        "decision.consolidation": "part",
        "decision.rate": 0.4,
        "perturbation.scope": "random",
    },
    "streaks, coupled": {
        **NEURONS,
        "dynamics.order": "cyclic",
        "flags.rule": "consistent",
        "flags.need": 1,
        "coupling.graph": "nearest",
        "decision.accept": "drift",
        "perturbation.adapt_sigma": True,
    },
    "metropolis, one synapse": {
        **NEURONS,
        "flags.rule": "simple",
        "decision.accept": "metropolis",
        "perturbation.scope": "single",
        "exploration.rule": "none",
    },
    "all synapses": {**NEURONS, "perturbation.scope": "global", "modulation.cycling": True},
}
NOBODY_GAINS = {"decision.margin": 10.0}


def replicate(fields, seed=7, engine="kernel", learner="both"):
    return make_engine(changed(Scenario(), SMALL | fields | {"learner": learner, "engine": engine}), seed)


def assert_same(one, other, names):
    for name in names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.mark.parametrize("seed", [1, 42, 28000])
@pytest.mark.parametrize("variant", ASTROCYTES)
def test_with_neurons_at_rest_astrocytes_learn_as_they_do_alone(variant, seed):
    alone = replicate(ASTROCYTES[variant], seed, learner="astrocytes")
    both = replicate(ASTROCYTES[variant] | RESTING, seed)
    start = alone.weights()
    logs = alone.advance(2000, measure=True), both.advance(2000, measure=True)
    for name in ("pattern", "decision", "active"):
        np.testing.assert_array_equal(getattr(logs[0], name), getattr(logs[1], name))
    own = {name: values for name, values in alone.state().items() if values.size or name not in ("solved", "passes")}
    if variant == "the report's":
        own = {name: values for name, values in own.items() if name not in ("solved", "passes")}
    assert_same(own, both.state(), own)
    assert both.learning.passes[0] == 4000
    assert (alone.weights() != start).any()
    mine, theirs = alone.measure(), both.measure()
    assert_same(mine, theirs, mine)


@pytest.mark.parametrize("rules", ["gates, persistence", "frustration, two cycles, tonic"])
@pytest.mark.parametrize("rest", ["never kept", "nothing held", "silenced"])
def test_with_astrocytes_at_rest_neurons_learn_as_they_do_alone(rules, rest):
    own = {name: value for name, value in RULES[rules].items() if not name.startswith(("astrocytes.", "decision."))}
    resting = {"never kept": NOBODY_GAINS, "nothing held": {"astrocytes.radius": 1e-6}, "silenced": {}}[rest]
    alone, both = replicate(own, learner="neurons"), replicate(own | resting)
    if rest == "silenced":
        for number in range(len(both.territories)):
            both.interventions.silence(both, "astrocytes", number, True)
    start = alone.weights()
    patterns = alone.advance(2000).pattern
    log = both.advance(2000)
    np.testing.assert_array_equal(log.pattern, patterns)
    assert (log.decision == IDLE).all() == (rest == "silenced")
    assert both.learning.counter[1] == 0
    assert both.learning.passes[0] == (2000 if rest == "silenced" else 4000)
    theirs = both.state()
    for name, values in alone.state().items():
        if name not in ("weight", "saved", "solved", "spent"):
            np.testing.assert_array_equal(theirs[OF_NEURONS + name], values, err_msg=name)
    np.testing.assert_array_equal(both.weights(), alone.weights())
    np.testing.assert_array_equal(theirs["solved"][:1], alone.learning.solved[:1])
    assert (alone.weights() != start).any()
    assert not np.array_equal(alone.learning.fired, np.zeros(1))


@pytest.mark.parametrize("rules", RULES)
def test_engines_agree(rules):
    kernel, agents = (replicate(RULES[rules], engine=engine) for engine in ("kernel", "agents"))
    start = kernel.weights()
    for stretch in (25, 15):
        logs = kernel.advance(stretch, measure=True), agents.advance(stretch, measure=True)
        for name in ("pattern", "decision", "active"):
            np.testing.assert_array_equal(getattr(logs[0], name), getattr(logs[1], name))
        assert_same(kernel.state(), agents.state(), kernel.state())
        assert kernel.state().keys() == agents.state().keys()
        mine, theirs = kernel.measure(), agents.measure()
        assert mine.keys() == theirs.keys()
        assert_same(mine, theirs, mine)
    assert (start != kernel.weights()).any()
    assert kernel.learning.counter[1] > 0, "nothing was kept in this replicate"
    assert kernel.neural.fired[~kernel.circuit.driven].any(), "nobody fired in this replicate"
    if "frustration.on" in RULES[rules]:
        assert kernel.neural.flipped.any(), "nobody was frustrated in this replicate"


@pytest.mark.parametrize("engine", ["kernel", "agents"])
def test_a_replicate_goes_on_from_where_it_stood(engine):
    length, cut = (900, 333) if engine == "kernel" else (30, 13)
    rules = RULES["frustration, two cycles, tonic"] | {"astrocytes.selection": "score"}
    whole, first, second = (replicate(rules, engine=engine) for _ in range(3))
    whole.advance(length)
    first.advance(cut)
    second.restore(first.state())
    second.advance(length - cut)
    assert_same(whole.state(), second.state(), whole.state())
    with pytest.raises(ValueError, match=f"the saved array '{OF_NEURONS}threshold' does not fit"):
        second.restore({name: array for name, array in first.state().items() if name != f"{OF_NEURONS}threshold"})


def test_watching_changes_nothing():
    one, other = replicate(RULES["gates, persistence"]), replicate(RULES["gates, persistence"])
    one.advance(100)
    for _ in range(100):
        other.advance(1, measure=True)
        other.measure()
        other.wiring()
    assert_same(one.state(), other.state(), one.state())


def test_both_sides_move_the_same_weights():
    """A kept step survives what neurons then do: weights lie on the grid, and differ from either side's alone."""
    rules = RULES["gates, persistence"]
    together, neurons, astrocytes = (
        replicate(rules),
        replicate(rules, learner="neurons"),
        replicate({}, learner="astrocytes"),
    )
    for one in (together, neurons, astrocytes):
        one.advance(300)
    steps = together.weights().astype(np.float64) * 2.0**22
    np.testing.assert_array_equal(steps, np.rint(steps))
    assert np.abs(together.weights()).max() <= 2.0
    np.testing.assert_array_equal(together.neural.weight, together.weights())
    assert not np.array_equal(together.weights(), neurons.weights())
    assert not np.array_equal(together.weights(), astrocytes.weights())


def test_tonic_neurons_always_fire_and_are_left_alone():
    for learner in ("neurons", "both"):
        one = replicate({**NEURONS, "network.tonic": 2, "network.cycles": 2}, learner=learner)
        one.advance(50)
        tonic = one.circuit.tonic
        assert tonic.size == 2
        assert (one.neural.output[tonic] == 1).all()
        assert (one.neural.fired[tonic] == 50).all()
        assert (one.neural.threshold[tonic] == 0.5).all()
        assert (one.wiring().patterns[:, 5:] == 1).all()
        assert one.wiring().wired[5:].all(), "every tonic neuron reaches every output"


def test_the_first_solution_is_noted():
    """One pattern whose answer is silence is solved from the start; passes: one or two per trial."""
    silence = {"task.patterns": [["10000", "00000"]]}
    for learner, passes in (("neurons", 1), ("both", 2)):
        one = replicate(silence, learner=learner)
        one.advance(3, measure=True)
        found = one.measure()
        assert (found["solved_trial"], found["solved_passes"], found["passes"]) == (1, passes, 3 * passes)
        assert passes_a_trial(one.resolved_scenario) == passes


REFUSED = {
    "all patterns at once": (
        {"learner": "both", "decision.window": 0},
        'decision.window: neurons learn from one pattern per trial (0). Write 1, or learner = "astrocytes".',
    ),
    "provisional changes": (
        {"learner": "both", "plasticity.provisional": True},
        "plasticity.provisional: where astrocytes keep and revert, too, a change stands (true). Write false, or "
        'learner = "neurons".',
    ),
    "thresholds within a pass": (
        {"learner": "both", "homeostasis.rule": "step", "homeostasis.every_cycle": True},
        "homeostasis.every_cycle: thresholds that move within a pass leave astrocytes nothing to compare (true). "
        'Write false, or learner = "neurons".',
    ),
    "the published system": (
        {"learner": "both", "system": "published"},
        'learner: neurons and astrocytes never learnt together there ("both"). Write system = "described", or learner '
        '= "neurons" or "astrocytes".',
    ),
    "a relay": (
        {"learner": "both", "network.layout": "relay"},
        'network.layout: in a relay only neurons learn so far ("relay"). Write learner = "neurons", or "none", or '
        'network.layout = "lattice".',
    ),
    "rules of neurons without them": (
        {"eligibility.both": 2.0},
        'eligibility.both: only neurons have it (learner = "astrocytes"). Write learner = "both", or remove the '
        "section.",
    ),
    "rules of neurons beside a rival": (
        {"learner": "spsa", "decision.window": 0, "flags.rule": "simple"},
        'flags.rule: only neurons have it (learner = "spsa"). Write learner = "neurons", or remove the section.',
    ),
    "an episode's homeostasis elsewhere": (
        {"homeostasis.rule": "episode"},
        'homeostasis.rule: only neurons have it (learner = "astrocytes"). Write learner = "both", or remove the '
        "section.",
    ),
    "rules of astrocytes without them": (
        {"learner": "neurons", "sensing.rule": "firing"},
        'sensing.rule: only astrocytes have it (learner = "neurons"). Write learner = "both", or remove the section.',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    fields, text = REFUSED[case]
    with pytest.raises(ScenarioError) as error:
        changed(Scenario(), fields)
    assert error.value.problems == (text,)


def test_phases_as_explained():
    scenario = changed(Scenario(), RULES["streaks, coupled"] | {"learner": "both"})
    names = [phase.name for phase in JOINT_PHASES]
    assert names == [
        "present", "sense", "activate", "evaluate before", "perturb", "evaluate after", "decide",
        "count", "feel", "trace", "flag", "judge", "release", "change", "adapt", "record",
    ]  # fmt: skip
    words = {name: rule(name, scenario) for name in names}
    assert words["present"] == "8 patterns, in turn; firing persists; episodes of 10 trials"
    assert words["count"] == "thresholds by 0.01 per trial towards a mean rate of 0.2"
    assert words["decide"] == "kept if after >= before"
    assert words["flag"].startswith("consistent: + 0.3")
    assert words["perturb"].endswith("sigma 0.1 at first, x 1.3 if kept, x 0.9365 if not, at most 1, clipped to +-2")
    assert {"flags.gain", "coupling.graph", "sensing.rule", "decision.reward"}.isdisjoint(unread(scenario))
    assert {"frustration.need", "cursor.radius", "rival.sigma"} <= unread(scenario)


def test_runs_record_both_sides(tmp_path):
    fields = SMALL | PAST | {"astrocytes.selection": "score", "schedule.episodes": 4, "record.every": 2}
    scenario = changed(Scenario(), fields)
    conditions = {
        "astrocytes": {},
        "together": {"learner": "both", "homeostasis": {"rule": "step"}},
        "neurons": {"learner": "neurons", "homeostasis": {"rule": "step"}},
    }
    run(scenario.model_copy(update={"conditions": conditions, "seeds": (5,)}), tmp_path / "run", workers=1)
    found = open_run(tmp_path / "run").isel(seed=0, episode=-1)
    assert found["passes"].values.tolist() == [80, 80, 40]
    assert (found["activations"].sum("astrocyte").values[:2] > 0).all()
    both = found.sel(condition="together")
    assert np.isfinite(both["neuron_threshold"]).all()
    assert np.isfinite(both["threshold"]).all()
    assert (both["neuron_threshold"] != 0.5).any()
    assert np.isnan(found.sel(condition="astrocytes")["neuron_threshold"]).all()
    assert np.isfinite(both["training_accuracy"])
    rows = {row["condition"]: row for row in Summary.read(tmp_path / "run").rows}
    assert rows["together"]["kept"] + rows["together"]["reverted"] == 40
    assert rows["neurons"]["kept"] == 0
