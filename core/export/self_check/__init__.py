"""Reading an exported file back and saying how far it is from the motion it was made of.

The truth is forward kinematics of the clip; the file is read by small readers that share nothing
with the writers. So a wrong unit, axis, order, frame rate or weight shows as a number.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import FileProblem
from core.export.bvh import frame_turn
from core.export.options import ExportOptions
from core.export.prepare import body_of, prepared
from core.export.presets import PRESETS
from core.export.self_check import bvh_reader, fbx_reader, glb_reader, plain_readers, usd_reader
from core.export.self_check.read_back import ReadBack
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat, rotvec_to_rotmat, slerp_quat

if TYPE_CHECKING:
    from core.body import BodyModel

READERS: dict[str, Callable[..., ReadBack]] = {
    ".bvh": bvh_reader.read,
    ".fbx": fbx_reader.read,
    ".glb": glb_reader.read,
    ".usd": usd_reader.read,
    ".npz": plain_readers.read_npz,
    ".csv": plain_readers.read_csv,
    ".c3d": plain_readers.read_c3d,
}
"""By the last part of the ending. A file of another format cannot be checked."""

LIMIT_MM = 0.05
"""No joint of a good file is farther off at its keys."""
# what struct, zlib, zipfile, numpy and the optional libraries raise on damaged files
_UNREADABLE = (
    ValueError, LookupError, StopIteration, AttributeError, TypeError, ArithmeticError, EOFError,
    AssertionError, RuntimeError, MemoryError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FileCheck:
    """Distances in mm at the keys. ``vertex_mm`` is None where no skin can be compared.

    Without a skin in the file, or with another rest pose than the body's own (blending from an
    A-pose is another blend), only joints are compared.
    """

    largest_mm: float
    mean_mm: float
    vertex_mm: float | None
    num_frames: int
    fps: float

    @property
    def is_good(self) -> bool:
        """Whether the file is what the clip is."""
        return self.largest_mm <= LIMIT_MM and (self.vertex_mm or 0.0) <= 2 * LIMIT_MM

    @property
    def sentence(self) -> str:
        """One line for the dialog: how far the worst joint is off."""
        skin = "" if self.vertex_mm is None else f", skin {self.vertex_mm:.3f} mm"
        return f"read back: joints within {self.largest_mm:.4f} mm{skin}"


def can_check(path: Path) -> bool:
    """Whether there is a reader for the file's format."""
    return path.suffix.lower() in READERS


def check_file(
    path: Path,
    motion: Motion,
    options: ExportOptions | None = None,
    *,
    body: BodyModel | None = None,
    clip: int = 0,
) -> FileCheck:
    """Read a file back and compare it with the clip it was exported from.

    ``options`` are those of the export; ``clip`` is the number of the clip in a file of several.
    Raises FileProblem when the file cannot be read, lacks bones, or has other frames or times.
    """
    options = (options or ExportOptions()).for_format(path.suffix.lower())
    motion = prepared(motion, options, body)
    found = _read(path, clip)
    skip = int(options.bind_frame)
    _check_times(path, found.times, motion, skip)
    off = _distances(path, found, motion, options, body)
    return FileCheck(
        largest_mm=float(off.max()),
        mean_mm=float(off.mean()),
        vertex_mm=_vertices_mm(found, motion, body, skip) if options.rest_pose == "t" else None,
        num_frames=motion.num_frames,
        fps=motion.fps,
    )


def between_keys_mm(
    path: Path,
    motion: Motion,
    options: ExportOptions | None = None,
    *,
    body: BodyModel | None = None,
) -> npt.NDArray[np.float64]:
    """(T - 1, 24) mm: how far the joints stray half-way between two frames.

    The truth is the spherical middle of the clip's rotations; the file's curves are read on
    straight lines one by one, as programs do that resample them without building rotations. For
    FBX and BVH; a GLB's keys are interpolated spherically by definition.
    """
    options = (options or ExportOptions()).for_format(path.suffix.lower())
    motion = prepared(motion, options, body)
    quat = rotvec_to_quat(motion.poses.astype(np.float64))
    half = np.full(quat.shape[:-1], 0.5)[1:]
    middle = Motion(
        poses=quat_to_rotvec(slerp_quat(quat[:-1], quat[1:], half)),
        trans=0.5 * (motion.trans[1:] + motion.trans[:-1]),
        betas=motion.betas,
        body_id=motion.body_id,
        fps=motion.fps,
    )
    found = READERS[path.suffix.lower()](path, halfway=True)
    return _distances(path, found, middle, options, body)


