"""Which motion files there are, and what they are called: of a folder, an archive or a table.

A table is a CSV with the columns ``path`` (or ``clip``) and ``label``, and if wanted ``start`` and
``end`` (frames of the file, the end excluded), ``fps``, ``subject``, ``view`` (or ``camera``). A
path is relative to the table; ``x.zip!y`` is member y of archive x. A folder that holds
``clips.csv``, as batches of estimates write it, is read by that table.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.datasets.readers.base import ImportOptions
from core.datasets.readers.cmu_text import is_cmu_text
from core.datasets.readers.opening import label_in_clip, npz_members
from core.errors import FileProblem

BATCH_TABLE = "clips.csv"
SYNONYMS = {"clip": "path", "camera": "view"}
SKELETONS = (".bvh", ".fbx", ".glb", ".gltf")
ENDINGS = (*SKELETONS, ".npz", ".txt")
_POSES = {
    "poses.npy", "pose.npy", "full_pose.npy", "smpl_poses.npy", "thetas.npy", "pose_body.npy",
    "body_pose.npy",
}  # fmt: skip
_PACKED = "lengths.npy"
_HEAD = 8192  # bytes: CMU's first line has about a thousand
_NUMBER = re.compile(r"[\W_]*\d.*$")
_AMASS = re.compile(r"_(poses|stageii)$")
_BANDAI = re.compile(r"dataset-[12]_(?P<action>[a-z-]+)_(?P<style>[a-z-]+)_\d+$")
_BANDAI_LABELS = {
    "bye": "wave_one_hand", "byebye": "wave_one_hand", "walk-turn-left": "turn_left",
    "walk-turn-right": "turn_right", "raise-up-both-hands": "raise_both_hands",
    "raise-up-left-hand": "raise_left_hand", "raise-up-right-hand": "raise_right_hand",
    "dance-short": "dance", "dance-long": "dance",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A motion file, or a window of its frames (``stop`` excluded), and what is said of it.

    ``place`` is its name within the data set, the unit a split keeps whole.
    """

    path: Path
    member: str = ""  # within the archive ``path``
    place: str
    label: str
    subject: str = ""
    view: str = ""
    start: int = 0
    stop: int | None = None
    fps: float | None = None

    @property
    def name(self) -> str:
        """The place, and the window where there is one."""
        return self.place if self.stop is None else f"{self.place}:{self.start}-{self.stop}"


def is_table(path: Path) -> bool:
    """Whether a CSV names files and labels."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8-sig") as stream:
            headings = next(csv.reader(stream), [])
            return {"path", "label"} <= {SYNONYMS.get(name, name) for name in headings}
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def is_listed(path: Path) -> bool:
    """Whether there is a motion file in this folder, archive or table."""
    if path.is_dir():
        return any(p.suffix.lower() in ENDINGS and _holds_motion(p) for p in path.rglob("*"))
    if path.suffix.lower() == ".zip":
        return zipfile.is_zipfile(path) and bool(_members(path))
    return is_table(path)


def entries(path: Path, options: ImportOptions) -> tuple[list[Entry], int]:
    """Return what there is, in a fixed order, and how many files of a table are not there.

    Raises FileProblem.
    """
    batch = path / BATCH_TABLE
    if is_table(path) or (options.label_file is None and path.is_dir() and is_table(batch)):
        return _of_table(path if path.is_file() else batch)
    known = read_labels(options.label_file) if options.label_file is not None else {}
    if path.is_dir():
        files = sorted(
            p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and _holds_motion(p)
        )
        found = [(p, "", p.relative_to(path).as_posix()) for p in files]
    else:
        found = [(path, member, member) for member in _members(path)]
    return [_entry(*each, known, options) for each in found], 0


def _entry(
    path: Path, member: str, place: str, known: dict[str, str], options: ImportOptions
) -> Entry:
    own = "" if member else label_in_clip(path)
    parts = Path(place).parts
    is_amass = bool(_AMASS.search(Path(place).stem))
    return Entry(
        path=path, member=member, place=place, label=label_of(place, own, known, options),
        subject=parts[-2] if is_amass and len(parts) > 1 else "",
    )  # fmt: skip


def label_of(place: str, own: str, known: dict[str, str], options: ImportOptions) -> str:
    """The label of a file at ``place`` whose clip says ``own``.

    A table's word comes first; then, unless ``labels_from`` says which: the clip's own,
    Bandai-Namco's in the name, the folder's name, the name's words up to the first number.
    """
    path = Path(place)
    for key in (place, path.name, path.stem):
        if known.get(key):
            return known[key]
    folder = path.parts[-2] if len(path.parts) > 1 else ""
    name = name_label(path.stem)
    is_named = _BANDAI.search(path.stem) or _AMASS.search(path.stem)
    return {
        "clip": own or "unlabelled",
        "folder": folder or "unlabelled",
        "name": name,
        "auto": own or (name if is_named else folder or name),
    }[options.labels_from]


def name_label(stem: str) -> str:
    """Return the label a file's name says: "walking_12" is walking."""
    if match := _BANDAI.search(stem):
        return _BANDAI_LABELS.get(match["action"], match["action"].replace("-", "_"))
    stem = _AMASS.sub("", stem)
    words = _NUMBER.sub("", stem).strip(" _-").lower().replace("-", "_")
    return words or stem


