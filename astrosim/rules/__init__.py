"""The learning rules, one idea per file and each formula once; both engines call these functions."""
