"""Compiled code of spiking networks; nothing outside this room calls into it."""
