"""Summary, explanation and report of spiking networks."""
