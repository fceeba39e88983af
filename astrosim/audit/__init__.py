"""The audit: all published scenarios run as one suite, and every claim beside what was measured."""

from astrosim.audit.page import audit, audit_bands

__all__ = ["audit", "audit_bands"]
