"""Variables that a run of image networks stores, and the tables that an export makes of them."""

from __future__ import annotations

from astrosim.store.variables import NAN, Variable

IMAGE_VARIABLES = (
    Variable("batch_images", ("record",), "i8", -1, "images", "images of the batch before the record"),
    Variable("sample_evaluations", ("record",), "i8", -1, "images", "images put through a changed network, so far"),
    Variable("synapse_evaluations", ("record",), "i8", -1, "synapses", "images x synapses computed anew, so far"),
    Variable("accept_rate", ("record",), "f8", NAN, "1", "kept / tried over the trials since the last record"),
    Variable("mean_sigma", ("record",), "f8", NAN, "1", "mean sigma of the astrocytes"),
    Variable("train_reward", ("record",), "f8", NAN, "1", "mean reward on the batch before the record, at its end"),
    Variable("validation_reward", ("record",), "f8", NAN, "1", "mean reward on the validation images"),
    Variable("validation_accuracy", ("record",), "f8", NAN, "1", "fraction of the validation images that is right"),
    Variable("test_reward", ("record",), "f8", NAN, "1", "mean reward on the test images"),
    Variable("test_accuracy", ("record",), "f8", NAN, "1", "fraction of the test images that is right"),
    Variable("confusion", ("class", "answer"), "i8", -1, "images", "test images by class and answer, at the end"),
    Variable("territory_x", ("astrocyte",), "f8", NAN, "pixels", "position, column"),
    Variable("territory_y", ("astrocyte",), "f8", NAN, "pixels", "position, row"),
    Variable("astrocyte_tried", ("astrocyte",), "i8", -1, "trials", "proposals of the astrocyte"),
    Variable("astrocyte_kept", ("astrocyte",), "i8", -1, "trials", "proposals that were kept"),
    Variable("astrocyte_sigma", ("astrocyte",), "f8", NAN, "1", "sigma at the end"),
    Variable(
        "final_weight", ("parameter",), "f4", NAN, "1", "incoming, biases, outgoing, output biases; that are judged"
    ),
)

ROW_VARIABLES = (
    Variable("validation_r2", ("record",), "f8", NAN, "1", "R2 on the validation rows"),
    Variable("test_r2", ("record",), "f8", NAN, "1", "R2 on the test rows; once, at the end"),
    Variable("test_output", ("test_row", "output"), "f8", NAN, "1", "outputs for the test rows, at the end"),
    Variable("test_target", ("test_row", "target"), "f8", NAN, "1", "class, or numbers, of the test rows"),
    Variable("importance", ("input",), "f8", NAN, "1", "score lost by permuting the input among the test rows"),
    Variable("baseline_score", ("baseline",), "f8", NAN, "1", "score of scikit-learn's baseline on the test rows"),
    Variable("baseline_validation", ("baseline",), "f8", NAN, "1", "its score on the validation rows"),
)
"""Of tables alone."""


VARIABLES = (*IMAGE_VARIABLES, *ROW_VARIABLES)

TABLES: dict[tuple[str, ...], str] = {
    ("record",): "records",
    ("class", "answer"): "confusion",
    ("astrocyte",): "territories",
    ("test_row", "output"): "outputs",
    ("test_row", "target"): "targets",
    ("input",): "inputs",
    ("baseline",): "baselines",
    ("parameter",): "parameters",
}
"""Names of the tables of an export, by the dimensions of their rows."""
