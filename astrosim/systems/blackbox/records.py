"""Variables that a run of a black box stores, and the tables that an export makes of them."""

from __future__ import annotations

from astrosim.store.variables import NAN, Variable

VARIABLES = (
    Variable("steps", ("record",), "i8", -1, "steps", "environment steps, or evaluations, at the record"),
    Variable("episodes", ("record",), "i8", -1, "episodes", "episodes, or evaluations, at the record"),
    Variable("trials", ("record",), "i8", -1, "trials", "trials, or networks sampled by a rival, at the record"),
    Variable("fresh_return", ("record",), "f8", NAN, "return", "mean return of the current network on a fresh batch"),
    Variable("accept_rate", ("record",), "f8", NAN, "1", "kept / tried over the trials since the last record"),
    Variable("given_up_rate", ("record",), "f8", NAN, "1", "given up by the race / tried since the last record"),
    Variable("mean_sigma", ("record",), "f8", NAN, "1", "mean sigma of the astrocytes"),
    Variable("test_return", ("test_episode",), "f8", NAN, "return", "return of a test episode, at the end"),
    Variable("test_steps", ("test_episode",), "i8", -1, "steps", "length of a test episode, at the end"),
    Variable("test_item", ("test_episode",), "i8", -1, "1", "seed of a test episode"),
    Variable("astrocyte_tried", ("astrocyte",), "i8", -1, "trials", "trials in which the astrocyte proposed"),
    Variable("astrocyte_kept", ("astrocyte",), "i8", -1, "trials", "of these, kept"),
    Variable("astrocyte_sigma", ("astrocyte",), "f8", NAN, "1", "sigma at the end"),
    Variable("input_centre", ("input",), "f8", NAN, "1", "mean of the input over the current network's episodes"),
    Variable("input_spread", ("input",), "f8", NAN, "1", "standard deviation of the input, by which steps are sized"),
    Variable(
        "final_weight", ("parameter",), "f8", NAN, "1", "incoming, biases, outgoing, output biases, direct; as tested"
    ),
)

TABLES: dict[tuple[str, ...], str] = {
    ("record",): "records",
    ("test_episode",): "test_episodes",
    ("astrocyte",): "territories",
    ("input",): "inputs",
    ("parameter",): "parameters",
}
"""Names of the tables of an export, by the dimensions of their rows."""
