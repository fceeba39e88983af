"""Explanations, summaries and reports of image networks."""
