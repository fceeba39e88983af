"""Learning over spiking windows in the live view: a trial taken apart, step by step and phase by phase."""
