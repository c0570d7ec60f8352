"""Converting a published checkpoint once: its parameters as safetensors, with its hash.

A copy lies in ``models/<name>/<first 16 digits of the source's sha256>/`` of the data folder, with
``source.json`` that tells where it came from. While the source looks as it did (size and time) the
copy is used unread; when it changed, it is hashed, and converted again if its content is new.
A folder's ``chosen.json`` names the copy the user's estimators use.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.atomic import written_whole
from core.errors import ModelProblem
from core.estimators.checkpoints import LAYOUTS, Weights, compare, read_weights
from core.paths import data_folder

log = logging.getLogger(__name__)

FORMAT = "motion-studio-crop-network-1"
SOURCE = "source.json"
CHOSEN = "chosen.json"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file a copy was made from, as it looked then."""

    path: str
    size: int  # bytes
    mtime_ns: int
    sha256: str

    def looks_unchanged(self) -> bool:
        """Whether the file is still there with the same size and time."""
        try:
            stat = Path(self.path).stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A copy: its file, its source, and whether this call had to convert it."""

    name: str
    path: Path
    source: Source
    is_new: bool = False

    def __str__(self) -> str:
        title = LAYOUTS[self.name].title
        return f"{Path(self.source.path).name} is {title}'s network: checked, converted and ready."


def folder_of(name: str) -> Path:
    """Where the copies of "vibe", "spin" or "pare" lie."""
    return data_folder() / "models" / name


def converted(name: str, path: Path) -> Converted:
    """Return the copy of a published checkpoint, converting it where there is none.

    Raises ModelProblem (not there, refused, does not fit) or FileProblem (cannot be written).
    """
    path = path.absolute()
    for copy in _copies(name):
        if copy.source.path == str(path) and copy.source.looks_unchanged():
            return copy
    source = _source_of(path)
    target = folder_of(name) / source.sha256[:16] / f"{path.name.split('.')[0]}.safetensors"
    for copy in _copies(name):
        if copy.source.sha256 == source.sha256:  # moved, copied or touched: the same content
            _remember(copy.path, source)
            return Converted(name=name, path=copy.path, source=source)
    weights, rest = read_weights(path, LAYOUTS[name])
    if name == "pare":
        _check_pare(path, rest)
    with written_whole(target) as temporary:
        save_file(weights, temporary, metadata={"format": FORMAT, **_metadata(name, source)})
    _remember(target, source)
    log.info("converted %s to %s", path.name, target)
    return Converted(name=name, path=target, source=source, is_new=True)


def adopt(name: str, path: Path) -> Converted:
    """Check and convert a checkpoint and make it the one that is used. Raises as converted."""
    if name not in LAYOUTS:
        raise ModelProblem(f"There is no file {name!r} to bring.", f"Known: {', '.join(LAYOUTS)}.")
    copy = converted(name, path)
    if not _is_sound(copy.path, name):
        shutil.rmtree(copy.path.parent, ignore_errors=True)
        copy = converted(name, path)
    with written_whole(folder_of(name) / CHOSEN) as temporary:
        temporary.write_text(json.dumps({"sha256": copy.source.sha256}), encoding="utf-8")
    for other in _copies(name):
        if other.source.sha256 != copy.source.sha256:
            shutil.rmtree(other.path.parent, ignore_errors=True)
    return copy


def chosen(name: str) -> Path | None:
    """The copy the user's estimators use, None while no file was brought."""
    sha256 = _json(folder_of(name) / CHOSEN).get("sha256")
    return next((copy.path for copy in _copies(name) if copy.source.sha256 == sha256), None)


def load_weights(path: Path, name: str) -> Weights:
    """Parameters of a published file or of a copy, from the copy where there is one.

    A copy whose source has changed is noticed: the source is converted again and taken instead.
    Raises ModelProblem or FileProblem.
    """
    if path.suffix != ".safetensors":
        copy = converted(name, path)
        if not copy.is_new and not _is_sound(copy.path, name):
            shutil.rmtree(copy.path.parent, ignore_errors=True)
            copy = converted(name, path)
        return _read_copy(copy.path, name)
    record = _json(path.with_name(SOURCE))
    source = Source(**record) if record else None
    if source is not None and Path(source.path).is_file() and not source.looks_unchanged():
        if _source_of(Path(source.path)).sha256 != source.sha256:
            log.warning("%s has changed since it was converted", source.path)
            was_chosen = chosen(name) == path
            copy = (adopt if was_chosen else converted)(name, Path(source.path))
            return _read_copy(copy.path, name)
        _remember(path, _source_of(Path(source.path)))
    return _read_copy(path, name)


def _check_pare(path: Path, rest: dict[str, Any]) -> None:
    from core.estimators.pare.settings import check_settings, settings_beside

    beside = settings_beside(path)
    if beside:
        check_settings(beside, "the settings beside it")
        return
    kept = rest.get("hyper_parameters")
    if isinstance(kept, dict) and isinstance(kept.get("PARE"), dict):
        check_settings(kept, "its hyper_parameters")


def _is_sound(path: Path, name: str) -> bool:
    try:
        _read_copy(path, name)
    except ModelProblem:
        return False
    return True


def _read_copy(path: Path, name: str) -> Weights:
    again = "Point at the published file again in File > Model files."
    try:
        with safe_open(str(path), "numpy") as file:
            about = file.metadata() or {}
            if about.get("format") != FORMAT or about.get("name") != name:
                raise ModelProblem(f"{path.name} is no copy of {LAYOUTS[name].title}'s.", again)
            weights = {key: np.asarray(file.get_tensor(key), np.float32) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ModelProblem(f"{path.name}, the converted copy, cannot be read.", again) from error
    report = compare({key: value.shape for key, value in weights.items()}, LAYOUTS[name])
    if not report.fits:
        raise ModelProblem(f"{path.name}, the converted copy, {report}.", again)
    return weights


def _metadata(name: str, source: Source) -> dict[str, str]:
    return {"name": name, "source": Path(source.path).name, "source_sha256": source.sha256}


def _copies(name: str) -> list[Converted]:
    found = []
    for note in sorted(folder_of(name).glob(f"*/{SOURCE}")):
        record = _json(note)
        files = sorted(note.parent.glob("*.safetensors"))
        if record and files:
            found.append(Converted(name=name, path=files[0], source=Source(**record)))
    return found


def _remember(copy: Path, source: Source) -> None:
    with written_whole(copy.with_name(SOURCE)) as temporary:
        temporary.write_text(json.dumps(asdict(source), indent=1), encoding="utf-8")


def _json(path: Path) -> dict[str, Any]:
    """A note's content; {} where it is not there or spoiled, which means: convert again."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(read, dict):
        return {}
    if path.name == SOURCE and set(read) != {"path", "size", "mtime_ns", "sha256"}:
        return {}
    return read


def _source_of(path: Path) -> Source:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            stat = path.stat()
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ModelProblem(
            f"{path.name} cannot be opened: {error.strerror or error}.",
            "Choose the published file.",
        ) from error
    return Source(
        path=str(path), size=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=digest.hexdigest()
    )
