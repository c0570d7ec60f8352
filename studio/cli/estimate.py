"""``motion-studio estimate``: a video in, one clip a person out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.atomic import written_whole
from core.motion_file import save_motion
from studio.cli.running import check_writable, libraries_muted, progress_bar


def estimate(
    video: Annotated[Path, typer.Argument(help="The video file.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the clips; made if it is not there.")
    ],
    estimator: Annotated[
        str, typer.Option(help="Which estimator to use; `motion-studio models` lists its files.")
    ] = "blazepose",
    focal: Annotated[
        float | None,
        typer.Option(
            min=1.0, help="Focal length in pixels, if you know it.", show_default="the diagonal"
        ),
    ] = None,
) -> None:
    """Turn a video of a person into 3D body motion.

    Writes one clip a person, <video>_person1.npz, and summary.json: how many frames were seen,
    how surely, and which were bridged. The video should show one person whole, feet included.

    \b
    Examples:
      motion-studio estimate dance.mp4 --out clips
      motion-studio estimate phone.mov --out clips --focal 1500
    """
    from core.estimators import estimate_video

    check_writable(out)
    with libraries_muted(), progress_bar(f"Estimating {video.name}") as progress:
        result = estimate_video(video, estimator=estimator, progress=progress, focal=focal)
    files = []
    for person, motion in enumerate(result.motions, start=1):
        path = out / f"{video.stem}_person{person}.npz"
        save_motion(path, motion)
        files.append(path)
        print(path)
    summary = {"files": [path.name for path in files], **result.summary}
    with written_whole(out / "summary.json") as temporary:
        text = json.dumps(summary, indent=2, default=_plain, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
    print(out / "summary.json")


def _plain(value: Any) -> Any:
    """Numpy's numbers and arrays as JSON has them, anything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
