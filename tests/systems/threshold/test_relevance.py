"""Which fields a scenario reads: one walk over the schema, for every system."""

from __future__ import annotations

from typing import Any

import pytest

from astrosim.scenario.field_info import fields_of, sections_of
from astrosim.scenario.relevance import named_in_full, owned_by, reads_section, unread
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.threshold.learners.table import BASELINES, LEARNERS, learner_of
from astrosim.systems.threshold.scenario.relevance import idle_sections
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

NEURONS = (
    "dynamics",
    "homeostasis",
    "eligibility",
    "dampening",
    "flags",
    "modulation",
    "chemical",
    "plasticity",
    "frustration",
)
KEEP_REVERT = {"training": {"rule": "keep_revert"}}
CASES: list[tuple[type, dict[str, Any], set[str], set[str]]] = [
    (
        Scenario,
        {},
        {"sensing.rule", "perturbation.sigma", "decision.accept", "coupling.graph"},
        {"cursor.radius", "rival.sigma", "flags.rule", "perturbation.sigma_rise", "coupling.gain"},
    ),
    (
        Scenario,
        {"astrocytes": {"selection": "uniform"}},
        {"astrocytes.max_active", "astrocytes.radius"},
        {"sensing.rule", "exploration.rule", "adaptation.step", "astrocytes.threshold", "astrocytes.window"},
    ),
    (Scenario, {"perturbation": {"adapt_sigma": True}}, {"perturbation.sigma_cap"}, {"cursor.step"}),
    (
        Scenario,
        {"coupling": {"graph": "nearest"}},
        {"coupling.neighbours", "coupling.gain", "coupling.relay"},
        {"coupling.reach", "coupling.edges", "coupling.relay_threshold", "coupling.refractory"},
    ),
    (Scenario, {"coupling": {"graph": "distance", "relay": True}}, {"coupling.reach", "coupling.refractory"}, set()),
    (
        Scenario,
        {"learner": "cursor"},
        {"cursor.radius", "perturbation.scope", "decision.accept"},
        {"astrocytes.radius", "agents.file", "perturbation.sigma_cap", "homeostasis.rule"},
    ),
    (Scenario, {"learner": "none"}, {"network.p_within"}, {"perturbation.limit", "decision.reward", "cursor.jump"}),
    (
        Scenario,
        {"learner": "neurons"},
        {"plasticity.rate", "homeostasis.rule", "perturbation.limit"},
        {"perturbation.sigma", "decision.reward", "homeostasis.step", "flags.gain", "modulation.shape_to"},
    ),
    (
        Scenario,
        {"learner": "both", "dampening": {"on": True}},
        {"sensing.rule", "plasticity.rate", "dampening.enough", "decision.accept"},
        {"frustration.need", "rival.sigma", "cursor.radius"},
    ),
    (
        Scenario,
        {"learner": "spsa", "decision": {"window": 0}},
        {"rival.stability", "decision.reward", "perturbation.limit"},
        {"rival.population", "perturbation.sigma", "decision.accept", "astrocytes.radius"},
    ),
    (Scenario, {"learner": "reinforce", "decision": {"window": 0}}, {"rival.slope"}, {"decision.reward"}),
    (
        WaveScenario,
        {},
        {"network.steps", "training.decay", "leak.sigma", "front.width"},
        {"network.hidden", "astrocytes.sigma", "leak.kernel", "noise.place", "loss.when", "front.hidden"},
    ),
    (
        WaveScenario,
        KEEP_REVERT | {"leak": {"sigma": 0.1}},
        {"astrocytes.sigma", "adaptation.step", "leak.kernel"},
        {"training.learning_rate", "schedule.batch"},
    ),
    (ArrayScenario, {}, {"network.field", "territory.units"}, {"learner.rate", "decision.accept", "device"}),
    (
        ArrayScenario,
        {"learner": {"rule": "backpropagation"}},
        {"learner.rate"},
        {"decision.reward", "perturbation.sigma", "territory.units"},
    ),
]


@pytest.mark.parametrize(("kind", "fields", "some", "others"), CASES)
def test_fields_that_are_read_and_not(kind, fields, some, others):
    scenario = kind.model_validate(fields)
    gone = unread(scenario)
    assert some.isdisjoint(gone)
    assert others <= gone
    assert some | gone <= set(fields_of(kind))


@pytest.mark.parametrize("kind", [Scenario, WaveScenario, ArrayScenario])
def test_a_section_that_is_not_read_has_no_field_that_is(kind):
    scenario = kind()
    for section, model in sections_of(kind).items():
        paths = {f"{section}.{name}" for name in model.model_fields}
        assert reads_section(scenario, section) or paths <= unread(scenario)


def test_sections_of_one_owner():
    assert owned_by(Scenario, "neurons") == NEURONS
    assert set(owned_by(Scenario, "astrocytes")) == {"astrocytes", "agents", "sensing", "exploration", "adaptation"}
    assert set(named_in_full(Scenario)) == {"rival", "sweep", *NEURONS}


@pytest.mark.parametrize(
    ("learner", "sections", "who"),
    [
        ("neurons", owned_by(Scenario, "astrocytes"), ("astrocytes", "both")),
        ("astrocytes", NEURONS, ("neurons", "both")),
        ("spsa", NEURONS, ("neurons", "neurons")),
        ("cursor", NEURONS, ("neurons", "neurons")),
        ("both", (), ()),
        ("none", (), ()),
    ],
)
def test_sections_that_only_another_learner_reads(learner, sections, who):
    scenario = Scenario().model_copy(update={"learner": learner})
    assert idle_sections(scenario) == dict.fromkeys(sections, who)


def test_the_published_cursor_alone_has_homeostasis_of_an_episode():
    scenario = Scenario().model_copy(update={"learner": "cursor", "system": "published"})
    assert "homeostasis" in idle_sections(scenario)
    rule = scenario.homeostasis.model_copy(update={"rule": "episode"})
    assert "homeostasis" not in idle_sections(scenario.model_copy(update={"homeostasis": rule}))


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_says_what_it_is(name):
    """Its file is found by its name; its engines, passes and words are there for every phase."""
    learner = learner_of(name)
    window = {"decision": {"window": 0, "reward": "log_sigmoid"}} if name in BASELINES else {}
    scenario = Scenario.model_validate({"learner": name, **window})
    assert learner.source.rstrip("0123456789") != learner.source
    assert "kernel" in learner.engines
    assert (learner.passes(scenario) == 0) == (name == "none")
    common = {"record"} if name in ("neurons", "both") else {"present", "record"}
    assert all(learner.words(p.name, scenario, "judged") for p in learner.phases if p.name not in common)


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_reads_fields_that_there_are(name):
    baseline = learner_of(name)
    assert set(baseline.reads) <= set(sections_of(Scenario)["rival"].model_fields)
    assert baseline.update is not None or name == "cma_es"
