"""Learn from one number: environments, any function, ask and tell; the public door of own tasks."""

from __future__ import annotations

from astrosim.systems.blackbox.learn import Best, Learned, learn, maximise, minimise, sphere

__all__ = ["Best", "Learned", "learn", "maximise", "minimise", "sphere"]
