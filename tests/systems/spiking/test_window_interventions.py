"""Interventions between trials over windows: the same trials without what was lost, both engines, any cut of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario_files import complaints

from astrosim.store.variables import IDLE, KEPT
from astrosim.systems.population.sections import EIGHT_PATTERNS
from astrosim.systems.spiking.learners.agents_engine import AgentsLearning
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.recording import make_learning
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario

CALCIUM = {
    "astrocytes": {"activation": "calcium", "max_active": 2, "exploration": 0.1},
    "calcium": {"drive": 4.0},
    "gap_junctions": {"rule": "linear"},
}
FEW = {**CALCIUM, "task": {"patterns": EIGHT_PATTERNS[:3]}}
OTHER = [[given, "".join("10"[int(bit)] for bit in wanted)] for given, wanted in EIGHT_PATTERNS]
SEED = 41


def scenario(*items: dict[str, Any], **tables: Any) -> WindowScenario:
    """A scenario of 600 trials with interventions."""
    own = {"schedule": {"trials": 600, "stop": False}, "task": {"patterns": EIGHT_PATTERNS}, **tables}
    return WindowScenario.model_validate({"kind": "spiking", "interventions": list(items), **own})


EVERY = (
    {"action": "lesion_astrocytes", "at_trial": 40, "which": [2]},
    {"action": "silence_neurons", "at_trial": 40, "neuron_kind": "regular", "fraction": 0.3},
    {"action": "set", "at_trial": 50, "parameter": "perturbation.sigma", "value": 0.2},
    {"action": "cut_gap_junctions", "at_trial": 60, "cluster": 1},
    {"action": "freeze_plasticity", "at_trial": 70},
    {"action": "release_plasticity", "at_trial": 85},
    {"action": "swap_task", "at_trial": 90, "patterns": OTHER[:3]},
    {"action": "set", "at_trial": 95, "parameter": "adaptation.interval", "value": 7},
    {"action": "set", "at_trial": 95, "parameter": "gap_junctions.strength", "value": 2.0},
    {"action": "reward_offset", "at_trial": 100, "offset": -0.01},
    {"action": "release_neurons", "at_trial": 110},
    {"action": "restore_gap_junctions", "at_trial": 110},
    {"action": "silence_astrocytes", "at_trial": 115, "every": 10, "fraction": 0.25},
)
END = 130


def learner(*items: dict[str, Any], **tables: Any) -> WindowLearning:
    """A learner with interventions."""
    return make_learning(scenario(*items, **tables), SEED)


@pytest.fixture(scope="module")
def whole() -> tuple[dict[str, Any], list[np.ndarray]]:
    own = learner(*EVERY, **FEW)
    log = own.advance(END)
    return own.outcome(), list(log)


def differing(found: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of results that differ."""
    return [name for name in found if not np.array_equal(found[name], other[name], equal_nan=True)]


@pytest.mark.parametrize("at", [39, 40, 41, 75, 90, 116])
def test_a_run_in_parts_and_after_a_restart_is_the_same(whole: tuple, at: int) -> None:
    first = learner(*EVERY, **FEW)
    log = [list(first.advance(at))]
    later = learner(*EVERY, **FEW)
    later.restore(first.state())
    log += [list(later.advance(1)), list(later.advance(END - at - 1))]
    assert differing(whole[0], later.outcome()) == []
    for place, one in enumerate(whole[1]):
        np.testing.assert_array_equal(one, np.concatenate([part[place] for part in log]))


def test_agents_give_the_bits_of_the_kernel(whole: tuple) -> None:
    own = scenario(*EVERY, **FEW, engine="agents")
    agents = make_learning(own, SEED)
    assert isinstance(agents, AgentsLearning)
    first = agents.advance(60)
    later = make_learning(own, SEED)
    later.restore(agents.state())
    second = later.advance(END - 60)
    assert differing(whole[0], later.outcome()) == []
    for one, a, b in zip(whole[1], first, second, strict=True):
        np.testing.assert_array_equal(one, np.concatenate([a, b]))


def test_nothing_changes_before_the_first_one(whole: tuple) -> None:
    log = learner(**FEW).advance(END)
    for one, other in zip(whole[1], log, strict=True):
        np.testing.assert_array_equal(one[:40], other[:40])
    assert not np.array_equal(whole[1][4], log.reward)


def test_frozen_weights_and_thresholds_stay_while_calcium_goes_on() -> None:
    own = learner({"action": "freeze_plasticity", "at_trial": 60}, **CALCIUM)
    own.advance(60)
    before = own.outcome()
    log = own.advance(100)
    after = own.outcome()
    assert (log.decision == IDLE).all()
    assert (log.active == -1).all()
    for name in ("weight", "threshold", "activations", "readout"):
        np.testing.assert_array_equal(after[name], before[name])
    assert not np.array_equal(after["calcium"], before["calcium"])
    assert after["idle"] - before["idle"] == 100


@pytest.mark.parametrize("activation", ["random", "calcium"])
def test_lesioned_astrocytes_act_no_more(activation: str) -> None:
    tables = CALCIUM if activation == "calcium" else {}
    own = learner({"action": "lesion_astrocytes", "at_trial": 80, "cluster": 1}, **tables)
    log = own.advance(300)
    lost = np.flatnonzero(own.territories.cluster == 1)
    assert np.isin(log.active[:80], lost).any()
    assert not np.isin(log.active[80:], lost).any()
    assert (log.decision[80:] == KEPT).any()
    assert np.isnan(own.outcome()["calcium"][lost]).all()
    assert not np.isin(own.pairs, lost).any()


