"""Fault campaigns: runs are killed, cut, filled, flipped and fuzzed at random, and compared with runs left in peace.

``python -m benchmarks.trust`` carries them out and writes a page; each campaign is a function of a number of faults,
a seed and a folder that returns an `Outcome`. A fault is *survived* if the run, resumed, has the bytes of one without
it; it is *told* if an error names the file and a remedy. All else is a *defect*, of which the campaign keeps the words.
"""
