"""The window, the viewport, the plots and the command line of Motion Studio."""
