"""Variables that a run of calcium-wave networks stores, and the tables that an export makes of them."""

from __future__ import annotations

from astrosim.store.variables import NAN, Variable

VARIABLES = (
    Variable("train_loss", ("epoch",), "f8", NAN, "1", "mean loss over the epoch's training batches"),
    Variable("test_loss", ("epoch",), "f8", NAN, "1", "mean loss over the test set after the epoch"),
    Variable("test_accuracy", ("epoch",), "f8", NAN, "1", "fraction of the test set classified right after the epoch"),
    Variable("validation_accuracy", ("epoch",), "f8", NAN, "1", "fraction of the validation set right after the epoch"),
    Variable(
        "predicted_share",
        ("epoch", "class"),
        "f8",
        NAN,
        "1",
        "share of the test set given to each class after it",
    ),
    Variable("accept_rate", ("epoch",), "f8", NAN, "1", "kept / (kept + reverted) over the epoch's perturbations"),
    Variable("weight", ("parameter",), "f4", NAN, "1", "weights and biases after the last epoch, step by step"),
)

TABLES: dict[tuple[str, ...], str] = {
    ("epoch",): "epochs",
    ("epoch", "class"): "classes",
    ("parameter",): "parameters",
}
"""Names of the tables of an export, by the dimensions of their rows."""
