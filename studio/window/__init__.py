"""The window: frame, header, status line, error bar, command palette. Composes; holds no logic."""