def read_labels(path: Path) -> dict[str, str]:
    """Labels by relative path, file name and stem from a CSV. Raises FileProblem."""
    found = {}
    for row in _rows(path):
        place = (row["path"] or "").rpartition("!")[2].replace("\\", "/")
        for key in (place, Path(place).name, Path(place).stem):
            found[key] = (row["label"] or "").strip()
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = [
                {SYNONYMS.get(key, key): value for key, value in row.items() if key is not None}
                for row in csv.DictReader(stream)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(f"{path.name} cannot be read: {error}.", "Choose another.") from error
    if not rows or not {"path", "label"} <= set(rows[0]):
        raise FileProblem(
            f"{path.name} lacks the columns `path` and `label`.", "Add a first line with them."
        )
    return rows


def _of_table(path: Path) -> tuple[list[Entry], int]:
    out, missing = [], 0
    archives: dict[Path, set[str]] = {}
    for number, row in enumerate(_rows(path), start=2):
        place = (row["path"] or "").strip().replace("\\", "/")
        archive, _, member = place.rpartition("!")
        file = path.parent / (archive or place)
        if archive and file not in archives:
            archives[file] = set(_members(file)) if file.is_file() else set()
        is_there = member in archives[file] if archive else file.is_file()
        if not is_there:
            missing += 1
            continue
        try:
            start, end, rate = (row.get(key) or "" for key in ("start", "end", "fps"))
            out.append(
                Entry(
                    path=file, member=member if archive else "", place=place,
                    label=(row["label"] or "").strip() or label_in_clip(file) or "unlabelled",
                    subject=(row.get("subject") or "").strip(),
                    view=(row.get("view") or "").strip(),
                    start=int(start or 0), stop=int(end) if end else None,
                    fps=float(rate) if rate else None,
                )
            )  # fmt: skip
        except ValueError as error:
            raise FileProblem(
                f"{path.name}, line {number}: {error}.", "start, end and fps are numbers."
            ) from error
    return out, missing


def _members(archive: Path) -> list[str]:
    """Motion files of an archive, by name. Raises FileProblem."""
    try:
        with zipfile.ZipFile(archive) as content:
            return [
                name
                for name in sorted(content.namelist())
                if _is_wanted(name, content) and not name.startswith(("/", "__MACOSX"))
            ]
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FileProblem(
            f"{archive.name} is not a readable archive: {error}.", "Copy it again."
        ) from error


def _is_wanted(name: str, content: zipfile.ZipFile) -> bool:
    ending = Path(name).suffix.lower()
    if ending == ".txt":
        with content.open(name) as stream:
            return is_cmu_text(stream.read(_HEAD))
    return ending in ENDINGS


def _holds_motion(path: Path) -> bool:
    """False for texts and npz files of another kind: notes, body shapes, packed clips."""
    ending = path.suffix.lower()
    if ending == ".txt":
        try:
            with path.open("rb") as stream:
                return is_cmu_text(stream.read(_HEAD))
        except OSError:
            return False
    if ending == ".npz":
        members = npz_members(path)
        return members is None or bool(members & _POSES and _PACKED not in members)
    return True


def counted(found: Iterable[Entry]) -> str:
    """Say how many files and labels these are."""
    entries = list(found)
    files = len({entry.place for entry in entries})
    labels = len({entry.label for entry in entries})
    windows = "" if files == len(entries) else f", {len(entries):,} windows of them"
    return f"{files:,} motion files{windows}, {labels} labels"
