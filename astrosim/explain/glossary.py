"""Terms that the field does not know, or uses otherwise; the page of the documentation is made of the same."""

from __future__ import annotations

from rich.table import Table

from astrosim.explain.tables import new_table

GLOSSARY = {
    "accept rate": "kept perturbations per perturbation that was kept or reverted",
    "accuracy": "share of right output bits over all patterns, from the frozen probe; chance is 0.5 (images: share of "
    "images whose class is named)",
    "condition": "named overrides of a scenario's fields; all conditions share the seeds",
    "described, published": "described: the network as the paper's text has it; published: the paper's program, "
    "replayed number by number, where it differs from the text",
    "dormant": "of a cluster: its astrocytes were active in less than 1 % of the trials",
    "eligible": "of a synapse: it lies in the territory of an active astrocyte, or where else the scope says, and "
    "may be perturbed in this trial",
    "episode": "a number of trials, schedule.trials_per_episode, after which records may be taken",
    "frozen probe": "a pass of every pattern through the network with learning off; it changes nothing",
    "image network": "hidden units over receptive fields of an image; kind is task in a file",
    "kernel, agents": "the two engines: compiled loops, and readable agents; both give the same bits",
    "late degradation": "best accuracy of a run less its last",
    "matching bits": "share of output bits that equal the target's: the binary reward",
    "maturity": "activations of an astrocyte so far, by which its exploration falls",
    "replicate": "a condition with a seed: one network from its start to its end, committed whole",
    "soft reward": "mean over outputs of a sigmoid of how far each voltage lies on the right side of the threshold",
    "structural ceiling": "best accuracy that any weights within range could reach on a wiring",
    "system": "what is simulated: a folder under astrosim/systems with network, kernel, agents, learners and figures",
    "territory": "neurons of an astrocyte's cluster within its radius, and every synapse from or onto one of them",
    "trial, update": "trial: one pattern, or a window of patterns, from presentation to decision; update: one step of "
    "a learner that follows a gradient",
}


def glossary_table() -> Table:
    """Return the terms as a table for the console."""
    table = new_table("Glossary", ("term", {"no_wrap": False, "overflow": "fold"}), ("meaning", {}))
    for term, meaning in GLOSSARY.items():
        table.add_row(term, meaning)
    return table


def glossary_page() -> str:
    """Return the terms as the Markdown page of the documentation."""
    rows = "".join(f"| {term} | {meaning} |\n" for term, meaning in GLOSSARY.items())
    return f"# Glossary\n\n`astrosim explain --glossary` prints these terms.\n\n| term | meaning |\n|---|---|\n{rows}"
