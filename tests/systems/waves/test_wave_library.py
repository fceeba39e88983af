"""Bundled wave scenarios: they resolve, and hold the published figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.bundled import bundled, find
from astrosim.systems.waves.scenario.schema import WaveScenario

WAVES = {name: path for name, path in bundled().items() if name.startswith("waves/")}


@pytest.mark.parametrize("name", list(WAVES))
def test_every_bundled_wave_resolves_and_comes_back_from_its_text(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(WAVES[name])
    assert isinstance(scenario, WaveScenario)
    path = tmp_path / "again.toml"
    path.write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(path)
    assert again == scenario
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert resolve(again, condition) == resolved
        assert resolved.conditions == {}
        path.write_text(to_toml(resolved), encoding="utf-8")
        assert load_scenario(path) == resolved


REFERENCES = {
    "digits_sparse": {"wave_published": (0.67875, 0.0), "mlp": (0.7697, 0.0)},
    "digits_vae": {"wave_published": (0.81975, 0.15), "mlp": (0.94465, 0.0)},
    "digits_covae": {"wave_published": (0.83615, 0.35), "mlp": (0.9116, 0.0)},
}  # spec, section 4: medians, and shares of stuck runs


@pytest.mark.parametrize("name", list(REFERENCES))
def test_published_figures_of_digits(name: str) -> None:
    scenario = load_scenario(find(name))
    found = {c: (f["test_accuracy"], f["collapsed"]) for c, f in scenario.reference.items()}  # type: ignore[index]
    assert found == REFERENCES[name]
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert isinstance(resolved, WaveScenario)
        assert (resolved.task.data, resolved.schedule.epochs, resolved.updates) == ("mnist", 150, 70_350)
        if condition in ("wave", "wave_published", "mlp"):
            assert (resolved.training.learning_rate, resolved.training.decay) == (0.004, "constant")
            assert not resolved.front.standardise


@pytest.mark.parametrize("name", ["fashion_sparse", "fashion_gaussian", "fashion_vae", "grid_fashion", "raw_fashion"])
def test_true_fashion_has_no_published_figures(name: str) -> None:
    """Spec, section 0: the published ones are almost certainly digits."""
    scenario = load_scenario(find(name))
    assert scenario.reference == {}
    assert {resolve(scenario, condition).task.data for condition in condition_names(scenario)} == {"fashion"}  # type: ignore[union-attr]


SWEEPS = {
    "leak": ("leak", "sigma", ("leak", "published", "attenuated"), [0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0]),
    "noise": ("noise", "sigma", ("noise", "published"), [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
    "loss": ("loss", "p", ("loss", "published", "training", "evaluation"), [0, 0.01, 0.05, 0.1, 0.2]),
}  # spec, section 3: recipes of figure 4, with what lies beyond them


@pytest.mark.parametrize("name", list(SWEEPS))
def test_sweeps_have_their_own_baseline_and_all_amounts(name: str) -> None:
    """Spec, section 0: the baseline is exp153, on the VAE of all other columns, not exp155."""
    scenario = load_scenario(find(name))
    section, field, sets, amounts = SWEEPS[name]
    for own in sets:
        found = [
            getattr(getattr(resolve(scenario, condition), section), field)
            for condition in condition_names(scenario)
            if condition.rpartition("_")[0] == own
        ]
        assert found in (amounts, amounts[1:]), own
    assert scenario.reference["published_0"] == {"test_accuracy": 0.81975, "collapsed": 0.15}
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert isinstance(resolved, WaveScenario)
        assert (resolved.front.rule, resolved.network.variant) == (
            "vae",
            "published" if condition.startswith("published") else "described",
        )
