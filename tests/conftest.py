"""Options of the test run, and the choice of tests of `make test-quick`."""

import logging
import os
from pathlib import Path

import pytest

from astrosim.core.compilation import ANNOUNCEMENT

CHROMIUM = "/usr/bin/chromium"

os.environ.setdefault("ASTROSIM_COMPILE_FIRST", "1")  # tests of the kernel test it, on first use, too
ANNOUNCEMENT.said = True  # whichever test compiles for long asks for no notice

QUICK: dict[str, tuple[str, ...]] = {
    "test_architecture.py": (),
    "test_elementary.py": (),
    "test_engines.py": (
        *(f"2000_trials[42-{name}]" for name in ("maturity", "epsilon", "random", "metropolis", "cursor")),
        "another_scenario",
    ),
    "test_every_kind.py": (),
    "test_published_mulberry.py": (),
    "test_perturbation.py": (),
    "test_public.py": (),
    "test_rng.py": (),
    "test_rules.py": (),
    "test_scenario_load.py": (),
    "test_scenario_locate.py": (),
    "test_scenario_overrides.py": (),
    "test_store.py": (),
}
"""Files, by name alone so that they may move; and the parts of names that choose among their tests, or none for all."""

LAST = ("test_stored_runs.py", "test_faults.py", "test_run.py", "test_extend.py")
"""Files whose tests come last, when the kernels of threshold networks are compiled: else two workers compile them."""


@pytest.fixture(autouse=True)
def messages_as_without_the_command_line() -> None:
    """The command line prints messages itself; a test that comes after one of it gets them all the same."""
    logger = logging.getLogger("astrosim")
    logger.handlers[:], logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser-path",
        default=os.environ.get("ASTROSIM_CHROMIUM", CHROMIUM),
        help="Chromium for the tests of the live view; by default ASTROSIM_CHROMIUM, else %(default)s",
    )
    parser.addoption("--quick", action="store_true", help="only the choice of tests in tests/conftest.py")


def pytest_configure(config: pytest.Config) -> None:
    there = {file.name for file in Path(__file__).parent.rglob("test_*.py")}
    if missing := sorted(QUICK.keys() - there):
        raise pytest.UsageError(f"tests/conftest.py: QUICK names files that are not there: {', '.join(missing)}.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out all other files unread: their imports alone take longer than the chosen tests."""
    if config.getoption("--quick") and collection_path.suffix == ".py" and collection_path.name not in QUICK:
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name in LAST)
    if not config.getoption("--quick"):
        return
    chosen = {item: QUICK.get(item.path.name, ()) for item in items}
    left_out = [item for item, words in chosen.items() if words and not any(word in item.name for word in words)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
