"""Estimators for scikit-learn: `AstrocyteClassifier` and `AstrocyteRegressor` (``pip install 'astrosim[tasks]'``).

Both are loaded when they are first used, and scikit-learn with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from astrosim.contracts.loading import find

if TYPE_CHECKING:
    from astrosim.systems.arrays.estimators.classifier import AstrocyteClassifier
    from astrosim.systems.arrays.estimators.regressor import AstrocyteRegressor

__all__ = ["AstrocyteClassifier", "AstrocyteRegressor"]
_MODULES = {"AstrocyteClassifier": "classifier", "AstrocyteRegressor": "regressor"}


def __getattr__(name: str) -> Any:
    """Load an estimator from its module.

    Raises
    ------
    AttributeError
        If there is none of this name.
    PackageError
        If scikit-learn is not installed; names the extra.
    """
    if name not in __all__:
        raise AttributeError(f"module 'astrosim.sklearn' has no attribute {name!r}")
    return find(f"astrosim.systems.arrays.estimators.{_MODULES[name]}:{name}", "astrosim.sklearn needs")
