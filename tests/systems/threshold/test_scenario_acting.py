"""What a scenario writes and nobody looks at is told, and what some condition looks at is not."""

from __future__ import annotations

import pytest

from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.choose import changed, select
from astrosim.scenario.load import to_toml
from astrosim.systems.threshold.scenario.neuron_sections import Flags
from astrosim.systems.threshold.scenario.schema import Scenario

SHARED = """\
[flags]
rule = "simple"

[conditions.whole]
learner = "both"

[conditions.alone]
"""


def loaded(tmp_path, text, overrides=()):
    path = tmp_path / "s.toml"
    path.write_text(text)
    return load_scenario(path, overrides)


def problems(tmp_path, text, overrides=()):
    with pytest.raises(ScenarioError) as error:
        loaded(tmp_path, text, overrides)
    return [line.replace(f"{tmp_path}/", "") for line in error.value.problems]


def test_a_section_that_one_condition_looks_at_may_be_shared(tmp_path):
    scenario = loaded(tmp_path, SHARED)
    assert resolve(scenario, "alone").flags.rule == resolve(scenario, "whole").flags.rule == "simple"
    assert changed(resolve(scenario, "alone"), {"sigma": 0.2}).perturbation.sigma == 0.2


def test_a_section_that_no_condition_looks_at_is_refused(tmp_path):
    text = SHARED.replace('"both"', '"cursor"')
    assert problems(tmp_path, text) == [
        's.toml:2: flags.rule: only neurons have it (learner = "cursor"). Write learner = "neurons", or remove the '
        "section."
    ]
    assert problems(tmp_path, "[dynamics]\npersists = false\n") == [
        's.toml:2: dynamics.persists: only neurons have it (learner = "astrocytes"). Write learner = "both", or remove '
        "the section."
    ]


def test_a_condition_answers_for_what_it_writes(tmp_path):
    text = SHARED + "plasticity.rate = 0.1\n"
    assert problems(tmp_path, text) == [
        's.toml:8: conditions.alone.plasticity.rate: only neurons have it (learner = "astrocytes"). Write learner = '
        '"both", or remove the section.'
    ]
    assert loaded(tmp_path, SHARED + "plasticity.rate = 0.01\n")  # the default: nothing is lost


def test_the_command_line_is_looked_at_too(tmp_path):
    assert problems(tmp_path, "", ["homeostasis.rule=step"]) == [
        'overrides: homeostasis.rule: only neurons have it (learner = "astrocytes"). Write learner = "both", or remove '
        "the section."
    ]
    assert loaded(tmp_path, SHARED, ["conditions.whole.learner=none"]).conditions["whole"]["learner"] == "none"


def test_chosen_conditions_leave_no_idle_section_behind(tmp_path):
    chosen = select(loaded(tmp_path, SHARED), ["alone"])
    assert chosen.flags == Flags()
    assert loaded(tmp_path, to_toml(chosen)) == chosen
    assert select(loaded(tmp_path, SHARED), ["whole"]).flags.rule == "simple"


def test_the_published_cursor_has_a_homeostasis():
    fields = {"system": "published", "learner": "cursor", "homeostasis.rule": "episode"}
    assert changed(Scenario(), fields).homeostasis.rule == "episode"
    with pytest.raises(ScenarioError, match=r"homeostasis\.rule: only neurons have it"):
        changed(Scenario(), fields | {"learner": "astrocytes"})
