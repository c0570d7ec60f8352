"""The one entry to estimating: a video and an estimator's name in, motions out."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from core import __version__
from core.errors import FileProblem, StudioError
from core.estimators.base import ESTIMATORS, Estimate
from core.motion import Provenance
from core.progress import SILENT, Progress


def estimate_video(
    path: Path | str,
    estimator: str = "blazepose",
    progress: Progress = SILENT,
    focal: float | None = None,
) -> Estimate:
    """Turn a video into one motion a person, with where it came from.

    ``focal`` is the focal length in pixels of the upright picture; None guesses the diagonal.
    Progress carries pictures with the points drawn in. Motions are y up, metres, feet on y = 0.
    Raises FileProblem (no video, damaged), NoPersonFound, ModelProblem (not installed), Cancelled.
    """
    path = Path(path)
    entry = ESTIMATORS.get(estimator)
    if entry is None:
        raise StudioError(
            f"There is no estimator called {estimator}.", f"Choose from: {', '.join(ESTIMATORS)}."
        )
    if focal is not None and not focal > 0:
        raise StudioError("The focal length must be above zero pixels.", "Leave it out to guess.")
    digest = _sha256(path)
    start = time.perf_counter()
    found = entry.load().estimate(path, progress=progress, focal=focal)
    provenance = Provenance(
        kind="estimated",
        source=path.name,
        source_sha256=digest,
        estimator=estimator,
        version=__version__,
    )
    motions = [motion.replace(provenance=provenance) for motion in found.motions]
    seconds = max(time.perf_counter() - start, 1e-9)
    summary = {
        "video": path.name,
        "sha256": digest,
        "estimator": estimator,
        **found.summary,
        "seconds": round(seconds, 3),
        "frames_per_second": round(found.summary.get("video_frames", 0) / seconds, 1),
    }
    progress.step(1.0, "Done")
    return Estimate(
        motions=motions,
        summary=summary,
        landmarks=found.landmarks,
        start_seconds=found.start_seconds,
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileProblem(f"{path.name} does not exist.", "Choose another file.") from error
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error
