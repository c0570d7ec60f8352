"""What a user can cause, as sentences; anything else is a bug and stays a traceback.

Must not import anything heavier than the standard library: every room raises these.
"""

from __future__ import annotations


class StudioError(Exception):
    """A failure with a cause the user can mend.

    ``message`` is one sentence saying what is wrong, ``hint`` one saying what to do next.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class FileProblem(StudioError):
    """A file is missing, broken, refused, or cannot be written."""


class ModelProblem(StudioError):
    """A model file is not installed, has the wrong hash, or does not fit the network."""


class NoPersonFound(StudioError):
    """A video was read, but nobody could be followed in it."""


class Cancelled(Exception):
    """Work was stopped because the user asked for it; nothing half-written is left."""
