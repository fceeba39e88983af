"""The contract of all systems as checks that run: for the package's own systems, and for other people's."""

from __future__ import annotations

from astrosim.audit.conformance.bench import Bench
from astrosim.audit.conformance.checks import CHECKS, Finding, check_system
from astrosim.audit.conformance.extensions import check_extension

__all__ = ["CHECKS", "Bench", "Finding", "check_extension", "check_system"]
