"""Compiled code of networks with receptive fields; nothing outside this room calls into it."""
