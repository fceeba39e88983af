"""Explanations, summaries, reports and animations of threshold networks."""
