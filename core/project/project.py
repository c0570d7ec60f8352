"""A project folder: one npz a clip, an index over them, and a bin for what was deleted.

``clips/<name>--<id>.npz`` are the clips, ``bin/`` holds the deleted ones until they are purged,
``originals/<id>.npz`` what a clip was before it was cleaned, ``project.sqlite`` is the index. The
file names carry name and id, so that a lost or broken index is rebuilt from the folder and no clip
is ever lost with it. Safe to call from several threads.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

from core.atomic import explain_write_error
from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.motion_file import load_motion, save_motion
from core.paths import data_folder
from core.project.clip import (
    Clip,
    Media,
    cleaned_name,
    file_name,
    new_clip_id,
    parsed_file_name,
    unique_name,
)
from core.project.folder import (
    BIN,
    CLIPS,
    INDEX_NAME,
    ORIGINALS,
    check_folder,
    is_writable,
    scan,
    set_aside,
)
from core.project.index import DamagedIndex, Index

_LOG = logging.getLogger(__name__)
_KEPT_MOTIONS = 64  # the last ones opened; a minute at 30 fps is half a megabyte


def default_project() -> Project:
    """Open the project in the user's data folder, making it at the first start."""
    return Project.open(data_folder() / "projects" / "default")


class Project:
    """An open project. Use :meth:`open`; close it, or use it in a ``with`` statement.

    ``notice`` is a sentence for the user when opening had to mend something, else "".
    """

    def __init__(self, folder: Path, index: Index, *, is_read_only: bool) -> None:
        self.folder = folder
        self.is_read_only = is_read_only
        self.notice = ""
        self._index = index
        self._lock = threading.RLock()
        self._motions: OrderedDict[str, Motion] = OrderedDict()

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Open a project, or make one in a folder that is empty or does not exist.

        A broken index is set aside and rebuilt; a folder without the right to write opens
        read-only. Raises FileProblem for a file, a folder of other things, or a newer format.
        """
        folder = Path(folder).absolute()
        check_folder(folder)
        writable = is_writable(folder)
        path = folder / INDEX_NAME
        notice = ""
        if not writable:
            project = cls._open_read_only(folder, path)
            notice = "This project cannot be written to, so it is open for reading only."
        else:
            try:
                project = cls(folder, Index(path), is_read_only=False)
            except DamagedIndex as damage:
                _LOG.warning("index of %s is damaged: %s", folder, damage)
                set_aside(path)
                project = cls(folder, Index(path), is_read_only=False)
                notice = "The project's index was damaged and has been rebuilt from its clips."
        found = project._reconcile()
        project.notice = " ".join(part for part in (notice, found) if part)
        return project

    @classmethod
    def _open_read_only(cls, folder: Path, path: Path) -> Project:
        if not folder.is_dir():
            raise FileProblem(f"{folder} cannot be made.", "Choose a folder you may write to.")
        with contextlib.suppress(DamagedIndex, FileProblem):
            if path.exists():
                index = Index(path, read_only=True)
                copy = Index(None)  # a copy in memory can still take in what the folder shows
                files = index.files()
                for clip in reversed(index.clips()):
                    copy.insert(clip, files[clip.id])
                for media in index.media():
                    copy.put_media(media)
                index.close()
                return cls(folder, copy, is_read_only=True)
        return cls(folder, Index(None), is_read_only=True)

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index. The project must not be used afterwards."""
        self._index.close()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    # reading

    def clips(self, search: str = "", *, deleted: bool = False) -> list[Clip]:
        """The clips, newest first, whose name, label or kind hold every word of ``search``.

        ``deleted`` lists the bin instead.
        """
        words = search.casefold().split()

        def fits(clip: Clip) -> bool:
            text = f"{clip.name}\n{clip.label}\n{clip.kind}\n{clip.estimator}".casefold()
            return clip.deleted == deleted and all(word in text for word in words)

        return [clip for clip in self._index.clips() if fits(clip)]

    def clip(self, clip_id: str) -> Clip:
        """The clip of that id, deleted or not. Raises StudioError."""
        clip = self._index.clip(clip_id)
        if clip is None:
            raise StudioError("This clip is no longer in the project.", "Choose another clip.")
        return clip

    def path(self, clip_id: str) -> Path:
        """Where the clip's npz lies. Raises StudioError."""
        file = self._index.file_of(self.clip(clip_id).id)
        return self.folder / str(file)

    def motion(self, clip_id: str) -> Motion:
        """Read the clip's motion; the last few are kept in memory. Raises FileProblem."""
        with self._lock:
            motion = self._motions.get(clip_id)
            if motion is None:
                motion = load_motion(self.path(clip_id))
            self._keep(clip_id, motion)
            return motion

    def _keep(self, clip_id: str, motion: Motion) -> None:
        self._motions[clip_id] = motion
        self._motions.move_to_end(clip_id)
        while len(self._motions) > _KEPT_MOTIONS:
            self._motions.popitem(last=False)

    # changing

    def add(self, motion: Motion, name: str, label: str = "") -> Clip:
        """Write a clip into the project; a name already taken gets a number.

        ``label`` defaults to the provenance's. Raises FileProblem, and then nothing is left behind.
        """
        self._check_writable()
        with self._lock:
            origin = motion.provenance
            clip = Clip(
                id=new_clip_id(),
                name=unique_name(cleaned_name(name), self._index.names()),
                label=label or origin.label,
                kind=origin.kind,
                num_frames=motion.num_frames,
                fps=motion.fps,
                created=time.time(),
                estimator=origin.estimator,
                source=origin.source,
                source_sha256=origin.source_sha256,
            )
            file = f"{CLIPS}/{file_name(clip.name, clip.id)}"
            save_motion(self.folder / file, motion)
            try:
                self._index.insert(clip, file)
            except BaseException:
                (self.folder / file).unlink(missing_ok=True)
                raise
            self._keep(clip.id, motion)
            return clip

    def replace_motion(self, clip_id: str, motion: Motion) -> Clip:
        """Give a clip another motion, for instance a cleaned one; what it was first stays.

        The clip keeps id, name and label. Raises StudioError or FileProblem, and then nothing has
        changed.
        """
        self._check_writable()
        with self._lock:
            clip, path = self.clip(clip_id), self.path(clip_id)
            before = self.motion(clip_id)
            first = self._original_path(clip_id)
            if not first.exists():
                save_motion(first, before)
            save_motion(path, motion)
            new = dataclasses.replace(clip, num_frames=motion.num_frames, fps=motion.fps)
            try:
                self._index.insert(new, self._index.file_of(clip_id) or "")
            except BaseException:
                save_motion(path, before)
                raise
            self._keep(clip_id, motion)
            return new

    def original(self, clip_id: str) -> Motion:
        """The clip's motion as it came into the project, before any :meth:`replace_motion`."""
        first = self._original_path(self.clip(clip_id).id)
        return load_motion(first) if first.exists() else self.motion(clip_id)

    def _original_path(self, clip_id: str) -> Path:
        return self.folder / ORIGINALS / f"{clip_id}.npz"

    def rename(self, clip_id: str, name: str) -> Clip:
        """Give a clip another name; one already taken gets a number. Raises StudioError."""
        name = cleaned_name(name)
        with self._lock:
            clip = self.clip(clip_id)
            if name != clip.name:
                name = unique_name(name, self._index.names() - {clip.name})
            return self._move(clip, name=name, deleted=clip.deleted)

    def delete(self, clip_id: str) -> Clip:
        """Move a clip to the bin, from where :meth:`restore` brings it back."""
        with self._lock:
            clip = self.clip(clip_id)
            return clip if clip.deleted else self._move(clip, name=clip.name, deleted=True)

    def restore(self, clip_id: str) -> Clip:
        """Bring a clip back from the bin, under its old name unless that is taken by now."""
        with self._lock:
            clip = self.clip(clip_id)
            if not clip.deleted:
                return clip
            name = unique_name(clip.name, self._index.names())
            return self._move(clip, name=name, deleted=False)

    def purge(self, clip_id: str) -> None:
        """Remove a deleted clip for good. Raises StudioError when it is not in the bin."""
        self._check_writable()
        with self._lock:
            clip = self.clip(clip_id)
            if not clip.deleted:
                raise StudioError(f"{clip.name} is not in the bin.", "Delete it first.")
            path = self.path(clip_id)
            try:
                path.unlink(missing_ok=True)
                self._original_path(clip_id).unlink(missing_ok=True)
            except OSError as error:
                raise explain_write_error(path, error) from error
            self._motions.pop(clip_id, None)
            self._index.remove(clip_id)

    def empty_bin(self) -> int:
        """Purge every deleted clip; return how many."""
        binned = self.clips(deleted=True)
        for clip in binned:
            self.purge(clip.id)
        return len(binned)

    def _move(self, clip: Clip, *, name: str, deleted: bool) -> Clip:
        self._check_writable()
        room = BIN if deleted else CLIPS
        old, new = self.path(clip.id), self.folder / room / file_name(name, clip.id)
        if old == new and name == clip.name:
            return clip
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
        except FileNotFoundError as error:
            raise FileProblem(
                f"The file of {clip.name} is gone from the project folder.",
                "Open the project again to bring the list up to date.",
            ) from error
        except OSError as error:
            raise explain_write_error(new, error) from error
        try:
            self._index.update(clip.id, name=name, deleted=deleted, file=f"{room}/{new.name}")
        except BaseException:
            new.rename(old)
            raise
        return dataclasses.replace(clip, name=name, deleted=deleted)

    def _check_writable(self) -> None:
        if self.is_read_only:
            raise FileProblem(
                f"The project {self.name} is open for reading only.",
                "Change the rights of its folder, or open another project.",
            )

    # videos

    def link_media(self, path: Path, sha256: str) -> Media:
        """Remember where a video lies; clips refer to it by its SHA-256 (``source_sha256``)."""
        self._check_writable()
        media = Media(sha256=sha256, path=str(Path(path).absolute()), added=time.time())
        self._index.put_media(media)
        return media

    def media(self) -> list[Media]:
        """The videos the project refers to, oldest first."""
        return self._index.media()

    def media_of(self, clip_id: str) -> Media | None:
        """The video a clip was estimated from, where it is known."""
        sha256 = self.clip(clip_id).source_sha256
        return next((m for m in self.media() if sha256 and m.sha256 == sha256), None)

    # opening

    def _reconcile(self) -> str:
        """Bring the index in line with the folder; return a sentence if anything was unexpected."""
        on_disk = scan(self.folder)
        known = self._index.files()
        if on_disk.keys() == set(known.values()):
            return ""
        by_id = {parsed_file_name(Path(file).stem)[1]: file for file in on_disk}
        unreadable = []
        with self._index.transaction():
            for clip_id, file in known.items():
                if file in on_disk:
                    continue
                moved = by_id.get(clip_id)
                if moved is None:
                    self._index.remove(clip_id)  # its file was taken away by hand
                else:
                    name = parsed_file_name(Path(moved).stem)[0]
                    deleted = moved.startswith(BIN)
                    self._index.update(clip_id, name=name, deleted=deleted, file=moved)
            fresh = sorted(
                on_disk.keys() - set(self._index.files().values()), key=lambda f: on_disk[f]
            )
            for file in fresh:
                try:
                    self._adopt(file, on_disk[file])
                except StudioError as error:
                    _LOG.warning("left out of the index: %s", error)
                    unreadable.append(Path(file).name)
        if not unreadable:
            return ""
        names = ", ".join(unreadable[:3]) + (", ..." if len(unreadable) > 3 else "")
        return f"Left where they are, because they cannot be read as clips: {names}."

    def _adopt(self, file: str, modified: float) -> None:
        motion = load_motion(self.folder / file)
        name, clip_id = parsed_file_name(Path(file).stem)
        if clip_id is None or self._index.clip(clip_id) is not None:
            clip_id = new_clip_id()
        origin, deleted = motion.provenance, file.startswith(BIN + "/")
        taken = set() if deleted else self._index.names()
        clip = Clip(
            id=clip_id,
            name=unique_name(cleaned_name(name or "clip"), taken),
            label=origin.label,
            kind=origin.kind,
            num_frames=motion.num_frames,
            fps=motion.fps,
            created=modified,
            deleted=deleted,
            estimator=origin.estimator,
            source=origin.source,
            source_sha256=origin.source_sha256,
        )
        self._index.insert(clip, os.fspath(file))
