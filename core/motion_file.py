"""The studio's own clip file: one npz with the arrays of a :class:`Motion` and its provenance.

Keys: ``poses (T,24,3)``, ``trans (T,3)``, ``betas (10,)``, ``fps``, ``body_id``, ``provenance``
(a line of JSON), and where present ``confidence (T,)``, ``inferred`` and one ``channel_NAME (T,)``
for each channel. Never pickles.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from core.motion import NUM_BETAS, Motion, Provenance

MAX_BYTES = 1 << 30  # a clip of an hour at 60 fps is 65 MB
# what zipfile, zlib and numpy raise on damaged or lying files; RuntimeError is an encrypted one,
# MemoryError a header that promises an array no machine can hold
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, TypeError, RuntimeError,
    OverflowError, MemoryError,
)  # fmt: skip
_KEYS = {"poses", "trans", "betas", "fps", "body_id", "provenance", "confidence", "inferred"}
_CHANNEL = "channel_"


def save_motion(path: Path, motion: Motion) -> None:
    """Write the clip, whole or not at all. Raises FileProblem."""
    arrays: dict[str, Any] = {
        "poses": motion.poses,
        "trans": motion.trans,
        "betas": motion.betas,
        "fps": np.float64(motion.fps),
        "body_id": np.array(motion.body_id),
        "provenance": np.array(motion.provenance.to_json()),
        "inferred": np.array(motion.inferred, dtype=np.int64),
    }
    if motion.confidence is not None:
        arrays["confidence"] = motion.confidence
    arrays |= {_CHANNEL + name: values for name, values in motion.channels.items()}
    with written_whole(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)


def load_motion(path: Path) -> Motion:
    """Read a clip written by :func:`save_motion`. Raises FileProblem or StudioError."""
    arrays = _read_arrays(path)
    missing = {"poses", "trans"} - arrays.keys()
    if missing:
        raise FileProblem(
            f"{path.name} is not a clip: it has no {' and no '.join(sorted(missing))}.",
            "Choose an npz file written by Motion Studio.",
        )
    try:
        return Motion(
            poses=arrays["poses"],
            trans=arrays["trans"],
            betas=arrays.get("betas", np.zeros(NUM_BETAS, np.float32)),
            fps=float(arrays.get("fps", 30.0)),
            body_id=str(arrays.get("body_id", "free")),
            confidence=arrays.get("confidence"),
            inferred=tuple(int(i) for i in np.atleast_1d(arrays.get("inferred", []))),
            channels={
                key.removeprefix(_CHANNEL): values
                for key, values in arrays.items()
                if key.startswith(_CHANNEL)
            },
            provenance=Provenance.from_json(str(arrays.get("provenance", "{}"))),
        )
    except StudioError as error:
        raise FileProblem(f"{path.name} is damaged: {error.message}", error.hint) from error
    except (TypeError, ValueError) as error:
        raise FileProblem(
            f"{path.name} is damaged: {error}.", "Make or export the clip again."
        ) from error


def _read_arrays(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 1 GB, too large for a clip.")
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise FileProblem(f"{path.name} unpacks to more than 1 GB, too large for a clip.")
        with np.load(path, allow_pickle=False) as archive:
            return {
                key: archive[key]
                for key in archive.files
                if key in _KEYS or key.startswith(_CHANNEL)
            }
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name and its rights."
        ) from error
    except _UNREADABLE as error:
        raise FileProblem(
            f"{path.name} is not a readable npz file.",
            "Copy it again if it was cut off; of another kind, make a clip of it: "
            "motion-studio import, or drop it on the window.",
        ) from error
