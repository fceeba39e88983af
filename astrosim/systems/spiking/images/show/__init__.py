"""Summary, explanation and report of learning of images by spiking units."""
