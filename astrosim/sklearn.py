"""Estimators for scikit-learn: `AstrocyteClassifier` and `AstrocyteRegressor` (``pip install 'astrosim[tasks]'``).

Both are loaded when they are first used, and scikit-learn with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from astrosim.contracts.loading import find

if TYPE_CHECKING:
    from astrosim.systems.arrays.estimators import AstrocyteClassifier, AstrocyteRegressor

__all__ = ["AstrocyteClassifier", "AstrocyteRegressor"]


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
    return find(f"astrosim.systems.arrays.estimators:{name}", "astrosim.sklearn needs")
