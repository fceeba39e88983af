"""Learners beside the astrocytes: evolution, Monte Carlo, perturbation of nodes, REINFORCE, delta rule, gradients.

Each file holds one, named after it, with its source; its function `update` carries out one update of the weights and
tells what was decided. All see the same network, task and scalar reward, and count the same forward passes.
"""