def test_without_astrocytes_what_was_learned_stays() -> None:
    own = learner({"action": "lesion_astrocytes", "at_trial": 80, "fraction": 1.0})
    own.advance(80)
    before = own.outcome()
    log = own.advance(100)
    assert (log.decision == IDLE).all()
    assert differing({name: before[name] for name in ("weight", "readout", "right_bits")}, own.outcome()) == []


def test_silenced_neurons_return() -> None:
    """While frozen: the windows with them are those before, bit for bit; those without hold none of their spikes."""
    silent = {"action": "silence_neurons", "at_trial": 100, "neuron_kind": "regular", "fraction": 0.5}
    own = learner(
        {"action": "freeze_plasticity", "at_trial": 100}, silent, {"action": "release_neurons", "at_trial": 110}
    )
    own.advance(100)
    before = own.outcome()
    own.advance(5)
    lost = np.flatnonzero(~own.sound)
    kind = own.network.kind
    assert len(lost) == 21  # half of 41, rounded up
    assert (kind[lost] == 3).all()
    assert not any(np.isin(own.spikes(pattern)[:, 1], lost).any() for pattern in range(8))
    assert not np.array_equal(own.outcome()["readout"], before["readout"])
    own.advance(20)
    np.testing.assert_array_equal(own.outcome()["readout"], before["readout"])


def test_a_cut_junction_is_a_network_without_it() -> None:
    """From the state at that time another reach of coupling, which leaves the same pairs, goes on alike."""
    junctions = {"gap_junctions": {"rule": "linear", "reach": 100.0}}
    between = learner(**CALCIUM).pairs
    own = scenario(**{**CALCIUM, **junctions})
    every = make_learning(own, SEED)
    every.advance(50)
    every.cut(np.array([pair for pair in every.pairs.tolist() if pair not in between.tolist()]))
    every.advance(100)
    whole = make_learning(own, SEED)
    whole.advance(50)
    near = learner(**CALCIUM)
    near.restore(whole.state())
    near.advance(100)
    assert differing(every.outcome(), near.outcome()) == []


def test_another_task_is_learned_from_the_same_weights() -> None:
    own = learner({"action": "swap_task", "at_trial": 200, "patterns": OTHER})
    own.advance(200)
    right = own.outcome()["right_bits"]
    own.advance(1)
    assert own.outcome()["right_bits"] == pytest.approx(40 - right, abs=8)
    np.testing.assert_array_equal(own.system.targets, 1 - learner().system.targets)


HEAD = """kind = "spiking"
name = "own"
task.patterns = [["00", "1"], ["10", "0"]]
schedule = { trials = 100, stop = false }
"""
ONE_PROBLEM = [
    ("action = 'lesion_neurons'\nwhich = [1]", "6: interventions[0].action: no time (none). Write at_trial."),
    (
        "action = 'lesion_neurons'\nwhich = [61]\nat_trial = 3",
        "7: interventions[0].which: no such number (61). Write numbers from 0 to 60.",
    ),
    (
        "action = 'lesion_astrocytes'\nwhich = [8]\nat_trial = 3",
        "7: interventions[0].which: no such number (8). Write numbers from 0 to 7.",
    ),
    (
        "action = 'lesion_astrocytes'\ncluster = 2\nat_trial = 3",
        "7: interventions[0].cluster: no such cluster (2). Write 0 to 1.",
    ),
    (
        "action = 'freeze_plasticity'\nat_trial = 100",
        "7: interventions[0].at_trial: after the last trial (100). Write 0 to 99.",
    ),
    (
        "action = 'cut_gap_junctions'\nat_trial = 3\nfraction = 1",
        "6: interventions[0].action: there are no gap junctions (cut_gap_junctions). Write gap_junctions.rule, "
        "or remove it.",
    ),
    (
        "action = 'swap_task'\nat_trial = 3\npatterns = [['00', '0']]",
        "8: interventions[0].patterns: not as many as the task's (1). Write 2.",
    ),
    (
        "action = 'swap_task'\nat_trial = 3\npatterns = [['00', '0'], ['01', '00']]",
        "8: interventions[0].patterns: a target is not 1 bits wide as the task's ('00'). Write 1 bits.",
    ),
    (
        "action = 'set'\nat_trial = 3\nparameter = 'perturbation.limit'\nvalue = 3.0",
        "8: interventions[0].parameter: not to be changed in a run: it fixes the grid of the weights "
        "('perturbation.limit'). Write one of",
    ),
]


@pytest.mark.parametrize(("text", "complaint"), ONE_PROBLEM)
def test_each_problem_is_told_with_its_line_and_a_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, f"{HEAD}[[interventions]]\n{text}")
    assert found.startswith(f"s.toml:{complaint}")


def test_a_replicate_may_not_end_before_its_interventions(tmp_path: Path) -> None:
    head = "kind = 'spiking'\ntask.patterns = [['00', '1']]\n"
    text = f"{head}[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 9"
    assert complaints(tmp_path, text) == [
        "s.toml:5: interventions[0].at_trial: a replicate may end before it, once all bits are right (9). "
        "Write schedule.stop = false."
    ]
