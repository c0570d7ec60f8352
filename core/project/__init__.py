"""A project: a folder of clips with an index, and the undoable commands that change it.

Qt-free and torch-free; the window's ``Document`` and scripts use the same classes.
"""

from core.project.clip import Clip, Media
from core.project.commands import (
    AddClips,
    Command,
    DeleteClips,
    NewClip,
    RenameClip,
    ReplaceMotion,
    UndoStack,
)
from core.project.project import Project, default_project

__all__ = [
    "AddClips",
    "Clip",
    "Command",
    "DeleteClips",
    "Media",
    "NewClip",
    "Project",
    "RenameClip",
    "ReplaceMotion",
    "UndoStack",
    "default_project",
]
