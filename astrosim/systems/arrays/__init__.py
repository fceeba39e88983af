"""Astrocytes over receptive fields learn to classify images from one scalar, by keep or revert; no gradient.

Hidden units hear a square of the image each, and an astrocyte owns a few of them: their incoming synapses and biases,
and their outgoing synapses. What it perturbs is evaluated by difference, so that a trial costs what its territory
costs, whatever the size of the network.
"""
