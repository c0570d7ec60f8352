"""Motion files, one clip or several windows each: BVH, FBX, glTF, SMPL and AMASS npz, CMU's text.

They lie in a folder, an archive, or are listed in a table (:mod:`core.datasets.readers.listing`).
Skeletons of other programs are brought onto SMPL's by :mod:`core.importing`.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from core.datasets.readers import cmu_text
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.datasets.readers.listing import Entry, counted, entries, is_listed
from core.errors import FileProblem, StudioError
from core.importing import JointMapNeeded, Source, import_motions, map_for, read_clips, retargeted
from core.motion import Motion, Provenance

MAX_MEMBER_BYTES = 1 << 30
_ROUNDING = 0.005  # 29.97 in a table means the 30000/1001 of its file


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count files and labels. Raises FileProblem."""
    found, missing = entries(path, options)
    text = counted(found)
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, num_clips=len(found),
        labels=tuple(sorted({entry.label for entry in found})),
        text=text + (f"; listed but not there: {missing:,}" if missing else ""),
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield the motions of every wanted file, retargeted to SMPL's joints.

    A file that cannot be read stops the import, or is told to ``options.on_problem``.
    """
    found, _ = entries(path, options)
    wanted = [e for e in found if options.labels is None or e.label in options.labels]
    for (file, member), group in groupby(wanted, key=lambda entry: (entry.path, entry.member)):
        windows = list(group)
        try:
            with _opened(file, member) as opened:
                motions = _motions(opened)
            yield from _cut(motions, windows, options)
        except StudioError as error:
            place, said = windows[0].place, error.message
            words = said if said.startswith(place) else f"{place}: {said}"
            problem = FileProblem(words, error.hint)
            if options.on_problem is None:
                raise problem from error
            options.on_problem(problem)


def _cut(
    motions: list[tuple[Motion, int]], windows: list[Entry], options: ImportOptions
) -> Iterator[ReadClip]:
    """The windows of a file's motions; each comes with the number of its first frame."""
    for entry in windows:
        for number, (whole, first) in enumerate(motions):
            motion = whole
            if entry.stop is not None:
                motion = whole.sliced(max(entry.start - first, 0), entry.stop - first)
            if entry.fps is not None and abs(entry.fps / motion.fps - 1.0) > _ROUNDING:
                motion = motion.replace(fps=entry.fps)
            made_by = motion.provenance.estimator
            if options.estimator and made_by and made_by != options.estimator:
                continue
            yield ReadClip(
                motion=motion,
                name=entry.name if len(motions) == 1 else f"{entry.name} {number + 1}",
                label=entry.label, file=motion.provenance.source_sha256 or entry.place
                if made_by else entry.place,
                subject=entry.subject, view=entry.view, estimator=made_by,
                missing=len(motion.inferred),
            )  # fmt: skip


@contextlib.contextmanager
def _opened(path: Path, member: str) -> Iterator[Path]:
    """The file itself, or an archive's member as a file. Raises FileProblem."""
    if not member:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="motion-studio-") as folder:
        out = Path(folder) / Path(member).name
        try:
            with zipfile.ZipFile(path) as archive:
                if archive.getinfo(member).file_size > MAX_MEMBER_BYTES:
                    raise FileProblem(f"{member} unpacks to more than 1 GB.", "Cut it.")
                out.write_bytes(archive.read(member))
        except (OSError, KeyError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
            raise FileProblem(f"{path.name} is damaged: {error}.", "Copy it again.") from error
        yield out


def _motions(path: Path) -> list[tuple[Motion, int]]:
    """The file's motions, and which frame of the file is each one's first."""
    if path.suffix.lower() == ".npz":
        return [(motion, 0) for motion in import_motions(path)]
    read = cmu_text.read if path.suffix.lower() == ".txt" else read_clips
    return [_retargeted(path, source) for source in read(path)]


def _retargeted(path: Path, source: Source) -> tuple[Motion, int]:
    joint_map = map_for(source)
    if not joint_map.is_complete:
        raise JointMapNeeded(path, source, joint_map)
    result = retargeted(source, joint_map)
    motion = result.motion
    if source.provenance is None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        origin = Provenance(kind="imported", source=path.name, source_sha256=digest)
        motion = motion.replace(provenance=origin)
    return motion, result.reference.first_frame


READER = Reader(
    name="motion-files", title="Motion files", recognises=is_listed, inspect=inspect, clips=clips
)
