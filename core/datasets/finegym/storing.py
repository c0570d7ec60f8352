"""Estimated clips into a data set: one frame rate, the two moves as classes, sources as files.

A model counts frames, so all clips of a data set have one rate: the one most of them come with.
Others are resampled in time. Clips that were brought to their length by interpolation keep their
frames and so play slower than they were; their provenance says by how much.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from core.datasets.finegym.motions import Estimated, Finished
from core.datasets.finegym.moves import PRESET
from core.datasets.library import datasets_folder
from core.datasets.records import ClipInfo
from core.datasets.store import DATABASE, ClipStore
from core.errors import FileProblem, StudioError
from core.export.resample import resampled
from core.motion import Motion

SOURCE = "FineGym2"


def store(
    done: Finished, name: str, *, source: Path | None = None, fps: float | None = None
) -> Path:
    """Write the clips as data set ``name`` and return its folder.

    A data set that came out of a build before is made anew; what was decided on its clips stays.
    Raises StudioError (no clips, a name that cannot be), FileProblem (another data set has it).
    """
    if not done.clips:
        raise StudioError("No clip could be estimated.", "See the reasons, and try another one.")
    if not name or name != Path(name).name or name.startswith("."):
        raise StudioError(f"{name!r} cannot be the name of a data set.", "Use letters and digits.")
    folder = datasets_folder() / name
    decided = _decided_before(folder, name)
    rate = fps or common_rate(done.clips)
    labels = _labels(done.clips)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".finegym-"))
    try:
        note = f"from the build in {source}" if source is not None else ""
        new = ClipStore.create(made / name, name, labels, source=SOURCE, note=note)
        infos = [_info(clip, labels) for clip in done.clips]
        new.add([at_rate(clip, rate) for clip in done.clips], infos)
        for index, info in enumerate(infos):
            if info.name in decided:
                state, text = decided[info.name]
                new.review(index, state, text)  # type: ignore[arg-type]  # as it was read
        new.close()
        if folder.exists():
            shutil.rmtree(folder)
        (made / name).replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def common_rate(clips: tuple[Estimated, ...]) -> float:
    """The frame rate most source videos have; of two equally frequent ones the lower."""
    counts = Counter(round(clip.row.fps, 3) for clip in clips)
    return min(counts, key=lambda rate: (-counts[rate], rate))


def at_rate(clip: Estimated, fps: float) -> Motion:
    """The clip's motion at the data set's rate."""
    motion = clip.motion
    if abs(motion.fps - fps) < 1e-3:
        return motion
    if not clip.row.is_interpolated:
        return resampled(motion, fps)
    slower = fps / motion.fps
    edit = f"{motion.provenance.edit}; at {slower:.2f} of its speed".removeprefix("; ")
    return motion.replace(fps=fps, provenance=dataclasses.replace(motion.provenance, edit=edit))


def _labels(clips: tuple[Estimated, ...]) -> tuple[str, ...]:
    """The moves there are: the preset's in its order, then others by name."""
    there = {clip.row.move for clip in clips}
    first = [move.name for move in PRESET if move.name in there]
    return (*first, *sorted(there - set(first)))


def _info(clip: Estimated, labels: tuple[str, ...]) -> ClipInfo:
    row = clip.row
    return ClipInfo(
        name=row.id, label=labels.index(row.move), file=row.video,
        estimator=clip.motion.provenance.estimator,
        part={"train": "train", "val": "test"}.get(row.split, ""),
        note=f"{row.rule}, {row.num_frames} frames at {row.fps:g} fps", missing=clip.missing,
    )  # fmt: skip


def _decided_before(folder: Path, name: str) -> dict[str, tuple[str, str]]:
    """Decisions on the clips of the data set that is to be replaced. Raises FileProblem."""
    if not (folder / DATABASE).is_file():
        return {}
    old = ClipStore.open(folder)
    try:
        if old.source != SOURCE:
            raise FileProblem(
                f"There is a data set {name!r} already, and it is no FineGym build.",
                "Choose another name.",
            )
        return {r.name: (r.review, r.note) for r in old.records if r.review != "unseen"}
    finally:
        old.close()