def _distances(
    path: Path, found: ReadBack, motion: Motion, options: ExportOptions, body: BodyModel | None
) -> npt.NDArray[np.float64]:
    """(T, 24) mm between the joints read and those of the clip."""
    scale, turn = _frame(path, options)
    wanted = _joints(motion, body) @ turn.T
    if found.joints is not None:
        wanted, bones = wanted[:, found.joints], list(range(len(found.joints)))
    else:
        bones = [found.names.index(name) for name in _names(path, found.names, options)]
    joints = found.matrices[int(options.bind_frame) :, bones][..., :3, 3] * scale
    return np.linalg.norm(joints - wanted, axis=-1) * 1000.0


def _read(path: Path, clip: int) -> ReadBack:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise FileProblem(
            f"{path.name} cannot be checked.", "Only " + ", ".join(READERS) + " can be."
        )
    try:
        return reader(path, clip)
    except OSError as error:
        raise FileProblem(
            f"{path.name} could not be read back: {error.strerror or error}.", "Export it again."
        ) from error
    except _UNREADABLE as error:
        raise FileProblem(
            f"{path.name} could not be read back: {error}.", "Export it again."
        ) from error


def _check_times(path: Path, times: npt.NDArray, motion: Motion, skip: int) -> None:
    wanted = np.arange(motion.num_frames + skip) / motion.fps
    if len(times) != len(wanted):
        raise FileProblem(
            f"{path.name} holds {len(times)} frames instead of {len(wanted)}.", "Export it again."
        )
    if (np.abs(times - wanted) > 1e-4 + 1e-5 * wanted).any():  # 29.97 may stand for 30000/1001
        raise FileProblem(f"{path.name} plays at another rate.", "Export it again.")


def _frame(path: Path, options: ExportOptions) -> tuple[float, npt.NDArray]:
    """Metres in the read file's unit, and the turn of its frame."""
    if path.suffix.lower() != ".bvh":
        return 1.0, np.eye(3)
    return (0.01 if options.unit == "cm" else 1.0), frame_turn(options)


def _names(path: Path, found: list[str], options: ExportOptions) -> list[str]:
    ending = path.suffix.lower()
    names = list(PRESETS[options.skeleton].bone_names(with_prefix=ending in (".fbx", ".glb")))
    if ending == ".usd":  # whose names are words
        names = [name.replace(".", "_") for name in names]
    missing = [name for name in names if name not in found]
    if missing:
        raise FileProblem(f"{path.name} lacks the bone {missing[0]}.", "Export it again.")
    return names


def _joints(motion: Motion, body: BodyModel | None) -> npt.NDArray[np.float64]:
    """(T, 24, 3) metres in double precision."""
    from core.body import forward_kinematics

    rest = np.asarray(body_of(motion, body)[1].joints, np.float64)
    rotmats = rotvec_to_rotmat(motion.poses.astype(np.float64))
    return np.asarray(forward_kinematics(rotmats, rest, motion.trans.astype(np.float64))[1])


def _vertices_mm(
    found: ReadBack, motion: Motion, body: BodyModel | None, skip: int
) -> float | None:
    """Largest distance of a skinned vertex in the first, middle and last frame, mm.

    Vertices a file doubles at the seams of a texture come after the body's own.
    """
    if found.skin is None:
        return None
    frames = sorted({0, motion.num_frames // 2, motion.num_frames - 1})
    wanted = _linear_blend(motion, frames, body)
    off = [
        np.linalg.norm(found.skinned(frame + skip)[: len(vertices)] - vertices, axis=-1).max()
        for frame, vertices in zip(frames, wanted, strict=True)
    ]
    return float(max(off) * 1000.0)


def _linear_blend(
    motion: Motion, frames: list[int], body: BodyModel | None
) -> npt.NDArray[np.float64]:
    """(F, V, 3) metres: the body's own skinning without pose blend shapes, which no file holds."""
    import dataclasses

    from core.body import skin

    model = body_of(motion, body)[0]
    if model.posedirs is not None:
        model = dataclasses.replace(model, posedirs=None)
    few = motion.replace(
        poses=motion.poses[frames],
        trans=motion.trans[frames],
        confidence=None,
        inferred=(),
        channels={},
    )
    return np.asarray(skin(few, model), np.float64)
