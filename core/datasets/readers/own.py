"""The studio's own projects: every labelled clip of a project folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.project import Project
from core.project.folder import INDEX_NAME


def recognises(path: Path) -> bool:
    """Whether the folder is a project."""
    return (path / INDEX_NAME).is_file()


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count the labelled clips. Raises FileProblem."""
    project = Project.open(path)
    try:
        every = project.clips()
    finally:
        project.close()
    labels = Counter(clip.label for clip in every if clip.label)
    bare = len(every) - sum(labels.values())
    text = f"project {path.name}: {sum(labels.values())} labelled clips"
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, num_clips=sum(labels.values()),
        labels=tuple(sorted(labels)),
        text=text + (f", {bare} without a label are left out" if bare else ""),
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield the labelled clips; with ``options.estimator`` only those it made."""
    project = Project.open(path)
    try:
        for clip in project.clips():
            if not clip.label:
                continue
            motion = project.motion(clip.id)
            origin = motion.provenance
            if options.estimator and origin.estimator != options.estimator:
                continue
            yield ReadClip(
                motion=motion, name=clip.name, label=clip.label,
                file=origin.source_sha256 or origin.source or clip.id,
                estimator=origin.estimator, missing=len(motion.inferred),
                note=origin.kind if origin.kind == "generated" else "",
            )  # fmt: skip
    finally:
        project.close()


READER = Reader(
    name="project", title="Motion Studio project", recognises=recognises, inspect=inspect,
    clips=clips,
)  # fmt: skip
