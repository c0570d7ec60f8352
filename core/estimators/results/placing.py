"""From a tool's axes and frame numbers to a motion that stands on the floor of this program.

Turned upright, gaps bridged and marked, long gaps cut, lowered or lifted onto y = 0. Clean-up
(smoothing, contacts, gravity) is another room's; here nothing that was observed is altered except
the depth of weak-perspective cameras, which is noise of half a metre otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from core.body import default_body
from core.body.skinning import lowest_points
from core.estimators.results.track import FloatArray, IntArray, RawTrack, WeakCamera
from core.motion import Motion, Provenance
from core.rotation import quat_to_rotvec, rotmat_to_quat, rotvec_to_rotmat, slerp_quat

AXES: dict[str, FloatArray] = {
    "camera axes": np.diag([1.0, -1.0, -1.0]),  # x right, y down, z away: half a turn about x
    "y up": np.eye(3),
    "z up": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),  # (x, y, z) -> (x, z, -y)
}
"""World here from the file's axes, by the name a preview shows."""

MAX_BRIDGE_SECONDS = 1.0
"""Longer holes are cut: nobody knows what the person did meanwhile."""
DEPTH_SIGMA_SECONDS = 0.1
"""Smoothing of a weak camera's depth (log scale). The direction of sight keeps every frame."""


@dataclass(frozen=True, kw_only=True)
class Placing:
    """How to place people: fps of the frame numbers; ``focal`` in pixels of the full picture
    (None: its diagonal, as for the built-in estimator); ``official`` keeps VIBE's camera as it
    drew it, without the crop's margin; ``level`` turns what is in camera axes."""

    fps: float
    focal: float | None = None
    official: bool = False
    level: tuple[float, float, float] = (0.0, 0.0, 0.0)  # axis-angle that stands a camera upright


def weak_translation(camera: WeakCamera, placing: Placing) -> FloatArray:
    """(N, 3) translation in camera axes, metres, from weak-perspective cameras.

    With crop side b in pixels and scale s, an object at depth 2 f / (s b) has that size (CLIFF,
    Li et al. 2022); s b = sx W. VIBE enlarges the crop by 1.1 but converts with the plain box, so
    its own cameras make people 10 % too near: mended unless ``official``.
    """
    sx, sy, tx, ty = (camera.orig[:, i].copy() for i in range(4))
    if not placing.official and camera.margin != 1.0 and camera.crop is not None:
        tx = camera.crop[:, 1] + (tx - camera.crop[:, 1]) / camera.margin
        ty = camera.crop[:, 2] + (ty - camera.crop[:, 2]) / camera.margin
        sx, sy = sx * camera.margin, sy * camera.margin
    sx, sy = np.maximum(sx, 1e-6), np.maximum(sy, 1e-6)
    # half-widths: x_ndc = f X / (Z W/2), so Z = (2 f / W) / sx; f / W is known for the diagonal
    widths = np.hypot(1.0, sx / sy) if placing.focal is None else placing.focal / _width(camera)
    depth = 2.0 * widths / sx
    sigma = DEPTH_SIGMA_SECONDS * placing.fps
    if len(depth) > 2 and sigma > 0.3:
        smooth = np.exp(gaussian_filter1d(np.log(depth), sigma, mode="nearest"))
    else:
        smooth = depth
    ratio = smooth / depth
    return np.stack([tx * ratio, ty * ratio, smooth], axis=1)


def _width(camera: WeakCamera) -> float:
    """Width of the picture in pixels, recovered from boxes and scales; nan if the file lacks it."""
    if camera.width is not None:
        return camera.width
    if camera.crop is None or camera.size_px is None:
        return float("nan")
    widths = camera.crop[:, 0] * camera.size_px / np.maximum(camera.orig[:, 0], 1e-6)
    return float(np.median(widths))


def knows_width(camera: WeakCamera) -> bool:
    """Whether a focal length in pixels can be used with these cameras."""
    return bool(np.isfinite(_width(camera)))


def to_motions(track: RawTrack, placing: Placing, provenance: Provenance) -> list[Motion]:
    """Return the person's clips in order of time: one, or several where a hole is too long.

    x and z are still those of the file's own world.
    """
    return [_motion(piece, placing, provenance) for piece in _pieces(track, placing)]


