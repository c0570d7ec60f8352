"""Procedural clips of the thirteen NTU13 actions: what the demo model learns from.

Each action is blocked the way an animator does it (key poses on tracks, eased in time, feet planted
by inverse kinematics) and varied by a seed. Numpy only; a 60-frame clip takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.datasets.demo.actions import TABLE
from core.datasets.demo.rig import perform
from core.datasets.demo.style import Style
from core.errors import StudioError
from core.motion import Motion, Provenance

ACTIONS: tuple[str, ...] = tuple(TABLE)
NATURAL_SECONDS = 2.0


def generate(label: str, seed: int, num_frames: int | None = None, fps: float = 30.0) -> Motion:
    """Make one clip of an action, y-up in metres on the floor y = 0, for the free body.

    The same (label, seed, num_frames, fps) give the same clip. ``num_frames`` None lets the action
    take its natural time (about two seconds); a short clip plays it faster, a long one rests at the
    end, cycles go on. Raises StudioError for an unknown label or a length below 2.
    """
    if label not in TABLE:
        raise StudioError(
            f'There is no demo action called "{label}".', "Choose one of: " + ", ".join(ACTIONS)
        )
    if num_frames is not None and num_frames < 2:
        raise StudioError(f"A clip needs at least 2 frames, not {num_frames}.")
    rng = _stream(label, seed)
    style = Style.draw(rng)
    wanted = NATURAL_SECONDS if num_frames is None else num_frames / fps
    score = TABLE[label](rng, style, wanted)
    natural = score.duration / style.tempo
    if num_frames is None:
        num_frames = round((wanted if score.loops else max(wanted, natural)) * fps)
    speed = style.tempo
    start = 0.0
    if not score.loops:
        room = num_frames / fps - natural
        if room < 0:
            speed = score.duration / (num_frames / fps)
        else:  # some stillness before the action begins
            start = rng.uniform(0.0, 0.4) * min(room, 0.5)
    at = (np.arange(num_frames) / fps - start) * speed
    poses, trans = perform(score, style, at, rng)
    provenance = Provenance(kind="demo", label=label, seed=seed, num_frames=num_frames)
    return Motion(
        poses=poses.astype(np.float32),
        trans=trans.astype(np.float32),
        fps=fps,
        provenance=provenance,
    )


def is_mirrored(label: str, seed: int) -> bool:
    """Tell whether :func:`generate` acts this seed's clip with the other side."""
    return Style.draw(_stream(label, seed)).mirrored


def _stream(label: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([ACTIONS.index(label), seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF])


def generate_many(
    label: str, count: int, *, seed: int = 0, num_frames: int | None = None, fps: float = 30.0
) -> Iterator[Motion]:
    """Yield ``count`` clips of an action for the seeds ``seed``, ``seed`` + 1, ..."""
    for i in range(count):
        yield generate(label, seed + i, num_frames, fps)
