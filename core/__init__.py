"""The engine of Motion Studio: motion, bodies, networks, files. Knows no Qt and no window."""

__version__ = "0.1.0"
