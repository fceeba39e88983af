"""Options of the test run."""

import os

import pytest

CHROMIUM = "/usr/bin/chromium"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser-path",
        default=os.environ.get("ASTROSIM_CHROMIUM", CHROMIUM),
        help="Chromium for the tests of the live view; by default ASTROSIM_CHROMIUM, else %(default)s",
    )
