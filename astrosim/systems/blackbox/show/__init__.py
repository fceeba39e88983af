"""Explanations, summaries and reports of black boxes."""
