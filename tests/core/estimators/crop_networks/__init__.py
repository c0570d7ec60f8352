"""VIBE and PARE: networks, files, speed."""
