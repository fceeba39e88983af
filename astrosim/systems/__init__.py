"""The systems that can be simulated: a folder each, all of one shape."""
