"""The two steps of an import: look, then take."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.cleanup import find_contacts
from core.cleanup.alignment import Tilt, find_tilt
from core.errors import FileProblem, StudioError
from core.estimators.results.content import open_content
from core.estimators.results.found import Found, FoundPerson
from core.estimators.results.placing import AXES, Placing, knows_width, start_of, to_motions
from core.estimators.results.readers import OWN_CLIP, READERS
from core.estimators.results.track import SMPL, SMPLH, SMPLX, RawTrack
from core.motion import Motion, Provenance
from core.motion_file import load_motion
from core.quality import measure_quality

BODY_NAMES = {SMPL: "SMPL", SMPLH: "SMPL-H", SMPLX: "SMPL-X"}


def inspect(path: Path | str) -> Found:
    """Say what a result file (or a tool's output folder) holds. Nothing is imported.

    Raises FileProblem: not there, empty, damaged, of no known tool, or refused by name.
    """
    path = Path(path)
    content = open_content(path)
    reader = next((r for r in READERS if r.recognises(content)), None)
    if reader is None:
        raise FileProblem(
            f"{path.name} is not a result of a tool this program knows ({_described(content)}).",
            f"Known are {', '.join(r.title for r in READERS)}.",
        )
    try:
        reading = reader.read(content)
    except FileProblem as problem:
        raise FileProblem(
            f"{path.name} ({reader.title}): {problem.message}", problem.hint
        ) from problem
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise FileProblem(
            f"{path.name} looks like a result of {reader.title}, but its parts do not fit.",
            "It is damaged, or of a version this program does not know.",
        ) from error
    tracks = [usable for track in reading.tracks if (usable := _finite(track)).num_frames]
    if not tracks:
        raise FileProblem(f"{path.name} holds no usable frame.", "Estimate the video again.")
    tracks.sort(key=lambda track: -track.num_frames)
    people = tuple(_person(track) for track in tracks)
    lost = sum(t.num_frames for t in reading.tracks) - sum(t.num_frames for t in tracks)
    notes = (
        *reading.notes,
        *((f"{lost} frame{'' if lost == 1 else 's'} without numbers left out",) if lost else ()),
    )
    axes, body = tracks[0].axes, BODY_NAMES[tracks[0].body_id]
    return Found(
        path=path,
        sha256=_sha256(path),
        tool=reader.name,
        title=reader.title,
        text=_line(reader.title, people, reading.layout, axes, body, reading.fps, notes),
        people=people,
        fps=reading.fps,
        layout=reading.layout,
        axes=axes,
        body=body,
        notes=notes,
        tracks=tuple(tracks),
    )


def load_people(
    found: Found,
    which: Iterable[str] | None = None,
    fps: float | None = None,
    *,
    video: Path | None = None,
    axes: str | None = None,
    focal: float | None = None,
    official: bool = False,
    level: bool = True,
) -> list[Motion]:
    """Import people of a file: upright, metres, on the floor; gaps bridged and marked as inferred.

    which: keys of ``found.people``, None for all. fps: frames a second of the file's frame numbers;
    needed where ``found.fps`` is None, unless ``video`` is given, which is then asked. axes: a name
    in :data:`placing.AXES` where the file's own is wrong. focal: pixels of the full picture, for
    files with weak cameras only. official: VIBE's camera as its demo draws it. level: turn what is
    in camera axes upright where feet or the way people stand show that the camera was tilted.
    A person with a hole of over a second becomes several motions. Raises StudioError, FileProblem.
    """
    if found.tool == OWN_CLIP and axes is None:
        return [load_motion(found.path)]
    rate = _rate(found, fps, video)
    if axes is not None and axes not in AXES:
        raise StudioError(f"There are no axes called {axes}.", f"Choose from: {', '.join(AXES)}.")
    if focal is not None and not focal > 0:
        raise StudioError("The focal length must be above zero pixels.", "Leave it out to guess.")
    placing = Placing(fps=rate, focal=focal, official=official)
    motions: list[Motion] = []
    corrected = [t if axes is None else dataclasses.replace(t, axes=axes) for t in found.tracks]
    tilt = _tilt(corrected[0], placing) if level else None
    if tilt is not None:
        placing = dataclasses.replace(placing, level=tilt.turn)
    for track in _chosen(found, corrected, which):
        if focal is not None and track.camera is not None and not knows_width(track.camera):
            raise StudioError(
                f"{found.path.name} does not say how wide the picture is, which a focal length"
                " in pixels needs.",
                "Leave the focal length out.",
            )
        provenance = Provenance(
            kind="imported",
            source=found.path.name,
            source_sha256=found.sha256,
            estimator=found.tool,
            edit=_edit(found, track, tilt),
            version=__version__,
        )
        motions += to_motions(track, placing, provenance)
    start = start_of(corrected[0], placing)
    placed = [motion.replace(trans=motion.trans - start) for motion in motions]
    return [m.with_channels(**measure_quality(m).channels) for m in placed]


def _tilt(track: RawTrack, placing: Placing) -> Tilt | None:
    """How the camera was tilted, by the person seen longest; None where that is not to be told.

    Always the same person, so that people taken out one by one share one floor.
    """
    if track.axes != "camera axes":
        return None
    longest = max(to_motions(track, placing, Provenance()), key=lambda m: m.num_frames)
    tilt = find_tilt(longest, find_contacts(longest))
    return tilt if any(tilt.turn) else None


def _edit(found: Found, track: RawTrack, tilt: Tilt | None) -> str:
    """What was done, for the clip's provenance."""
    parts = [f"person {track.key}"] if len(found.people) > 1 else []
    if tilt is not None:
        parts.append(f"levelled by {tilt.degrees:.1f} degrees")
    return "; ".join(parts)


def _chosen(found: Found, tracks: list[RawTrack], which: Iterable[str] | None) -> list[RawTrack]:
    if which is None:
        return tracks
    wanted = [str(key) for key in which]
    by_key = {track.key: track for track in tracks}
    unknown = [key for key in wanted if key not in by_key]
    if unknown:
        raise StudioError(
            f"{found.path.name} has no person {unknown[0]}.",
            f"It has {', '.join(by_key)}.",
        )
    return [by_key[key] for key in wanted]


def _rate(found: Found, fps: float | None, video: Path | None) -> float:
    if fps is None and video is not None:
        from core.video.decode import probe

        fps = probe(video).fps
    if fps is None:
        fps = found.fps
    if fps is None:
        raise StudioError(
            f"{found.path.name} does not say how many frames a second it has.",
            "Give the frame rate, or the video it was made from.",
        )
    if not 0.1 <= fps <= 10_000:
        raise StudioError("The frame rate must lie between 0.1 and 10000.", "30 is usual.")
    return float(fps)


def _finite(track: RawTrack) -> RawTrack:
    """Leave out rows with numbers that are not finite: they are gaps."""
    good = np.isfinite(track.rotmats).all((1, 2, 3))
    if track.trans is not None:
        good &= np.isfinite(track.trans).all(1)
    if track.camera is not None:
        for values in (track.camera.orig, track.camera.crop, track.camera.size_px):
            if values is not None:
                good &= np.isfinite(values.reshape(track.num_frames, -1)).all(1)
    return track if good.all() else track.taken(np.flatnonzero(good))


def _person(track: RawTrack) -> FoundPerson:
    return FoundPerson(
        key=track.key,
        name=track.name or f"person {track.key}",
        num_frames=track.num_frames,
        first_frame=int(track.frames.min()),
        last_frame=int(track.frames.max()),
        missing=track.num_missing,
        has_trajectory=track.has_trajectory,
    )


def _line(
    title: str,
    people: tuple[FoundPerson, ...],
    layout: str,
    axes: str,
    body: str,
    fps: float | None,
    notes: tuple[str, ...],
) -> str:
    """ "PARE, 3 people, 143 frames, matrices 24x3x3, camera axes"."""
    counts = sorted({person.num_frames for person in people})
    frames = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    parts = [
        title,
        f"{len(people)} people" if len(people) > 1 else "1 person",
        f"{frames} frame{'' if frames == '1' else 's'}",
        layout,
        axes,
    ]
    if body != "SMPL":
        parts.append(f"{body} body")
    if fps is not None:
        parts.append(f"{fps:g} fps")
    if not any(person.has_trajectory for person in people):
        parts.append("in place")
    missing = sum(person.missing for person in people)
    if missing:
        parts.append(f"{missing} missing frame{'' if missing == 1 else 's'}")
    return ", ".join([*parts, *notes])


def _described(content: Any) -> str:
    """What a file of no known tool holds, in a few words."""
    if isinstance(content, dict):
        keys = [str(key)[:24] for key in list(content)[:4]]
        return f"a dictionary with {', '.join(keys)}{', ...' if len(content) > 4 else ''}"
    if isinstance(content, np.ndarray):
        return f"an array of shape {content.shape}"
    return f"a {type(content).__name__}"


def _sha256(path: Path) -> str:
    if path.is_dir():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
