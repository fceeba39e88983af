"""Simulations of spiking networks in the live view: where nodes are drawn, what runs past, how fast."""
