"""What an import found, on disk beside its chunks: body and landmarks over the video come back with
the queue after a restart. Arrays and JSON only; nothing in the files is run when they are read."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.atomic import written_whole
from core.errors import StudioError
from core.motion_file import load_motion, save_motion
from studio.services.importing import ImportedPerson, ImportedVideo

if TYPE_CHECKING:
    from core.estimators.base import Overlay
    from core.video.camera import PersonCamera

log = logging.getLogger(__name__)

_FILE = "result.json"
_DAMAGE = (StudioError, OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile)


def save_result(folder: Path, result: ImportedVideo) -> None:
    """Keep a result in a folder. Failing to write is logged: the clips themselves are safe."""
    try:
        rows = []
        for index, person in enumerate(result.people):
            save_motion(folder / f"person{index}.npz", person.motion)
            with written_whole(folder / f"seen{index}.npz") as temporary, temporary.open("wb") as f:
                np.savez_compressed(f, **_arrays(person))
            rows.append(
                {"name": person.name, "estimator": person.estimator, "track": person.track,
                 "start": person.start}
            )  # fmt: skip
        text = json.dumps({"people": rows, "summary": _plain(result.summary)})
        with written_whole(folder / _FILE) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except (StudioError, OSError, TypeError, ValueError) as error:
        log.warning("the result of %s could not be kept: %s", result.path.name, error)


def load_result(folder: Path, video: Path) -> ImportedVideo | None:
    """Read what :func:`save_result` kept, None where there is nothing that can be read."""
    try:
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        people = tuple(_person(folder, index, row) for index, row in enumerate(kept["people"]))
        return ImportedVideo(path=video, people=people, summary=dict(kept.get("summary", {})))
    except FileNotFoundError:
        return None
    except (*_DAMAGE, AttributeError) as error:
        log.warning("the result of %s cannot be read: %s", video.name, error)
        return None


def _plain(summary: dict[str, Any]) -> dict[str, Any]:
    plain = (str, int, float, bool)
    return {key: value for key, value in summary.items() if isinstance(value, plain)}


def _arrays(person: ImportedPerson) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    if (seen := person.overlay) is not None:
        arrays |= {
            "times": seen.times, "image": np.asarray(seen.image, np.float32),
            "visibility": np.asarray(seen.visibility, np.float32), "edges": np.array(seen.edges),
            "size": [seen.width, seen.height],
        }  # fmt: skip
    if (camera := person.camera) is not None:
        arrays |= {
            "camera_times": camera.times, "camera_trans": camera.trans,
            "camera_orient": camera.global_orient, "camera_centre": camera.centre,
            "camera_numbers": [camera.focal, camera.width, camera.height],
        }  # fmt: skip
    return arrays


def _person(folder: Path, index: int, row: dict[str, Any]) -> ImportedPerson:
    with np.load(folder / f"seen{index}.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return ImportedPerson(
        motion=load_motion(folder / f"person{index}.npz"),
        name=str(row["name"]),
        estimator=str(row["estimator"]),
        track=int(row["track"]),
        start=float(row["start"]),
        overlay=_overlay(arrays),
        camera=_camera(arrays),
    )


def _overlay(arrays: dict[str, Any]) -> Overlay | None:
    if "image" not in arrays:
        return None
    from core.estimators.base import Overlay

    return Overlay(
        times=arrays["times"], image=arrays["image"], visibility=arrays["visibility"],
        edges=tuple((int(a), int(b)) for a, b in arrays["edges"]),
        width=int(arrays["size"][0]), height=int(arrays["size"][1]),
    )  # fmt: skip


def _camera(arrays: dict[str, Any]) -> PersonCamera | None:
    if "camera_times" not in arrays:
        return None
    from core.video.camera import PersonCamera

    focal, width, height = arrays["camera_numbers"]
    return PersonCamera(
        focal=float(focal), width=int(width), height=int(height), centre=arrays["camera_centre"],
        times=arrays["camera_times"], global_orient=arrays["camera_orient"],
        trans=arrays["camera_trans"],
    )  # fmt: skip
