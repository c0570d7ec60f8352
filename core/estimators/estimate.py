"""The entry to estimating: a video, estimators by name and options in, motions out."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.errors import FileProblem, NoPersonFound, StudioError
from core.estimators import standing
from core.estimators.base import ESTIMATORS, Estimate, EstimatorEntry, Person
from core.estimators.chunks import file_digest
from core.estimators.options import EstimateOptions
from core.motion import Motion, Provenance
from core.progress import SILENT, Progress
from core.video.decode import probe
from core.video.people import People, find_people

# share of the time that goes into finding people: where networks look afterwards, where the
# points are fitted afterwards, and where they are only lifted
_FINDING, _FINDING_FITTED, _FINDING_ONLY = 0.25, 0.4, 0.9
_LOOKED = 0.9  # when networks have looked at everything


def estimate_people(
    path: Path | str,
    options: EstimateOptions | None = None,
    people: People | None = None,
    progress: Progress = SILENT,
) -> dict[str, Estimate]:
    """Estimate the people of a video with every estimator in ``options``; one Estimate a name.

    ``people`` are those found before (:func:`core.video.people.find_people`) and corrected by the
    user; without it they are found first. All estimators get the same tracks, and those that look
    at crops share one pass of decoding. Motions are y up, metres, feet on y = 0, people beside each
    other as seen. Finished chunks are kept in ``options.work_folder`` and not computed again.

    Raises FileProblem (no video, damaged), NoPersonFound, ModelProblem (a model file is missing),
    StudioError (an option makes no sense) or Cancelled.
    """
    path, options = Path(path), options or EstimateOptions()
    entries = [_entry(name) for name in options.estimators]
    digest = file_digest(path)
    start = time.perf_counter()
    loaded = {entry.name: entry.load(options) for entry in entries}  # complain before the work
    networks = {entry.name: loaded[entry.name] for entry in entries if entry.kind == "crops"}
    share = 0.0
    if people is None:
        share = _FINDING if networks else _FINDING_FITTED if options.refine else _FINDING_ONLY
        people = find_people(
            path,
            max_people=options.max_people,
            progress=progress.part(0.0, share),
            work_folder=options.work_folder,
        )
    else:
        people = _in_this_video(people, path)
    chosen = _chosen(people, options)
    looked: dict[str, Any] = {}
    if networks:
        from core.estimators.one_pass import look

        looked = look(chosen, networks, options, digest, progress.part(share, _LOOKED))
        share = _LOOKED
    results = {}
    for i, entry in enumerate(entries):
        last = progress.part(*(share + (1 - share) * n / len(entries) for n in (i, i + 1)))
        if entry.kind == "points":
            persons = loaded[entry.name].persons(chosen, options, last)
        else:
            persons = _bodies(entry, loaded[entry.name], looked[entry.name], chosen, options, last)
        results[entry.name] = _estimate(entry, persons, chosen, options, digest, looked)
    seconds = max(time.perf_counter() - start, 1e-9)
    for result in results.values():
        frames = result.summary["video_frames"]
        result.summary["seconds"] = round(seconds, 3)
        result.summary["frames_per_second"] = round(frames / seconds, 1)
    progress.step(1.0, "Done")
    return results


def estimate_video(
    path: Path | str,
    estimator: str = "blazepose",
    progress: Progress = SILENT,
    focal: float | None = None,
) -> Estimate:
    """Turn a video into one motion a person with one estimator and plain options.

    ``focal`` is the focal length in pixels of the upright picture; None guesses the diagonal.
    Raises as :func:`estimate_people`.
    """
    _entry(estimator)
    options = EstimateOptions(estimators=(estimator,), focal=focal)
    return estimate_people(path, options, progress=progress)[estimator]


def _entry(name: str) -> EstimatorEntry:
    if name not in ESTIMATORS:
        raise StudioError(
            f"There is no estimator called {name}.", f"Choose from: {', '.join(ESTIMATORS)}."
        )
    return ESTIMATORS[name]


def _in_this_video(people: People, path: Path) -> People:
    """Return the people with the video where it is now. Raises StudioError for another video."""
    video = probe(path)
    found_in = people.video
    if (video.width, video.height) != (found_in.width, found_in.height):
        raise StudioError(
            f"These people were not found in {path.name}: its pictures have another size.",
            "Find the people again.",
        )
    return dataclasses.replace(people, video=video)


def _chosen(people: People, options: EstimateOptions) -> People:
    if not people.tracks:
        raise NoPersonFound(
            f"Nobody is left to estimate in {people.video.path.name}.",
            "Choose at least one person.",
        )
    match options.people:
        case "all":
            return people
        case "prominent":
            return people.only((people.preselected,))
        case ids:
            return people.only(tuple(int(i) for i in ids))


def _bodies(
    entry: EstimatorEntry,
    network: Any,
    looked: Any,
    people: People,
    options: EstimateOptions,
    progress: Progress,
) -> list[Person]:
    from core.estimators.bodies import person_of

    persons = []
    for i, track in enumerate(people):
        progress.step(i / len(people), f"Putting {track.title} together")
        if options.official and len(track) < network.min_frames:
            continue
        rows = looked.rows(track)
        if any(len(values) != len(track) for values in rows.values()) or not rows:
            raise FileProblem(
                f"{people.video.path.name} has changed: it ends before {track.title} does.",
                "Find the people again.",
            )
        persons.append(person_of(entry.name, network, rows, track, people, options))
    if not persons:
        raise NoPersonFound(
            f"Nobody is seen for {network.min_frames} frames in {people.video.path.name}.",
            "Leave out `official`, which drops shorter tracks as the original does.",
        )
    return persons


def _estimate(
    entry: EstimatorEntry,
    persons: list[Person],
    people: People,
    options: EstimateOptions,
    digest: str,
    looked: dict[str, Any],
) -> Estimate:
    provenance = Provenance(
        kind="estimated",
        source=people.video.path.name,
        source_sha256=digest,
        estimator=entry.name,
        version=__version__,
    )
    motions = [
        _numbered(m, p.start_seconds, people).replace(provenance=provenance)
        for m, p in zip(standing.beside_each_other(persons), persons, strict=True)
    ]
    if options.clean:
        motions = _cleaned(motions)
    attention = None
    if entry.name in looked and looked[entry.name].has_attention:
        from core.estimators.attention import Attention

        attention = Attention(looked[entry.name], people.only(tuple(p.track for p in persons)))
    return Estimate(
        motions=motions,
        summary=_summary(entry, persons, people, options, digest),
        landmarks=[person.overlay for person in persons],
        start_seconds=[person.start_seconds for person in persons],
        tracks=[person.track for person in persons],
        cameras=[person.camera for person in persons],
        attention=attention,
    )


def _numbered(motion: Motion, start: float, people: People) -> Motion:
    """Note the number of the video's frame that each frame shows; between two at an own clock."""
    clock = start + np.arange(motion.num_frames) / motion.fps
    return motion.with_channels(
        video_frame=np.interp(clock, people.times, np.arange(len(people.times)))
    )


def _cleaned(motions: list[Motion]) -> list[Motion]:
    """Clean people who were filmed together, so that they go on sharing one floor."""
    from core.cleanup import clean_together

    return [cleaned.motion for cleaned in clean_together(motions)]


def _summary(
    entry: EstimatorEntry,
    persons: list[Person],
    people: People,
    options: EstimateOptions,
    digest: str,
) -> dict[str, Any]:
    first = {k: v for k, v in persons[0].summary.items() if k not in ("track", "name")}
    return {
        "video": people.video.path.name,
        "sha256": digest,
        "estimator": entry.name,
        "video_frames": len(people.times),
        **first,
        "focal_is_guess": options.is_focal_guessed,
        "official": options.official,
        "width": people.video.width,
        "height": people.video.height,
        "shot_cuts": list(people.cuts),
        "people": len(persons),
        "persons": [dict(person.summary) for person in persons],
    }
