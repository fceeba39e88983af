"""What a learner by keep or revert changes in a trial, and whether it stands, whatever is learned.

Murray 2026, section 4, on networks of hidden units: an astrocyte owns units, and perturbs their incoming or their
outgoing side. Systems that stand on this room say what a proposal does to their reward.
"""
