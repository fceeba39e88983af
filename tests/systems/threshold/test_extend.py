"""Own astrocytes: a subclass from a scenario, in Python on the agents engine, with jitted formulas on both."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from own_astrocytes import IMPORTS, LEARNING, OWN_FORMULAS, PYTHON, SAME_FORMULAS, own, write
from replicates import CONDITIONS, differences, scenario
from run_helpers import carry_out, contents, differing
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import AstrosimError, ScenarioError, StoreError
from astrosim.core.jit_substitution import specialised
from astrosim.rules import adaptation, perturbation
from astrosim.runs import rerun, run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.replicate import make_replicates
from astrosim.scenario import load_scenario, resolve, to_toml
from astrosim.scenario.bundled import find
from astrosim.scenario.inputs import InputFile
from astrosim.systems.population.adapt import adapt_thresholds
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.custom import astrocyte_class, overrides_of
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.kernel.single_pattern import advance
from astrosim.systems.threshold.scenario.sections import Agents


@pytest.mark.parametrize(
    "condition",
    [pytest.param(c, marks=pytest.mark.full if c in ("coupled", "part") else ()) for c in LEARNING],
)
def test_jitted_formulas_give_the_same_bits_on_both_engines(tmp_path: Path, condition: str) -> None:
    s = own(tmp_path, OWN_FORMULAS, "Own", **LEARNING[condition])
    agents, kernel = AstroModel(s, 5), KernelEngine(s, 5)
    plain = KernelEngine(scenario(**LEARNING[condition]), 5)
    for measure in (False, True):
        trials = 10 if measure else 390
        assert differences(vars(agents.advance(trials, measure)), vars(kernel.advance(trials, measure))) == []
        plain.advance(trials)
    assert differences(agents.state(), kernel.state()) == []
    assert differences(agents.measure(), kernel.measure()) == []
    assert differences(plain.state(), kernel.state()) != []


@pytest.mark.parametrize("name", ["score_of", "exploration_rate_of", "step_of", "adapted"])
def test_every_formula_is_called_by_the_agents(tmp_path: Path, name: str) -> None:
    """Alone it makes a difference, and jitted or in Python it makes the same one."""
    text = f"{OWN_FORMULAS}\nclass One(Astrocyte):\n    {name} = staticmethod(Own.{name})\n"
    text += f"class Plain(Astrocyte):\n    {name} = staticmethod(Own.{name}.py_func)\n"
    models = [AstroModel(own(tmp_path, text, kind, engine="agents"), 5) for kind in ("One", "Plain")]
    models.append(AstroModel(scenario(), 5))
    one, plain, default = ([m.advance(250), m.state()][1] | {"rates": m.exploration_rates()} for m in models)
    assert differences(one, plain) == []
    assert differences(one, default) != []


def test_a_rate_of_ones_own_is_the_one_that_is_recorded(tmp_path: Path) -> None:
    text = f"{IMPORTS}\nclass Steady(Astrocyte):\n    exploration_rate = property(lambda self: self.index / 8)\n"
    model = AstroModel(own(tmp_path, text, "Steady", engine="agents"), 1)
    model.advance(10, measure=True)
    assert model.measure()["exploration_rate"].tolist() == [n / 8 for n in range(8)]
    kernel = KernelEngine(own(tmp_path, OWN_FORMULAS, "Own"), 1)
    kernel.learning.activations[:] = np.arange(8) * 100
    assert kernel.exploration_rates() == pytest.approx(0.3 / (1 + np.arange(8)) ** 2)


@pytest.mark.full
def test_the_reports_formulas_compiled_anew_change_no_bit(tmp_path: Path) -> None:
    for condition in ("maturity", "epsilon", "random"):
        same, plain = (
            KernelEngine(s, 11)
            for s in (own(tmp_path, SAME_FORMULAS, "Same", **CONDITIONS[condition]), scenario(**CONDITIONS[condition]))
        )
        assert same._advance is not plain._advance is advance
        assert differences(vars(same.advance(20_000)), vars(plain.advance(20_000))) == []
        assert differences(same.state(), plain.state()) == []


def test_silenced_and_lesioned_astrocytes_keep_own_formulas_alike(tmp_path: Path) -> None:
    events = [
        {"action": "silence_astrocytes", "which": [0, 5], "at_trial": 20},
        {"action": "set", "parameter": "adaptation.ceiling", "value": 0.3, "at_trial": 150},
    ]
    s = own(tmp_path, OWN_FORMULAS, "Own", interventions=events)
    agents, kernel = AstroModel(s, 2), KernelEngine(s, 2)
    assert differences(vars(agents.advance(300)), vars(kernel.advance(300))) == []
    assert differences(agents.state(), kernel.state()) == []


@pytest.mark.parametrize("learner", ["cursor", "none"])
def test_own_astrocytes_mean_nothing_where_others_learn(tmp_path: Path, learner: str) -> None:
    s, plain = own(tmp_path, OWN_FORMULAS, "Own", learner=learner), scenario(learner=learner)
    for engine in (AstroModel, KernelEngine):
        one, other = engine(s, 2), engine(plain, 2)
        assert differences(vars(one.advance(100)), vars(other.advance(100))) == []
        assert differences(one.state(), other.state()) == []
    python = own(tmp_path, PYTHON, "Patient", learner=learner)
    assert differences(vars(KernelEngine(python, 2).advance(9)), vars(KernelEngine(plain, 2).advance(9))) == []


def test_only_what_calls_an_exchanged_function_is_built_anew() -> None:
    assert specialised(advance, {}) is advance
    other = adaptation.remember
    assert specialised(perturbation.perturb, {adaptation.adapted: other}) is perturbation.perturb
    assert specialised(advance, {adaptation.adapted: other}) is specialised(advance, {adaptation.adapted: other})
    assert adapt_thresholds.py_func.__globals__["adaptation"] is adaptation
    assert "adapted" in vars(adaptation)
    assert (
        specialised(advance, {adaptation.adapted: other}).py_func.__globals__["adapt"]
        is not (advance.py_func.__globals__["adapt"])
    )


# State -------------------------------------------------------------------------------------------


def test_an_agent_with_state_of_its_own_goes_on_from_it(tmp_path: Path) -> None:
    s = own(tmp_path, PYTHON, "Patient", engine="agents")
    whole, first, second = (AstroModel(s, 4) for _ in range(3))
    whole.advance(300)
    first.advance(137)
    saved = first.state()
    assert {key for key in saved if "/" in key} == {
        f"{a}/{n}" for a in range(8) for n in ("failures", "scores", "warm")
    }
    second.restore(saved)
    assert type(second.astrocytes[0].failures) is int
    assert type(second.astrocytes[0].warm) is bool
    first.advance(1)  # what was saved is a copy
    second.advance(163)
    assert differences(whole.state(), second.state()) == []
    forgetful = AstroModel(s, 4)
    with pytest.raises(KeyError):
        forgetful.restore({key: value for key, value in saved.items() if not key.endswith("/scores")})


def test_text_for_state_that_cannot_be_kept(tmp_path: Path) -> None:
    text = f"{IMPORTS}\nclass Odd(Astrocyte):\n    state_names = ('friends',)\n    friends = {{'a': 1}}\n"
    with pytest.raises(AstrosimError) as caught:
        AstroModel(own(tmp_path, text, "Odd", engine="agents"), 1).state()
    what = "Odd.friends: neither a number nor an array ({'a': 1})"
    assert str(caught.value) == f"{what}. Keep numbers, or leave it out of state_names."


def test_a_replicate_stopped_anywhere_any_number_of_times_writes_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, PYTHON, 'engine = "agents"\nagents.astrocyte = "own:Patient"\n')
    s = load_scenario(path, ["seeds=[3]"])
    run_scenario(s, tmp_path / "whole", workers=1)
    with pytest.raises(KeyboardInterrupt):
        run_scenario(s, tmp_path / "cut", workers=1, progress=_interrupt)
    (replicate,) = make_replicates(["default"], [3])
    coin, stops = random.Random(1), 0
    while True:
        control = Control(stopped=lambda: coin.random() < 0.4, stretch_seconds=0)
        try:
            own = resolve(load_scenario(tmp_path / "cut" / "scenario.toml"), "default")
            carry_out(tmp_path / "cut", [replicate], {"default": own}, control)
            break
        except Stopped:
            stops += 1
    assert stops > 20
    run_scenario(None, tmp_path / "cut", workers=1, resume=True)
    assert differing(contents(tmp_path / "whole"), contents(tmp_path / "cut")) == []


def _interrupt(*counts: int) -> None:
    raise KeyboardInterrupt


# Files, runs and the command line ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["sensing_memory", pytest.param("proportional_adaptation", marks=pytest.mark.full)],  # compiled by each process
)
def test_the_examples_run_resume_and_rerun_from_the_command_line(tmp_path: Path, name: str) -> None:
    def astrosim(*words: str) -> str:
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == 0, result.output
        return result.output

    source = tmp_path / "source"
    shutil.copytree(find(f"extend/{name}").parent, source)
    sizes = ["--seeds", "3:2", "--set", "schedule.episodes=6", "--set", "record.every=3"]
    out = str(tmp_path / "run")
    assert "valid" in astrosim("validate", f"extend/{name}")
    astrosim("run", str(source / f"{name}.toml"), *sizes, "--workers", "2", "--out", out)
    shutil.rmtree(source)
    (file,) = (tmp_path / "run" / "inputs").iterdir()
    assert file.name.startswith(f"{name}-")
    again = load_scenario(tmp_path / "run" / "scenario.toml")
    with pytest.raises(KeyboardInterrupt):
        run_scenario(again, tmp_path / "cut", workers=1, progress=_interrupt)
    astrosim("run", str(tmp_path / "cut"), "--resume", "--workers", "1")
    assert differing(contents(tmp_path / "run"), contents(tmp_path / "cut")) == []
    assert "identical" in astrosim("rerun", out, "--workers", "1")


def test_the_examples_differ_from_the_report_and_the_jitted_one_is_one_on_both_engines() -> None:
    for name, changed in (("sensing_memory", "memory"), ("proportional_adaptation", "proportional")):
        s = load_scenario(find(f"extend/{name}"))
        report, other = (AstroModel(resolve(s, c), 1000) for c in ("report", changed))
        assert differences(vars(report.advance(300)), vars(other.advance(300))) != []
        if s.engine == "kernel":
            kernel = KernelEngine(resolve(s, changed), 1000)
            kernel.advance(300)
            assert differences(kernel.state(), other.state()) == []
            assert np.unique(kernel.learning.threshold).size > 2


def test_a_proportional_move_is_the_reports_at_its_two_rates() -> None:
    kind = astrocyte_class(resolve(load_scenario(find("extend/proportional_adaptation")), "proportional"))
    numbers = (0.01, 0.15, 0.05, 0.1, 0.9)
    for rate, moved in ((0.15, 0.49), (0.05, 0.51), (0.1, 0.5), (0.2, 0.48), (0.0, 0.52)):
        assert kind.adapted(0.5, rate, *numbers) == pytest.approx(moved, abs=1e-15)
    assert kind.adapted(0.5, 0.4, 0.01, 0.1, 0.1, 0.1, 0.9) == 0.5
    assert kind.adapted(0.1, 1.0, *numbers) == 0.1


def test_a_remembered_score_is_a_leaky_average_of_what_others_sense() -> None:
    s = load_scenario(find("extend/sensing_memory"))
    model = AstroModel(resolve(s, "memory"), 1000)
    trace = np.zeros(8)
    for _ in range(40):
        expected = []
        for a in model.astrocytes:
            total = sum(abs(model.learning.weight[i]) for i in a.synapses if model.fired[model.kernel_network.pre[i]])
            expected.append(float(total) / a.territory_synapses)
        forgotten = model.trial % 10 == 0  # an episode begins, and only the inputs have fired
        model.step()
        if not forgotten:
            trace = 0.8 * trace + 0.2 * np.array(expected)
            assert model.learning.score == pytest.approx(trace, rel=1e-6)
        trace = model.learning.score.copy()


def test_explain_names_the_class_and_what_it_overrides(tmp_path: Path) -> None:
    path = write(tmp_path, PYTHON + OWN_FORMULAS, 'engine = "agents"\n[conditions.a]\n[conditions.b.agents]\n')
    path.write_text(path.read_text() + 'astrocyte = "own:Patient"\n[conditions.c.agents]\nastrocyte = "own:Own"\n')
    path.write_text(path.read_text() + "[conditions.d]\nlearner = 'none'\nagents.astrocyte = 'own:Own'\n")
    result = CliRunner().invoke(app, ["explain", str(path)], env={"COLUMNS": "160"})
    assert " ".join(result.stdout.split()).count("Patient: sense; else: traffic = mean |weight|") == 1
    table = result.stdout.partition("Own astrocytes")[2].splitlines()[1:6]
    assert [" ".join(line.split()) for line in table] == [
        "condition class from what it changes",
        "a - - nothing",
        "b Patient own.py overrides __init__, sense, remember, explores (Python)",
        "c Own own.py overrides score_of, exploration_rate_of, step_of, adapted (jitted)",
        "d - - nothing",
    ]


def test_a_condition_may_name_another_class_or_none(tmp_path: Path) -> None:
    path = write(tmp_path, OWN_FORMULAS, 'agents.astrocyte = "own:Own"\n[conditions.own]\n[conditions.report.agents]\n')
    path.write_text(path.read_text() + "astrocyte = 'astrosim:Astrocyte'\n[conditions.control]\nlearner = 'none'\n")
    s = load_scenario(path)
    assert astrocyte_class(resolve(s, "own")).__name__ == "Own"
    report = resolve(s, "report")
    assert report.agents.file is None
    assert overrides_of(astrocyte_class(report)).jitted == ()
    assert KernelEngine(report, 3)._advance is advance
    (tmp_path / "again.toml").write_text(to_toml(s))
    assert load_scenario(tmp_path / "again.toml") == s


def test_the_file_beside_the_scenario_comes_before_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    for folder, value in ((installed, 1), (tmp_path, 2)):
        (folder / "own_beside.py").write_text(f"{IMPORTS}\nclass Own(Astrocyte):\n    number = {value}\n")
    monkeypatch.syspath_prepend(str(installed))
    path = write(tmp_path, "", 'engine = "agents"\nagents.astrocyte = "own_beside:Own"\n')
    assert astrocyte_class(load_scenario(path)).number == 2
    monkeypatch.chdir(installed)
    assert astrocyte_class(load_scenario(path, ["agents.astrocyte=own_beside:Own"])).number == 1
    (tmp_path / "own_beside.py").unlink()
    s = load_scenario(path)
    assert s.agents.file is None
    assert astrocyte_class(s).number == 1


def test_a_changed_module_is_an_error_on_resume_and_rerun(tmp_path: Path) -> None:
    path = write(tmp_path, OWN_FORMULAS, 'engine = "agents"\nagents.astrocyte = "own:Own"\n')
    loaded = load_scenario(path, ["seeds=[3]"])
    run_scenario(loaded, tmp_path / "run", workers=1)
    (tmp_path / "own.py").write_text(OWN_FORMULAS.replace("0.3 - rate", "0.4 - rate"))
    with pytest.raises(StoreError, match="not the scenario that was given"):
        run_scenario(load_scenario(path, ["seeds=[3]"]), tmp_path / "run", resume=True)
    (file,) = (tmp_path / "run" / "inputs").iterdir()
    file.write_text(OWN_FORMULAS.replace("0.3 - rate", "0.4 - rate"))
    for attempt in (lambda: run_scenario(None, tmp_path / "run", resume=True), lambda: rerun(tmp_path / "run")):
        with pytest.raises(ScenarioError, match=r"scenario\.toml:[0-9]+: agents\.file: not the file that it was "):
            attempt()


def test_listing_the_scenarios_runs_no_own_code() -> None:
    code = "import sys; from astrosim.scenario.library import catalogue; print(len(catalogue())); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, modules = done.stdout.splitlines()
    assert int(count) > 30
    assert not {"mesa", "numba", "astrosim.systems.threshold.agents.agents"} & set(modules.split())
    with pytest.raises(ScenarioError):
        load_scenario(find("extend/sensing_memory"), ["engine=kernel"])


def test_only_the_bytes_of_the_checksum_are_run(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("raise AssertionError")
    file = InputFile(str(tmp_path / "own.py"), "0" * 64)
    s = scenario(learner="none").model_copy(update={"agents": Agents.model_construct(astrocyte="own:Own", file=file)})
    with pytest.raises(ScenarioError, match=r"own\.py: not the file that it was "):
        astrocyte_class(s)
