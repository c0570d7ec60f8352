"""Qt-free work behind the pages: sampling, importing, exporting, pictures of a video.

The pages start these in threads and show what comes back; nothing here knows of a widget, so the
same lines can be driven from a test or a script. Must not import PySide6.
"""
