"""How fast astrosim is, how it scales, and how soon it starts. `make bench`, or `python -m benchmarks --help`."""
