"""What was accepted, estimated with any estimator and stored as a data set for training.

Accepted spans are cut from the source once more, exactly between the chosen ends, so that what is
estimated is what was reviewed. Gaps the estimator left are marked; short ones are bridged.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.cleanup.gaps import SHORT_SECONDS, bridge, missing_frames
from core.cleanup.signals import runs
from core.datasets.finegym.builder import MANIFEST_NAME
from core.datasets.finegym.elements import find_videos
from core.datasets.finegym.manifest import Manifest, Row
from core.errors import FileProblem, StudioError
from core.estimators.batch import BatchOptions, BatchReport, estimate_folder
from core.estimators.manifest import content_hash
from core.estimators.options import EstimateOptions
from core.estimators.work import Work, estimate_job
from core.export.resample import resampled
from core.motion import Motion
from core.motion_file import load_motion
from core.progress import SILENT, Progress
from core.video.span import cut

ACCEPTED, ESTIMATED = "accepted", "estimated"


@dataclass(frozen=True, eq=False)
class Estimated:
    """An accepted clip's motion, ready to be stored; ``missing`` frames were not seen."""

    row: Row
    motion: Motion
    missing: int


@dataclass(frozen=True)
class Finished:
    """Everything a data set is made of, and what could not be estimated, with reasons."""

    clips: tuple[Estimated, ...]
    failed: dict[str, str]


def cut_accepted(folder: Path, progress: Progress = SILENT) -> dict[Path, Row]:
    """Cut every accepted clip exactly between its ends, into one folder a move.

    Clips that are there already with the same ends stay; those no longer accepted are removed.
    Raises FileProblem, StudioError where nothing is accepted, Cancelled.
    """
    manifest = Manifest.open(folder / MANIFEST_NAME)
    rows = list(manifest.in_state("accepted"))
    if not rows:
        raise StudioError("No clip is accepted yet.", "Review the clips, or accept all that pass.")
    sources = _sources(manifest)
    made: dict[Path, Row] = {}
    for index, row in enumerate(rows):
        progress.step(index / len(rows), f"Cutting {row.id}")
        first, end = row.source_frames
        out = folder / ACCEPTED / _folder_name(row.move) / f"{row.id}_{first}-{end}.mp4"
        if not out.is_file():
            source = sources.get(row.video)
            if source is not None and source.is_file():
                cut(source, first / row.fps, end / row.fps, out, progress=progress)
            else:  # the video is gone: the reviewed clip holds the same frames
                a, b = (frame / row.fps for frame in row.frames)
                cut(folder / row.clip, a, b, out, progress=progress)
        made[out] = row
    for old in (folder / ACCEPTED).rglob("*.mp4"):
        if old not in made:
            old.unlink()
    return made


def estimate_accepted(
    folder: Path,
    estimator: str = "pare",
    *,
    options: EstimateOptions | None = None,
    jobs: int = 0,
    progress: Progress = SILENT,
    work: Work = estimate_job,
) -> Finished:
    """Estimate the accepted clips with one estimator; run it again to go on.

    Raises as :func:`core.estimators.batch.estimate_folder` and :func:`cut_accepted`.
    """
    made = cut_accepted(folder, progress.part(0.0, 0.2))
    options = dataclasses.replace(
        options or EstimateOptions(), estimators=(estimator,), people="prominent"
    )
    out = folder / ESTIMATED / estimator
    report = estimate_folder(
        folder / ACCEPTED, out, BatchOptions(estimate=options, label_from="folder", jobs=jobs),
        progress.part(0.2, 0.95), work=work,
    )  # fmt: skip
    by_name = {path.relative_to(folder / ACCEPTED).as_posix(): row for path, row in made.items()}
    clips = _clips(report, out, by_name, progress.part(0.95, 1.0))
    failed = {by_name[r.video].id: r.reason for r in report.failed if r.video in by_name}
    return Finished(tuple(clips), failed)


def _clips(
    report: BatchReport, out: Path, by_name: Mapping[str, Row], progress: Progress
) -> list[Estimated]:
    found: dict[str, Estimated] = {}
    done = [*report.done, *report.skipped]
    for index, result in enumerate(done):
        progress.step(index / len(done), "Reading the motions")
        row = by_name.get(result.video)
        if row is None or not result.files:
            continue
        motion = load_motion(out / result.files[0]["path"])
        found[row.id] = finished(motion, row)
    return sorted(found.values(), key=lambda clip: clip.row.id)


def finished(motion: Motion, row: Row) -> Estimated:
    """Bridge short gaps and bring the clip to its length where the rule says so."""
    missing = missing_frames(motion)
    motion, _ = bridge(motion, _short_ones(missing, motion.fps))
    edit = ""
    if row.is_interpolated and 2 <= motion.num_frames < row.min_frames:
        edit = f"interpolated from {motion.num_frames} to {row.min_frames} frames"
        motion = stretched(motion, row.min_frames)
    origin = dataclasses.replace(
        motion.provenance, label=row.move, source=row.file, source_sha256=row.source_sha256,
        edit=edit,
    )  # fmt: skip
    return Estimated(row, motion.replace(provenance=origin), int(missing.sum()))


def stretched(motion: Motion, num_frames: int) -> Motion:
    """The same seconds in ``num_frames`` frames, poses in between by slerp."""
    rate = motion.fps * (num_frames - 1 + 1e-3) / (motion.num_frames - 1)
    result = resampled(motion, rate)
    return result if result.num_frames == num_frames else result.sliced(0, num_frames)


def _short_ones(missing: npt.NDArray[np.bool_], fps: float) -> npt.NDArray[np.bool_]:
    short = np.zeros_like(missing)
    for first, stop in runs(missing):
        if stop - first <= SHORT_SECONDS * fps:
            short[first:stop] = True
    return short


def _sources(manifest: Manifest) -> dict[str, Path]:
    """The videos where the build found them, if they are still what they were."""
    try:
        found = find_videos(Path(str(manifest.head.get("videos", ""))))
    except FileProblem:
        return {}
    checked: dict[str, Path] = {}
    for row in manifest.rows.values():
        path = found.get(row.video)
        if path is None or row.video in checked:
            continue
        stat = path.stat()
        same = (stat.st_size, stat.st_mtime_ns) == (row.source_size, row.source_mtime_ns)
        if same or content_hash(path) == row.source_sha256:
            checked[row.video] = path
    return checked


def _folder_name(move: str) -> str:
    """A move as the name of a folder, from which the batch takes the label."""
    return re.sub(r"[^\w -]+", " ", move).strip().replace(" ", "_") or "move"
