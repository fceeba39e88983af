"""The learning rules, one idea a file and each formula once; both engines call these functions."""
