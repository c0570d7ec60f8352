"""From FineGym's lists and a folder of videos to judged clips in a build folder; resumable.

Each element is cut with a little context on either side, looked at and judged; its row is written
before the next one begins. Elements that were built with the same settings are not built again, and
what a person has decided is never overruled.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.datasets.finegym.annotations import read_annotations
from core.datasets.finegym.checks import Limits, is_failed, judge
from core.datasets.finegym.elements import Element, Joined, find_videos, join
from core.datasets.finegym.lengths import MIN_FRAMES, RULES, Planned, Rule, planned_span
from core.datasets.finegym.lists import Split, check_fit, read_categories, read_split
from core.datasets.finegym.looking import FindPeople, find_with_detector, look_at
from core.datasets.finegym.manifest import Manifest, Row
from core.datasets.finegym.moves import PRESET, resolve
from core.errors import FileProblem, StudioError
from core.estimators.file_lock import held
from core.estimators.manifest import content_hash
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo, probe
from core.video.span import cut

MANIFEST_NAME = "manifest.jsonl"
CLIPS, LOOKS, LOCK = "clips", "looks", ".lock"


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """What to build from and how. Raises StudioError for a choice that makes no sense.

    ``moves``: names as :func:`core.datasets.finegym.moves.resolve` understands them;
    ``context_seconds``: kept on either side of a clip so that a person can move its ends.
    """

    annotations: Path
    splits: tuple[Path, ...]
    categories: Path
    videos: Path
    moves: tuple[str, ...] = tuple(move.name for move in PRESET)
    rule: Rule = "pad"
    min_frames: int = MIN_FRAMES
    context_seconds: float = 0.6
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise StudioError(f"There is no length rule {self.rule}.", f"Use: {', '.join(RULES)}.")
        if not self.splits or not self.moves:
            raise StudioError("A split file and a move are needed.", "Choose at least one of each.")
        if not 2 <= self.min_frames <= 1000 or not 0 <= self.context_seconds <= 10:
            raise StudioError("That length makes no sense.", "Use 2 to 1000 frames, 0 to 10 s.")

    @property
    def settings(self) -> str:
        """12 hex digits that name the rules and limits: other ones judge anew."""
        values = [self.rule, self.min_frames, self.context_seconds, dataclasses.asdict(self.limits)]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class BuildReport:
    """What a build did: elements built now, there before, and those that could not be (reasons)."""

    joined: Joined
    built: int
    kept: int
    failed: dict[str, str]
    manifest: Path

    @property
    def text(self) -> str:
        """One sentence for a person."""
        parts = [f"{_counted(self.built, 'clip')} built"]
        if self.kept:
            parts.append(f"{self.kept} there before")
        if self.failed:
            parts.append(f"{len(self.failed)} could not be cut")
        if self.joined.missing:
            count = len(self.joined.missing)
            parts.append(f"{_counted(count, 'video')} {'is' if count == 1 else 'are'} missing")
        return ", ".join(parts)


def plan(options: BuildOptions) -> tuple[Joined, tuple[Split, ...]]:
    """Read the lists and say what there is to do. Raises FileProblem, StudioError."""
    categories = read_categories(options.categories)
    splits = []
    for path in options.splits:
        split = read_split(path)
        check_fit(split, categories, path)
        splits.append(split)
    moves = [resolve(text, categories) for text in options.moves]
    annotations = read_annotations(options.annotations)
    return join(splits, annotations, categories, moves, find_videos(options.videos)), tuple(splits)


def build(
    options: BuildOptions,
    folder: Path,
    progress: Progress = SILENT,
    *,
    find: FindPeople = find_with_detector,
) -> BuildReport:
    """Cut, look at and judge every wanted element; run it again to go on.

    Raises FileProblem (lists, a folder that cannot be written), ModelProblem (the finder's networks
    are missing), StudioError (nothing to do, another build at it), Cancelled. A broken video fails
    its own elements.
    """
    joined, splits = plan(options)
    if not joined.elements:
        raise StudioError(
            f"There is nothing to build: {joined.text}",
            "Put the videos into the folder, each named by its 11-character id.",
        )
    with held(folder / LOCK) as is_mine:
        if not is_mine:
            raise StudioError(
                f"Another build is writing into {folder}.", "Wait for it, or choose another folder."
            )
        manifest = Manifest.open(folder / MANIFEST_NAME)
        manifest.begin(_head(options, splits, joined))
        return _build_all(joined, options, folder, manifest, progress, find)


def _build_all(
    joined: Joined, options: BuildOptions, folder: Path, manifest: Manifest, progress: Progress,
    find: FindPeople,
) -> BuildReport:  # fmt: skip
    built = kept = 0
    failed: dict[str, str] = {}
    sources: dict[str, _Source | FileProblem] = {}
    for index, element in enumerate(joined.elements):
        share = progress.part(index / len(joined.elements), (index + 1) / len(joined.elements))
        share.step(0.0, f"{index + 1} of {len(joined.elements)}, {element.id}")
        if element.video not in sources:
            sources[element.video] = _source(joined.files[element.video], manifest)
        source = sources[element.video]
        if isinstance(source, FileProblem):
            failed[element.id] = str(source)
            continue
        before = manifest.rows.get(element.id)
        if before is not None and _is_done(before, source, options, folder):
            kept += 1
            continue
        try:
            manifest.put(_built(element, source, options, folder, before, find, share))
            built += 1
        except FileProblem as problem:
            failed[element.id] = str(problem)
    progress.step(1.0, "Done")
    return BuildReport(joined, built, kept, failed, manifest.path)


@dataclass(frozen=True)
class _Source:
    info: VideoInfo
    sha256: str
    size: int
    mtime_ns: int


def _source(path: Path, manifest: Manifest) -> _Source | FileProblem:
    """Probe and hash a video once; a large one that has not changed is not hashed again."""
    try:
        stat = path.stat()
        known = {
            row.source_sha256
            for row in manifest.rows.values()
            if (row.file, row.source_size, row.source_mtime_ns)
            == (path.name, stat.st_size, stat.st_mtime_ns)
        }
        digest = known.pop() if len(known) == 1 else content_hash(path)
        return _Source(probe(path), digest, stat.st_size, stat.st_mtime_ns)
    except FileProblem as problem:
        return problem
    except OSError as error:
        return FileProblem(f"{path.name} cannot be read: {error}.", "Check its rights.")


def _is_done(row: Row, source: _Source, options: BuildOptions, folder: Path) -> bool:
    return (
        row.settings == options.settings
        and row.source_sha256 == source.sha256
        and (folder / row.clip).is_file()
    )


def _built(
    element: Element, source: _Source, options: BuildOptions, folder: Path, before: Row | None,
    find: FindPeople, progress: Progress,
) -> Row:  # fmt: skip
    info = source.info
    planned = planned_span(element, info.fps, options.rule, options.min_frames)
    if before is not None and before.is_trimmed:  # the ends a person chose stay
        start, stop = before.span
        planned = dataclasses.replace(planned, start=start, stop=stop, problem="")
    clip = Path(CLIPS) / f"{element.id}.mp4"
    context = options.context_seconds
    written = cut(
        info.path, max(planned.start - context, 0.0), planned.stop + context, folder / clip,
        info, progress,
    )  # fmt: skip
    look = look_at(folder / clip, find, progress)
    look.save(folder / LOOKS / f"{element.id}.npz")
    row = _row(element, source, options, planned, clip, written.first, look.num_frames)
    row = dataclasses.replace(row, clip_sha256=content_hash(folder / clip))
    row = dataclasses.replace(row, verdicts=judge(row.facts(), look, options.limits))
    row = judged(row)
    if before is not None and before.decided_by != "checks":
        row = dataclasses.replace(
            row, state=before.state, decided_by=before.decided_by, reason=before.reason,
            when=before.when, is_trimmed=before.is_trimmed,
        )  # fmt: skip
    return row


def judged(row: Row) -> Row:
    """The row with the state the checks give it: rejected where one failed, otherwise open."""
    reasons = "; ".join(v.reason for v in row.verdicts if v.state == "fail")
    return row.decided("rejected" if is_failed(row.verdicts) else "open", "checks", reasons)


def _row(
    element: Element, source: _Source, options: BuildOptions, planned: Planned, clip: Path,
    clip_first: int, clip_frames: int,
) -> Row:  # fmt: skip
    fps = source.info.fps
    first = round(planned.start * fps) - clip_first
    first = min(max(first, 0), max(clip_frames - 1, 0))
    end = min(first + planned.num_frames, clip_frames)
    if abs(planned.stop - planned.start - planned.num_frames / fps) > 1 / fps:  # trimmed by hand
        end = min(round(planned.stop * fps) - clip_first, clip_frames)
    return Row(
        id=element.id, video=element.video, file=source.info.path.name, move=element.move.name,
        label=element.label, glabel=element.move.glabel, split=element.split,
        annotated=(element.start, element.stop), span=(planned.start, planned.stop),
        frames=(first, max(end, first + 1)),
        source_frames=(clip_first + first, clip_first + max(end, first + 1)), fps=fps,
        clip=clip.as_posix(), clip_start=clip_first / fps, clip_frames=clip_frames,
        event=(element.event_start, element.event_stop),
        before=element.before, after=element.after, rule=options.rule,
        min_frames=options.min_frames, is_interpolated=planned.is_interpolated,
        problem=planned.problem, source_sha256=source.sha256, source_size=source.size,
        source_mtime_ns=source.mtime_ns, settings=options.settings,
    )  # fmt: skip


def _head(options: BuildOptions, splits: Sequence[Split], joined: Joined) -> dict[str, Any]:
    return {
        "annotations": str(options.annotations),
        "annotations_sha256": content_hash(options.annotations),
        "splits": [
            {"file": str(path), "version": split.version, "elements": len(split.lines)}
            for path, split in zip(options.splits, splits, strict=True)
        ],
        "categories": str(options.categories),
        "videos": str(options.videos),
        "moves": list(options.moves),
        "rule": options.rule,
        "min_frames": options.min_frames,
        "context_seconds": options.context_seconds,
        "limits": dataclasses.asdict(options.limits),
        "missing_videos": joined.missing,
        "without_times": list(joined.unannotated),
    }  # fmt: skip


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
