"""What can be done with a latent: encode a clip, decode it as another action or length, walk.

Latents go in and out as numpy (D,) arrays; the directions worth walking along are found by
:mod:`core.actor.directions`.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from core import __version__
from core.actor.checkpoint import Checkpoint
from core.actor.directions import Direction, principal_directions
from core.actor.features import motion_to_features, turned_over
from core.actor.sampling import decode_memory, memory_of
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.rotation import continuous_quat, quat_to_rotvec, rotvec_to_quat, slerp_quat

FloatArray = npt.NDArray[np.float32]
Path = Literal["straight", "sphere"]
MAX_ENCODED_FRAMES = 2000

__all__ = [
    "Direction", "Encoded", "decode_latent", "encode_motion", "interpolate",
    "principal_directions", "reencode", "resampled",
]  # fmt: skip


class Encoded(NamedTuple):
    """The latent's distribution: mean (D,) and log-variance (D,)."""

    mu: FloatArray
    logvar: FloatArray


def encode_motion(checkpoint: Checkpoint, motion: Motion, label: str) -> Encoded:
    """Encode a clip as an action, at the checkpoint's frame rate.

    Raises ModelProblem for an unknown action, StudioError for a clip that is too long.
    """
    motion = resampled(motion, checkpoint.fps)
    if motion.num_frames > MAX_ENCODED_FRAMES:
        raise StudioError(
            f"The clip is too long to encode ({motion.duration:.0f} s).", "Trim it first."
        )
    features = motion_to_features(motion)
    if checkpoint.is_y_down:
        features = turned_over(features)
    index = torch.tensor([checkpoint.label_index(label)])
    with torch.inference_mode():
        mu, logvar = checkpoint.model.encode(torch.from_numpy(features)[None], index)
    return Encoded(mu[0].numpy(), logvar[0].numpy())


def decode_latent(
    checkpoint: Checkpoint,
    latent: npt.ArrayLike,
    label: str,
    num_frames: int,
    provenance: Provenance | None = None,
) -> Motion:
    """Decode a latent (D,) as an action of that many frames; it stands on the floor.

    The provenance given is completed with checkpoint, label, length and the latent itself.
    """
    z = np.asarray(latent, np.float32)
    if z.shape != (checkpoint.config.latent_dim,):
        raise StudioError(
            f"A latent of this model has {checkpoint.config.latent_dim} numbers, not {z.shape}."
        )
    origin = dataclasses.replace(
        provenance or Provenance(),
        kind="generated",
        checkpoint=checkpoint.name,
        checkpoint_sha256=checkpoint.sha256,
        label=label,
        num_frames=num_frames,
        latent=tuple(float(v) for v in z),
        version=__version__,
    )
    memory = memory_of(checkpoint, torch.from_numpy(z)[None], label)
    return decode_memory(checkpoint, memory, num_frames, [origin])[0]


def reencode(
    checkpoint: Checkpoint,
    motion: Motion,
    *,
    label: str,
    num_frames: int | None = None,
    source_label: str | None = None,
) -> Motion:
    """Encode a clip and decode it again as ``label`` with ``num_frames`` (None: its own length).

    source_label is the action the clip shows (None: what its provenance says, else ``label``).
    """
    shown = source_label or motion.provenance.label
    if shown not in checkpoint.labels:
        shown = label
    length = num_frames or round(motion.duration * checkpoint.fps)
    origin = Provenance(
        source=motion.provenance.source,
        source_sha256=motion.provenance.source_sha256,
        estimator=motion.provenance.estimator,
        edit=f"encoded as {shown}, decoded as {label}",
    )
    mu = encode_motion(checkpoint, motion, shown).mu
    return decode_latent(checkpoint, mu, label, length, origin)


def interpolate(
    start: npt.ArrayLike, end: npt.ArrayLike, count: int, path: Path = "sphere"
) -> FloatArray:
    """Return ``count`` latents (count, D) from start (D,) to end (D,), both included.

    "straight" mixes the two, passing nearer to the mean motion; "sphere" turns from one direction
    to the other and mixes the lengths, so that what lies between is as typical as the ends.
    """
    a, b = np.asarray(start, np.float32), np.asarray(end, np.float32)
    share = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    length_a, length_b = np.linalg.norm(a), np.linalg.norm(b)
    if path == "straight" or min(length_a, length_b) < 1e-6:
        return a + share * (b - a)
    cosine = float(np.clip(a @ b / (length_a * length_b), -1.0, 1.0))
    angle = np.arccos(cosine)
    if np.sin(angle) < 1e-3:  # alike, or opposite: no plane to turn in
        return a + share * (b - a)
    unit = (np.sin((1 - share) * angle) * a / length_a + np.sin(share * angle) * b / length_b) / (
        np.sin(angle)
    )
    mixed: FloatArray = (unit * ((1 - share) * length_a + share * length_b)).astype(np.float32)
    return mixed


def resampled(motion: Motion, fps: float) -> Motion:
    """Resample a clip to another frame rate: rotations by slerp, positions linearly."""
    if abs(motion.fps - fps) < 1e-3:
        return motion
    count = max(round(motion.num_frames * fps / motion.fps), 1)
    where = np.minimum(np.arange(count) * motion.fps / fps, motion.num_frames - 1)
    low = where.astype(int)
    high = np.minimum(low + 1, motion.num_frames - 1)
    share = (where - low).astype(np.float32)
    quats = continuous_quat(rotvec_to_quat(motion.poses))
    between = slerp_quat(quats[low], quats[high], np.broadcast_to(share[:, None], (count, 24)))
    trans = motion.trans[low] + share[:, None] * (motion.trans[high] - motion.trans[low])
    return motion.replace(
        poses=quat_to_rotvec(between), trans=trans, fps=fps, confidence=None, inferred=()
    )
