"""What is wrong with own astrocytes, in words: names, modules, classes, and what the kernel relies on."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_astrocytes import IMPORTS, write
from scenario_files import problems
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.scenario import load_scenario

PLAIN = f"{IMPORTS}\nclass Own(Astrocyte):\n"
ADAPT = "    def adapt(self):\n        pass\n"
WHERE = "s.toml:5: agents.astrocyte: "
WRONG_NAMES = [
    ("Own", "no class of a module ('Own'). Write 'my_module:MyAstrocyte'."),
    ("own.py:Own", "the name of a file, not of a module ('own.py:Own'). Write 'own:Own'."),
    ("onw:Own", "no such module ('onw'). Put onw.py beside the scenario, or install it."),
    ("astrosim.onw:Own", "no such module ('astrosim.onw'). Put astrosim.onw.py beside the scenario, or install it."),
    ("own:Onw", "no such class in own.py ('Onw'). Did you mean Own?"),
    ("own:Glia", "no such class in own.py ('Glia'). Write class Glia(Astrocyte) there."),
    ("own:njit", "not a subclass of astrosim.Astrocyte in own.py ('njit'). Write class njit(Astrocyte) there."),
    (
        "astrosim.systems.threshold.agents.agents:Cursor",
        "not a subclass of astrosim.Astrocyte in astrosim.systems.threshold.agents.agents ('Cursor'). "
        "Write class Cursor(Astrocyte) there.",
    ),
]


@pytest.mark.parametrize(("name", "text"), WRONG_NAMES)
def test_text_for_a_class_that_cannot_be_found(tmp_path: Path, name: str, text: str) -> None:
    path = write(tmp_path, f"{PLAIN}    pass\n", f'agents.astrocyte = "{name}"\n')
    assert problems(path) == [f"{WHERE}{text}"]


WRONG_MODULES = [
    ("import numpy\nimport nowhere\n", 2, "cannot be imported (ModuleNotFoundError: No module named 'nowhere')"),
    ("x = 1\ndef f():\n    return 1 / 0\n\n\nf()\n", 3, "cannot be imported (ZeroDivisionError: division by zero)"),
    ("class Own:\n    def\n", 2, "not valid Python (SyntaxError: invalid syntax)"),
    ("raise SystemExit\n", 1, "cannot be imported (SystemExit: )"),
]


@pytest.mark.parametrize(("module", "line", "text"), WRONG_MODULES)
def test_text_for_an_error_inside_the_module(tmp_path: Path, module: str, line: int, text: str) -> None:
    path = write(tmp_path, module, 'agents.astrocyte = "own:Own"\n')
    assert problems(path) == [f"own.py:{line}: agents.astrocyte: {text}. Fix that line."]


def test_text_for_an_error_inside_an_installed_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    (tmp_path / "installed").mkdir()
    for number, (module, line, text) in enumerate(WRONG_MODULES):
        (tmp_path / "installed" / f"broken_{number}.py").write_text(module)
        path = write(tmp_path, "", f'agents.astrocyte = "broken_{number}:Own"\n')
        place = f"installed/broken_{number}.py:{line}"
        assert problems(path) == [f"{place}: agents.astrocyte: {text}. Fix that line."]


def jitted(name: str, body: str, options: str = "") -> str:
    """A formula of the class `Own`."""
    arguments = {
        "score_of": "total, size",
        "exploration_rate_of": "rule, activations, flat_rate, initial_rate, maturity",
        "step_of": "gaussian, scale, spacing",
        "adapted": "threshold, rate, step, upper, lower, floor, ceiling",
    }[name]
    return f"    @staticmethod\n    @njit{options}\n    def {name}({arguments}):\n        return {body}\n"


WRONG_CLASSES = [
    (
        ADAPT,
        "Own.adapt: overridden in Python, which the kernel cannot call. "
        'Write engine = "agents", or supply adapted as a jitted function.',
    ),
    (
        "    def remember(self, *outcome):\n        pass\n",
        'Own.remember: overridden in Python, which the kernel cannot call. Write engine = "agents".',
    ),
    (
        "    @staticmethod\n    def score_of(total, size):\n        return total\n",
        "Own.score_of: a function in Python, which the kernel cannot call. "
        'Write engine = "agents", or jit it with numba.njit.',
    ),
    (
        "    @staticmethod\n    @njit\n    def score_of(total):\n        return total\n",
        "Own.score_of: takes other arguments (total). Write score_of(total, size).",
    ),
    ("    adapted = 0.5\n", "Own.adapted: not a function (0.5). Write a static method."),
    (
        jitted("score_of", "total / size if size else 0.0", "(fastmath=True)"),
        "Own.score_of: compiled with fastmath, whose bits depend on what stands around it. Leave fastmath out.",
    ),
    (jitted("score_of", "total / size"), "Own.score_of: fails (ZeroDivisionError: division by zero). "),
    (jitted("score_of", "0.0 if size == 0 else total + 1.0"), "Own.score_of: not 0 without signal, or for a silenced "),
    (
        jitted("score_of", "max(total - 0.5, 0.0) if size else 0.0"),
        "Own.score_of: not above 0 although there is signal ((2.38419e-07, 1) = 0.0). ",
    ),
    (
        jitted("score_of", "total * np.random.random() if size else 0.0"),
        "Own.score_of: not above 0 although there is signal (",
    ),
    (
        jitted("exploration_rate_of", "flat_rate"),
        "Own.exploration_rate_of: not 0 under exploration.rule = none ((0, 0, 0.01, 0.3, 2000) = 0.01). ",
    ),
    (
        jitted("exploration_rate_of", "0.0 if rule == 0 else 1.5"),
        "Own.exploration_rate_of: not a probability ((1, 0, 0.01, 0.3, 2000) = 1.5). ",
    ),
    (jitted("step_of", "gaussian * 0.1"), "Own.step_of: not a float32 number, as weights are (float64). "),
    (jitted("step_of", "gaussian * scale * spacing"), "Own.step_of: off the grid of the weights ((-6.5, "),
    (
        jitted("adapted", "threshold - rate"),
        "Own.adapted: no threshold from 0 on ((0.1, 0.25, 0.01, 0.15, 0.05, 0.1, 0.9) = -0.15). "
        "Keep within floor and ceiling, always the same.",
    ),
    (jitted("adapted", "open(threshold)"), "Own.adapted: cannot be compiled (Failed in nopython mode pipeline "),
]


@pytest.mark.parametrize(("body", "text"), WRONG_CLASSES)
def test_text_for_a_class_that_the_kernel_cannot_run(tmp_path: Path, body: str, text: str) -> None:
    path = write(tmp_path, PLAIN + body, 'agents.astrocyte = "own:Own"\n')
    (problem,) = problems(path)
    assert problem.startswith(f"{WHERE}{text}")


def test_all_overrides_are_told_of_and_in_which_condition(tmp_path: Path) -> None:
    text = '[conditions.a]\n[conditions.b]\nagents.astrocyte = "own:Own"\n'
    path = write(tmp_path, f"{PLAIN}{ADAPT}    def sense(self):\n        pass\n", text)
    found = problems(path)
    assert [problem.split(":")[:4] for problem in found] == [
        ["s.toml", "7", " conditions.b.agents.astrocyte", f" Own.{name}"] for name in ("adapt", "sense")
    ]
    load_scenario(path, ["engine=agents"])
    result = CliRunner().invoke(app, ["run", str(path), "--engine", "agents", "--dry-run"])
    assert result.exit_code == 0
    result = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path / "run")])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 2)
    assert not (tmp_path / "run").exists()


def test_the_published_system_takes_no_own_astrocytes(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN + ADAPT, 'system = "published"\nagents.astrocyte = "own:Own"\n')
    assert [line.split(": ", 1)[1] for line in problems(path)] == [
        "agents.astrocyte: only the described system takes own astrocytes ('own:Own'). Remove it."
    ]


def test_a_file_without_a_class_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN + ADAPT, 'agents.file = "own.py"\n')
    assert problems(path) == [
        "s.toml:5: agents.file: no class of it is named ('own.py'). Write agents.astrocyte = 'module:Class'."
    ]