def start_of(track: RawTrack, placing: Placing) -> npt.NDArray[np.float32]:
    """(3,) where the person stands on the ground plane when first seen; zeros if never known.

    Everybody of a file is moved by the first one's start, so that people taken out one by one
    still stand beside each other.
    """
    trans = _translation(_pieces(track, placing)[0], placing)
    if trans is None:
        return np.zeros(3, np.float32)
    return (trans[0] * [1, 0, 1]).astype(np.float32)


def _pieces(track: RawTrack, placing: Placing) -> list[RawTrack]:
    track = _sorted(track)
    longest = MAX_BRIDGE_SECONDS * placing.fps + 1
    cuts = np.flatnonzero(np.diff(track.frames) > longest) + 1
    return [track.taken(piece) for piece in np.split(np.arange(track.num_frames), cuts)]


def _sorted(track: RawTrack) -> RawTrack:
    """Ascending frame numbers, the first row of each."""
    frames, order = np.unique(track.frames, return_index=True)
    if len(frames) == track.num_frames and (order == np.arange(len(order))).all():
        return track
    return track.taken(order)


def _motion(track: RawTrack, placing: Placing, provenance: Provenance) -> Motion:
    """One clip of ascending frame numbers, holes bridged."""
    frames = np.arange(track.frames[0], track.frames[-1] + 1)
    a, b, share = _neighbours(track.frames, frames)
    quats, trans = _upright(track, placing), _translation(track, placing)
    dense = slerp_quat(quats[a], quats[b], np.broadcast_to(share[:, None], (len(frames), 24)))

    def between(values: FloatArray) -> npt.NDArray[np.float32]:
        part = share.reshape(-1, *[1] * (values.ndim - 1))
        return (values[a] * (1 - part) + values[b] * part).astype(np.float32)

    motion = Motion(
        poses=quat_to_rotvec(dense).astype(np.float32),
        trans=np.zeros((len(frames), 3), np.float32) if trans is None else between(trans),
        betas=track.betas.astype(np.float32),
        fps=placing.fps,
        body_id=track.body_id,
        confidence=None if track.confidence is None else between(track.confidence),
        inferred=tuple(int(i) for i in np.flatnonzero(~np.isin(frames, track.frames))),
        channels={"video_frame": frames},  # what clips of one video are laid beside each other by
        provenance=provenance,
    )
    return _on_floor(motion, track, has_place=trans is not None)


def _neighbours(known: IntArray, wanted: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """For every wanted frame the rows before and after it, and how far it is towards the latter."""
    if len(known) == 1:
        return np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1)
    after = np.clip(np.searchsorted(known, wanted), 1, None)
    before = after - 1
    return before, after, (wanted - known[before]) / (known[after] - known[before])


def _turn(track: RawTrack, placing: Placing) -> FloatArray:
    """(3, 3) this program's axes from the file's."""
    if track.axes != "camera axes":
        return AXES[track.axes]
    return np.asarray(rotvec_to_rotmat(np.array(placing.level)) @ AXES[track.axes])


def _upright(track: RawTrack, placing: Placing) -> FloatArray:
    """Quaternions (N, 24, 4), the root's in this program's axes."""
    rotmats = track.rotmats.copy()
    rotmats[:, 0] = _turn(track, placing) @ rotmats[:, 0]
    return rotmat_to_quat(rotmats)


def _translation(track: RawTrack, placing: Placing) -> FloatArray | None:
    """(N, 3) in SMPL's sense and this program's axes; None where nothing tells it."""
    trans = track.trans
    if trans is None and track.camera is not None:
        trans = weak_translation(track.camera, placing)
    if trans is None:
        return None
    rest = np.asarray(default_body().rest_joints[0], np.float64)
    pivot = rest if track.pivot is None else track.pivot
    return (pivot + trans) @ _turn(track, placing).T - rest


def _on_floor(motion: Motion, track: RawTrack, *, has_place: bool) -> Motion:
    """Lowest point on y = 0: of the clip, or of every frame where the file knows no height."""
    lowest = np.concatenate(
        [
            lowest_points(motion.replace(
                poses=motion.poses[i : i + 256], trans=motion.trans[i : i + 256],
                confidence=None, inferred=(), channels={},
            ))
            for i in range(0, motion.num_frames, 256)
        ]
    ).astype(np.float64)  # fmt: skip
    trans = motion.trans.astype(np.float64)
    if not has_place:
        trans[:, 1] -= lowest
    elif track.axes == "camera axes":  # single frames reach through the floor: noise, not steps
        trans[:, 1] -= np.percentile(lowest, 2)
    else:
        trans[:, 1] -= lowest.min()
    return motion.replace(trans=trans)
