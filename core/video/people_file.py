"""People of a video in a file: one npz with arrays a person and a line of JSON, read restrictedly.

Must stay readable by later versions: unknown fields are dropped, missing ones are left empty.
"""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from core.video.decode import VideoInfo
from core.video.people import People, Points, Track

_FORMAT = 1
_ARRAYS = ("frames", "boxes", "scores", "sharpness")
_POINTS = tuple(field.name for field in dataclasses.fields(Points))


def save_people(path: Path, people: People) -> None:
    """Write people to an npz, whole or not at all. Raises FileProblem."""
    video = dataclasses.asdict(people.video) | {"path": str(people.video.path)}
    head = {
        "format": _FORMAT,
        "video": video,
        "cuts": people.cuts,
        "people": [{"id": track.id, "name": track.name} for track in people],
    }
    arrays: dict[str, npt.NDArray[Any]] = {"times": people.times}
    for track in people:
        for name in _ARRAYS:
            if (value := getattr(track, name)) is not None:
                arrays[f"{track.id}_{name}"] = value
        if track.points is not None:
            for name in _POINTS:
                arrays[f"{track.id}_points_{name}"] = getattr(track.points, name)
    with written_whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)  # type: ignore[arg-type]


def load_people(path: Path) -> People:
    """Read :func:`save_people`'s file. Raises FileProblem when it is missing, foreign or broken."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        head = json.loads(arrays["head"].tobytes().decode())
        if head["format"] != _FORMAT:
            raise FileProblem(f"{path.name} was written by a newer version of the program.")
        known = {field.name for field in dataclasses.fields(VideoInfo)}
        video = {name: value for name, value in head["video"].items() if name in known}
        video["path"] = Path(video["path"])
        return People(
            video=VideoInfo(**video),
            times=arrays["times"],
            cuts=tuple(head["cuts"]),
            tracks=tuple(_track(int(p["id"]), str(p["name"]), arrays) for p in head["people"]),
        )
    except FileNotFoundError as error:
        raise FileProblem(f"{path.name} does not exist.") from error
    except FileProblem:
        raise
    except (
        OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, StudioError,
    ) as error:  # fmt: skip
        raise FileProblem(
            f"{path.name} is not a readable list of people.", "Find the people again."
        ) from error


def _track(id: int, name: str, arrays: dict[str, npt.NDArray[Any]]) -> Track:
    points = None
    if f"{id}_points_{_POINTS[0]}" in arrays:
        points = Points(*(arrays[f"{id}_points_{field}"] for field in _POINTS))
    frames, boxes, scores = (arrays[f"{id}_{field}"] for field in _ARRAYS[:3])
    return Track(
        id=id,
        frames=frames,
        boxes=boxes,
        scores=scores,
        name=name,
        points=points,
        sharpness=arrays.get(f"{id}_sharpness"),
    )
