"""Options of the test run, the choice of tests of `make test-quick`, and the order of all."""

import gc
import logging
import os
import shutil
from pathlib import Path

import pytest
from expected_seconds import SECONDS
from hypothesis import settings

from astrosim.core.compilation import ANNOUNCEMENT

CHROMIUM = "/usr/bin/chromium"

os.environ.setdefault("ASTROSIM_COMPILE_FIRST", "1")  # tests of the kernel test it, on first use, too
ANNOUNCEMENT.said = True  # whichever test compiles for long asks for no notice

QUICK: dict[str, tuple[str, ...]] = {
    "test_architecture.py": (),
    "test_elementary.py": (),
    "test_engines.py": (
        *(f"many_trials[42-800-{name}]" for name in ("maturity", "epsilon", "random", "metropolis", "cursor")),
        "another_scenario",
    ),
    "test_every_kind.py": ("[astrocytes]", "[wave]", "[task]"),
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

FIRST = ("test_contract.py", "test_scenario_fuzz.py")
"""Files that the first two processes begin with: one compiles the kernels of all systems, the other needs none."""

MEMORY = Path("/dev/shm")
ROOM = 2**31  # bytes; assumed: a run of all tests takes less than a quarter
"""Where the tests' folders lie if there is room: a run waits for the disk at every file, which shows nothing here."""

EXAMPLES = {"ordinary": 25, "full": int(os.environ.get("ASTROSIM_EXAMPLES", "100"))}
"""Examples per property by profile; tests that take more or fewer multiply them."""

gc.set_threshold(100_000, 50, 100)  # a worker holds millions of objects that never end, in which cycles are few


@pytest.fixture(autouse=True)
def messages_as_without_the_command_line() -> None:
    """The command line prints messages itself; a test that comes after one of it gets them all the same."""
    logger = logging.getLogger("astrosim")
    logger.handlers[:], logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def warm_server(request: pytest.FixtureRequest) -> None:
    """In a run of all tests, every process that a test starts is a copy of one that has loaded its kernels."""
    if "PYTEST_XDIST_WORKER" in os.environ and not request.config.getoption("--quick"):
        from run_helpers import serve

        serve()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser-path",
        default=os.environ.get("ASTROSIM_CHROMIUM", CHROMIUM),
        help="Chromium for the tests of the live view; by default ASTROSIM_CHROMIUM, else %(default)s",
    )
    parser.addoption("--quick", action="store_true", help="only the choice of tests in tests/conftest.py")


def pytest_configure(config: pytest.Config) -> None:
    for name, examples in EXAMPLES.items():
        settings.register_profile(name, deadline=None, max_examples=examples)
    settings.load_profile("full" if not config.option.markexpr else "ordinary")
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    there = {file.name for file in Path(__file__).parent.rglob("test_*.py")}
    if missing := sorted({*QUICK, *FIRST, *SECONDS} - there):
        raise pytest.UsageError(f"tests/conftest.py: it names files that are not there: {', '.join(missing)}.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out all other files unread: their imports alone take longer than the chosen tests."""
    if config.getoption("--quick") and collection_path.suffix == ".py" and collection_path.name not in QUICK:
        return True
    return None


def turn(name: str) -> float:
    """Place of a file in the order: first those of `FIRST`, then the longest, so that short ones fill up the end."""
    return FIRST.index(name) - len(FIRST) if name in FIRST else 1 / (1 + SECONDS.get(name, 0))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: turn(item.path.name))
    if not config.getoption("--quick"):
        return
    chosen = {item: QUICK.get(item.path.name, ()) for item in items}
    left_out = [item for item, words in chosen.items() if words and not any(word in item.name for word in words)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of all searches for unused objects."""
    gc.collect()
    gc.freeze()
