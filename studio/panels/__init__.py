"""Panels: what stands left and right of the body, and below it."""
