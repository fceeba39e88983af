"""Learning of images by spiking units over receptive fields: scenario, store, summary and report."""
