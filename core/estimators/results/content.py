"""Opening a result file: from bytes on disk to plain dictionaries, lists and arrays, or a refusal.

What kind of file it is says its first bytes, not its name. Pickles, whatever wraps them (joblib,
gzip, numpy, torch), only pass the restricted readers of :mod:`core.unpickle`: a name outside their
list is refused and named. Nothing here knows any tool.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from core.errors import FileProblem, StudioError
from core.unpickle import DATA, AllowList, Inert, RefusedPickle, read_joblib, read_npy, read_torch

ALLOWED = DATA | AllowList("results", {("easydict", "EasyDict"): Inert})
MAX_BYTES = 4 << 30  # PromptHMR keeps vertices: 1 GB for six seconds of five dancers
TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # torch before 1.6 begins with a pickle of this number
MAX_PICTURES = 20_000  # of a PARE folder
MAX_TRACKS = 64  # files of a TRAM folder


def open_content(path: Path) -> Any:
    """Return what a file or folder holds. Raises FileProblem, saying what is wrong and what to do.

    A folder is one tool's output folder: the result file in it is found by its name.
    """
    if path.is_dir():
        return _open_folder(path)
    try:
        size = path.stat().st_size
        if size == 0:
            raise FileProblem(f"{path.name} is an empty file.", "Copy or make it again.")
        if size > MAX_BYTES:
            raise FileProblem(
                f"{path.name} has {size / 2**30:.1f} GB, more than the {MAX_BYTES >> 30} GB read.",
                "Save only poses, translations and frame numbers.",
            )
        with path.open("rb") as file:
            start = file.read(8)
        return _opened(path, start)
    except FileNotFoundError as error:
        raise FileProblem(f"{path.name} is not there.", "Check the name.") from error
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check its rights."
        ) from error
    except RefusedPickle as error:
        raise FileProblem(
            f"{path.name} was refused: it asks for {error}, which is more than numbers.",
            "Only plain results are read, since others could run code.",
        ) from error
    except StudioError:
        raise
    except Exception as error:  # what readers raise on damaged and lying files has no common base
        raise FileProblem(
            f"{path.name} cannot be read: it is truncated, damaged or of another kind.",
            "Copy it again, or choose a result file of a tool listed in the guide.",
        ) from error


def _opened(path: Path, start: bytes) -> Any:
    if start[:4] == b"PK\x03\x04":
        return _open_zip(path)
    if start[:6] == b"\x93NUMPY":
        content = read_npy(path, ALLOWED, limit=MAX_BYTES)
        if path.name.startswith(_TRACK):
            return {"tracks": {_track_name(path): content}, "camera": _tram_camera(path)}
        return content
    if start.startswith(_PICKLES):
        content = read_joblib(path, ALLOWED, limit=MAX_BYTES)
        return (
            read_torch(path, ALLOWED)
            if isinstance(content, int) and content == TORCH_MAGIC
            else content
        )
    raise FileProblem(
        f"{path.name} is none of the results that can be read.",
        "Choose a pkl, npz, npy, pt, smpl or motion file of a tool listed in the guide.",
    )


_PICKLES = (
    b"\x80", b"(", b"}", b"]", b"c",  # protocols 2 and up; 0 and 1
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x5d\x00\x00", b"\x78\x01", b"\x78\x5e", b"\x78\x9c",
    b"\x78\xda",  # packed by joblib: gzip, bz2, xz, lzma, zlib
)  # fmt: skip


def _too_large(path: Path) -> FileProblem:
    return FileProblem(
        f"{path.name} unpacks to more than {MAX_BYTES >> 30} GB.", "It is no result of a video."
    )


def _open_zip(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if min((member.header_offset for member in members), default=1):
            raise zipfile.BadZipFile("an archive within the beginning of another")
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise _too_large(path)
        names = {member.filename for member in members}
        if "motion_original.npz" in names:
            return {"motion-studio session": _session(archive, names)}
    if any(name.endswith("data.pkl") for name in names):
        return read_torch(path, ALLOWED)
    return _arrays(path)


def _arrays(source: Path | BinaryIO) -> dict[str, Any]:
    """The arrays of an npz that are plain; those that hold objects (AMASS' labels) are left out."""
    out: dict[str, Any] = {}
    with np.load(source, allow_pickle=False) as archive:
        for key in archive.files:
            try:
                out[key] = archive[key]
            except ValueError as error:
                if "allow_pickle" not in str(error):
                    raise
    return out


def _session(archive: zipfile.ZipFile, names: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: _arrays(io.BytesIO(archive.read(f"{name}.npz")))
        for name in ("motion_original", "motion_edited")
        if f"{name}.npz" in names
    }
    if "manifest.json" in names and archive.getinfo("manifest.json").file_size < 1 << 20:
        manifest = json.loads(archive.read("manifest.json"))
        found["version"] = manifest.get("version") if isinstance(manifest, dict) else None
    return found


_KNOWN_FILES = (
    "vibe_output.pkl", "pare_output.pkl", "wham_output.pkl", "hmr4d_results.pt", "results.pkl",
)  # fmt: skip


def _open_folder(folder: Path) -> Any:
    for name in _KNOWN_FILES:
        if (folder / name).is_file():
            return open_content(folder / name)
    tracks = sorted(
        [*folder.glob(f"{_TRACK}*.npy"), *folder.glob(f"hps/{_TRACK}*.npy")],
        key=lambda file: (len(file.name), file.name),
    )[:MAX_TRACKS]
    if tracks:
        opened = [open_content(file)["tracks"] for file in tracks]
        return {
            "tracks": {name: track for one in opened for name, track in one.items()},
            "camera": _tram_camera(tracks[0]),
        }
    inner = folder / "pare_results"
    pictures = sorted((inner if inner.is_dir() else folder).glob("*.pkl"))
    if pictures and (inner.is_dir() or _is_picture(open_content(pictures[0]))):
        return {"images": [open_content(picture) for picture in pictures[:MAX_PICTURES]]}
    raise FileProblem(
        f"{folder.name} holds no results that can be read.",
        f"Choose the result file itself, or a folder with {', '.join(_KNOWN_FILES[:-1])} or TRAM's"
        " hps_track files, or PARE's of pictures.",
    )


_TRACK = "hps_track_"


def _is_picture(content: Any) -> bool:
    return isinstance(content, dict) and "pred_pose" in content


def _track_name(path: Path) -> str:
    return path.stem.removeprefix(_TRACK)


def _tram_camera(track: Path) -> Any:
    """The camera.npy that goes with a TRAM track, beside it or one folder up; None without."""
    for folder in (track.parent, track.parent.parent):
        if (folder / "camera.npy").is_file():
            return open_content(folder / "camera.npy")
    return None
