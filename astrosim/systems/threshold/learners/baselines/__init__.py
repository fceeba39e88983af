"""Baselines beside the astrocytes: evolution, Monte Carlo, perturbation of nodes, REINFORCE, delta rule, gradients.

Each file holds one, named after it: its source, its function `update`, which carries out one update of the weights and
returns the decision, and `LEARNER`, with the fields that it reads, its passes and its words. All see the same network,
task and scalar reward, and count the same forward passes.
"""
