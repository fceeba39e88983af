"""Compiled code of networks that learn own tasks."""
