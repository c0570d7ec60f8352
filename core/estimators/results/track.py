"""What one person's rows in another tool's file come down to, before they become a motion.

Still in the file's own axes and with the file's own frame numbers: :mod:`placing` turns it into a
:class:`core.motion.Motion`. Must not know any file layout.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SMPL, SMPLH, SMPLX = "smpl", "smplh", "smplx"
"""Body ids of imported motions: their betas are kept, and belong to a body that is not shipped."""


@dataclass(frozen=True, kw_only=True)
class WeakCamera:
    """A weak-perspective camera a frame, as VIBE and PARE store it for the whole picture.

    orig (N, 4): sx, sy, tx, ty with x_ndc = sx (X + tx), y_ndc = sy (Y + ty). crop (N, 3): s, tx,
    ty within the crop, None where the file has none. size_px (N,): side of the box without the
    crop's margin, None where the file has none. margin: crop side divided by box side. width: of
    the picture in pixels where the file says so.
    """

    orig: FloatArray
    crop: FloatArray | None = None
    size_px: FloatArray | None = None
    margin: float = 1.0
    width: float | None = None


@dataclass(frozen=True, kw_only=True)
class RawTrack:
    """One person: rotmats (N, 24, 3, 3) local, joint 0 in the axes of ``axes``; frames (N,).

    trans (N, 3) in SMPL's sense and the same axes, None where the file has none; camera stands in
    for it then, if present. pivot (3,): the body's rest pelvis that trans is relative to, None for
    the free body's (SMPL's lies within a centimetre of it). betas (10,) of ``body_id``.
    """

    key: str  # what the tool calls the person
    rotmats: FloatArray
    frames: IntArray
    axes: str  # a name in placing.AXES
    trans: FloatArray | None = None
    camera: WeakCamera | None = None
    betas: FloatArray = field(default_factory=lambda: np.zeros(10))
    body_id: str = SMPL
    confidence: FloatArray | None = None
    pivot: FloatArray | None = None
    name: str = ""

    def taken(self, index: IntArray) -> RawTrack:
        """Some rows of the track, in the order of ``index``."""

        def rows(values: FloatArray | None) -> FloatArray | None:
            return None if values is None else values[index]

        camera = self.camera
        if camera is not None:
            camera = dataclasses.replace(
                camera,
                orig=camera.orig[index],
                crop=rows(camera.crop),
                size_px=rows(camera.size_px),
            )
        return dataclasses.replace(
            self,
            rotmats=self.rotmats[index],
            frames=self.frames[index],
            trans=rows(self.trans),
            camera=camera,
            confidence=rows(self.confidence),
        )

    @property
    def num_frames(self) -> int:
        return len(self.frames)

    @property
    def has_trajectory(self) -> bool:
        return self.trans is not None or self.camera is not None

    @property
    def num_missing(self) -> int:
        """Frames between the first and the last that the file has no row for."""
        unique = np.unique(self.frames)
        return int(unique[-1] - unique[0] + 1 - len(unique))


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader made of a file.

    ``layout`` says how rotations are stored ("matrices 24x3x3"); ``fps`` is None where the file
    does not say; ``world`` says that all people share one floor and one place.
    """

    tracks: tuple[RawTrack, ...]
    layout: str
    fps: float | None = None
    notes: tuple[str, ...] = ()
