"""Colours of all that is drawn, on paper and in the live view.

Palette: Okabe & Ito 2008 (safe for colour-blind readers); maps, by matplotlib's names: cividis (Nunez et al. 2018) and
PuOr (Brewer).
"""

from __future__ import annotations

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#B8A500")
MUTED = "#666666"
PAPER = "#FFFFFF"
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"
FILLS = {"input": "#0072B2", "output": "#D55E00", "modulatory": "#CC79A7", "regular": "#B0B0B0", "tonic": "#E69F00"}
"""By kind of neuron."""
