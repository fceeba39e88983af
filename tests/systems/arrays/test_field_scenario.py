"""Scenarios of receptive fields: what is refused and in which words, schedules, and what `explain` says."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from astrosim.core.errors import Notice, ScenarioError
from astrosim.explain import explain
from astrosim.explain.workload import workload
from astrosim.scenario import load_scenario
from astrosim.scenario.bundled import bundled

BASE = 'kind = "task"\nname = "x"\n'
WRONG = {
    "[network]\nfield = 9": "network.field: larger than the images, 8 x 8 pixels (9). Write 8 or less.",
    "[territory]\nunits = 7": "territory.units: does not divide network.units = 256 (7). Write a divisor of it: every "
    "unit has one owner.",
    '[task]\nsplit = "drawn"': 'task.test: task.split = "drawn" draws this number of test images (0). '
    "Write their number.",
    "[task]\nvalidation = 1297": "task.validation: leaves nothing to train on (1297). Write less than 1297.",
    "[task]\ntrain = 1300": "task.train: more than there are (1300). At most 1297 remain of digits without those for "
    "validation and test.",
    "[record]\nevery = 1500": "record.every: no multiple of batches.stay = 1000 (1500). Records come with whole "
    "batches: write 1000.",
    "[schedule]\ntrials = 7000": "schedule.trials: no multiple of record.every = 5000 (7000). Write 5000.",
    "[batches]\nfirst = 600\nlast = 500": "batches.last: smaller than batches.first = 600 (500). Batches grow, or stay "
    "the same.",
    "[perturbation]\nlast_cap = 0.4": "perturbation.last_cap: above perturbation.cap = 0.3 (0.4). The cap falls, or "
    "stays: write 0.",
    '[network]\nactivation = "threshold"\n[learner]\nrule = "backpropagation"': "learner.rule: threshold units have no "
    'gradient ("backpropagation"). Write network.activation = "relu".',
    'engine = "agents"\n[learner]\nrule = "spsa"': 'learner.rule: no agents carry it out ("spsa"). Write engine = '
    '"kernel", or another rule.',
    '[learner]\nrule = "astrocite"': 'learner.rule: not a valid choice ("astrocite"). Did you mean "astrocytes"? Write '
    'one of "astrocytes", "random_mask", "one_plus_one", "spsa", "backpropagation".',
    "[batches]\nstays = 10": "batches.stays: unknown key (10). Did you mean batches.stay?",
}


@pytest.mark.parametrize("text", WRONG)
def test_errors_say_what_is_wrong_and_what_would_be_right(text, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(BASE + text)
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert [problem.partition(": ")[2] for problem in error.value.problems] == [WRONG[text]]


def test_batches_grow_in_equal_ratios_and_stay_at_the_last(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(BASE + "[batches]\nfirst = 100\nlast = 1000\ngrowth = 0.5\n[schedule]\ntrials = 20_000")
    sizes = load_scenario(path).batch_sizes
    assert sizes.tolist()[:3] == [100, 126, 158]
    assert sizes[9] < sizes[10] == sizes[-1] == 1000
    assert np.allclose(np.diff(np.log(sizes[:10])), np.log(10) / 10, atol=0.01)


def test_the_cap_falls_in_equal_ratios(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(BASE + "[perturbation]\ncap = 0.4\nlast_cap = 0.1\n[schedule]\ntrials = 20_000")
    caps = load_scenario(path).caps
    assert caps[0] == 0.4
    assert caps[10] == pytest.approx(0.2)
    assert (np.diff(caps) < 0).all()


@pytest.mark.parametrize("name", ["digits", "mnist", "fashion"])
def test_bundled_scenarios_are_explained(name):
    scenario = load_scenario(bundled()[name])
    console = Console(file=io.StringIO(), width=400)
    explain(scenario, console)
    said = console.file.getvalue()
    assert "kept if after > before, on the whole batch" in said
    assert "receptive fields on" in said
    assert workload(scenario).seconds > 0


@pytest.mark.parametrize("earlier", ["fields", "images"])
def test_an_earlier_name_of_the_kind_loads_with_a_notice(earlier, tmp_path):
    path = tmp_path / "old.toml"
    path.write_text(f'\nkind = "{earlier}"\nname = "x"\n')
    with pytest.warns(Notice, match=rf'old\.toml:2: kind: "{earlier}" is an earlier name\. Write kind = "task"\.$'):
        scenario = load_scenario(path)
    assert scenario.kind == "task"
