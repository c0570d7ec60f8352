"""The values the whole program passes around: a motion, and where it came from.

A :class:`Motion` is frozen and its arrays are read-only, so threads share it without locks, an edit
is a function ``Motion -> Motion``, and undo is keeping the old one. Must not import torch or Qt.

Frame of reference, everywhere inside the program: right-handed, +Y up, the rest pose facing +Z with
its left hand towards +X; metres, radians, seconds. Other conventions are converted at the border.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.skeleton import NUM_JOINTS

FloatArray = npt.NDArray[np.float32]
Kind = Literal["imported", "estimated", "generated", "edited", "demo"]

NUM_BETAS = 10
FREE_BODY_ID = "free"
"""Body id of motions that carry no shape of their own; betas of another body are not applied."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """How a clip came to be; kept in every file the program writes.

    ``latent`` holds the latent vector when a clip was generated from an edited one; otherwise
    (checkpoint, label, seed, sample, sigma, num_frames) are enough to generate it again.
    """

    kind: Kind = "imported"
    source: str = ""  # file name of the video or file it came from, without its folder
    source_sha256: str = ""
    estimator: str = ""  # "blazepose", "vibe", "pare", ...
    checkpoint: str = ""  # name of the checkpoint
    checkpoint_sha256: str = ""
    label: str = ""  # action label
    seed: int | None = None
    sample: int | None = None  # index within the request, part of the random stream
    sigma: float | None = None
    num_frames: int | None = None
    latent: tuple[float, ...] | None = None
    parent: str = ""  # id of the clip this one was edited from
    edit: str = ""  # what the edit was
    version: str = ""  # version of the program

    def to_json(self) -> str:
        """Return one line of JSON without the empty fields."""
        values = dataclasses.asdict(self)
        return json.dumps({k: v for k, v in values.items() if v not in (None, "")})

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read :meth:`to_json`'s line; unknown keys are dropped, so newer files still open.

        Raises StudioError when the text is not a JSON object.
        """
        try:
            values: Any = json.loads(text)
        except ValueError as error:
            raise StudioError("The clip's provenance is not readable JSON.") from error
        if not isinstance(values, dict):
            raise StudioError("The clip's provenance is not a JSON object.")
        known = {f.name for f in dataclasses.fields(cls)}
        values = {k: v for k, v in values.items() if k in known}
        if values.get("latent") is not None:
            values["latent"] = tuple(float(v) for v in values["latent"])
        return cls(**values)


class Channels(Mapping[str, FloatArray]):
    """Per-frame measurements by name, read-only; names and their order are kept in the clip file.

    Names in use: "blur" (sharpness relative to the clip: 1 as sharp as usual, 0 not at all),
    "spike" (0/1), "quality" (0..1), "contact_left" and "contact_right" (0/1: the foot stands),
    "video_frame" (number of the video's frame it was estimated from).
    """

    __slots__ = ("_arrays",)

    def __init__(self, arrays: Mapping[str, npt.ArrayLike], num_frames: int) -> None:
        for name in arrays:
            if not name.isidentifier():
                raise StudioError(f"A channel's name must be a plain word, not {name!r}.")
        self._arrays = {
            name: _frozen(value, (num_frames,), f"channel {name}") for name, value in arrays.items()
        }

    def __getitem__(self, name: str) -> FloatArray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"Channels({', '.join(self._arrays)})"


def _frozen(value: npt.ArrayLike, shape: tuple[int | None, ...], name: str) -> FloatArray:
    array = np.array(value, dtype=np.float32)  # a copy: nobody else holds it
    if array.ndim != len(shape) or any(
        want is not None and have != want for have, want in zip(array.shape, shape, strict=True)
    ):
        wanted = ", ".join("T" if n is None else str(n) for n in shape)
        raise StudioError(f"{name} must have shape ({wanted}), not {array.shape}.")
    if not np.isfinite(array).all():
        where = int(np.argwhere(~np.isfinite(array))[0][0])
        raise StudioError(
            f"{name} holds a number that is not finite (first at index {where}).",
            "The file is damaged or was written by a failed estimate; make it again.",
        )
    array.flags.writeable = False
    return array


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """A body in motion.

    poses (T, 24, 3) axis-angle, SMPL joint order, joint 0 = global orientation; trans (T, 3) root
    translation in SMPL's sense (pelvis = rest pelvis + trans); betas (10,) of the body ``body_id``;
    confidence (T,) in 0..1 or None; inferred = frames that were bridged, not observed;
    channels (T,) each: what was measured frame by frame, see :class:`Channels`.

    Raises StudioError with the shape in the message on anything that does not fit.
    """

    poses: FloatArray
    trans: FloatArray
    betas: FloatArray = field(default_factory=lambda: np.zeros(NUM_BETAS, np.float32))
    fps: float = 30.0
    body_id: str = FREE_BODY_ID
    confidence: FloatArray | None = None
    inferred: tuple[int, ...] = ()
    channels: Mapping[str, FloatArray] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        poses = _frozen(self.poses, (None, NUM_JOINTS, 3), "poses")
        num_frames = poses.shape[0]
        if num_frames == 0:
            raise StudioError("A motion needs at least one frame.", "The clip is empty.")
        fps = float(self.fps)
        if not 0.1 <= fps <= 10_000:
            raise StudioError(
                f"fps must lie between 0.1 and 10000, not {self.fps}.",
                "Write it again with its frame rate.",
            )
        confidence = self.confidence
        if confidence is not None:
            confidence = _frozen(confidence, (num_frames,), "confidence")
        inferred = tuple(sorted({int(i) for i in self.inferred}))
        if inferred and not 0 <= inferred[0] <= inferred[-1] < num_frames:
            raise StudioError(f"inferred frames must lie within 0..{num_frames - 1}.")
        for name, value in (
            ("poses", poses),
            ("trans", _frozen(self.trans, (num_frames, 3), "trans")),
            ("betas", _frozen(self.betas, (NUM_BETAS,), "betas")),
            ("fps", fps),
            ("confidence", confidence),
            ("inferred", inferred),
            ("channels", Channels(self.channels, num_frames)),
        ):
            object.__setattr__(self, name, value)

    @property
    def num_frames(self) -> int:
        return int(self.poses.shape[0])

    @property
    def duration(self) -> float:
        """Seconds from the first frame's beginning to the last frame's end."""
        return self.num_frames / self.fps

    def replace(self, **changes: Any) -> Motion:
        """Return a copy with some fields changed, checked like a new one.

        When ``poses`` of another length come without ``channels``, those are left out: they
        measured other frames. :meth:`sliced` keeps them.
        """
        poses = changes.get("poses")
        if poses is not None and "channels" not in changes and len(poses) != self.num_frames:
            changes["channels"] = {}
        return dataclasses.replace(self, **changes)

    def with_channels(self, **channels: npt.ArrayLike) -> Motion:
        """Return a copy with these channels (T,) added or replaced."""
        return self.replace(channels={**self.channels, **channels})

    def sliced(self, start: int = 0, stop: int | None = None) -> Motion:
        """Return frames ``start`` to ``stop`` (exclusive) with everything that belongs to them.

        Raises StudioError when no frame is left.
        """
        start, stop, _ = slice(start, stop).indices(self.num_frames)
        return self.replace(
            poses=self.poses[start:stop],
            trans=self.trans[start:stop],
            confidence=None if self.confidence is None else self.confidence[start:stop],
            inferred=tuple(i - start for i in self.inferred if start <= i < stop),
            channels={name: values[start:stop] for name, values in self.channels.items()},
        )
