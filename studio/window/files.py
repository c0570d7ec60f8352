"""Files that are dropped on the window or named at the start: which is what, and clips to add."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import StudioError
from studio.document import Document, shown_from_clip

CLIP_ENDING = ".npz"


def import_any(document: Document, paths: Sequence[Path]) -> list[Path]:
    """Add the clips among ``paths`` to the library and return the others: videos and folders.

    Whether a file is a video is decided by trying to read it, not by its name.
    """
    clips = [path for path in paths if path.suffix.lower() == CLIP_ENDING]
    add_clips(document, clips)
    return [path for path in paths if path.suffix.lower() != CLIP_ENDING]


def add_clips(document: Document, paths: Sequence[Path]) -> None:
    """Read clip files and add them in one undoable step, then show them."""
    from core.motion_file import load_motion
    from core.project import AddClips, NewClip

    new = []
    for path in paths:
        try:
            motion = load_motion(path)
        except StudioError as error:
            document.problem.emit(error.message, error.hint)
            continue
        new.append(NewClip(motion=motion, name=path.stem, label=motion.provenance.label))
    if not new or document.project is None:
        return
    command = AddClips(new, verb="import")
    if document.execute(command):
        document.show(
            shown_from_clip(clip, item.motion)
            for clip, item in zip(command.added, new, strict=True)
        )
        count = len(new)
        document.message.emit(f"{count} clip{'s' if count > 1 else ''} imported.")
