"""The only place with pyqtgraph: plots that a page can show. Colours come from the theme."""
