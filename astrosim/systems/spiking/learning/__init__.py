"""Learning of spiking networks over windows: scenario, store, summary and report."""
