"""Jobs and the training loop on top of :mod:`core`. Knows no Qt."""
