"""The fast engine of wave networks: one replicate at a time passes through a program, forward and back, on one core."""
