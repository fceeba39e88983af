"""Summary, explanation and report of learning over spiking windows."""
