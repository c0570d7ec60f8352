"""What a video shows, from its folder, its name or a table: for batches of labelled videos.

Names of NTU RGB+D follow SsssCcccPpppRrrrAaaa (setup, camera, performer, replication, action;
Shahroudy et al. 2016, Liu et al. 2019), names of UESTC aA_dV_pPPP_cS.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileProblem, StudioError
from core.estimators.ntu import ACTIONS

_NTU = re.compile(r"S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})(?!\d)", re.IGNORECASE)
_UESTC = re.compile(r"a(\d+)_d(\d+)_p(\d+)_c(\d+)", re.IGNORECASE)
MAX_TABLE_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True)
class VideoLabel:
    """What is known of a video besides its picture; empty text and None mean unknown."""

    action: str = ""
    action_id: int | None = None  # as the data set counts
    subject: str = ""
    camera: str = ""
    setup: str = ""
    repetition: str = ""

    def known(self) -> dict[str, str | int]:
        """The fields that are known, ready for JSON."""
        values = dataclasses.asdict(self)
        return {key: value for key, value in values.items() if value not in ("", None)}

    @classmethod
    def of(cls, values: Mapping[str, object]) -> VideoLabel:
        """Read :meth:`known`'s dictionary; other keys are dropped."""
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in names})  # type: ignore[arg-type]


Labeller = Callable[[Path], VideoLabel]
"""From a video's path relative to the folder to its label. Raises FileProblem for that video."""


def from_nothing(video: Path) -> VideoLabel:
    """No label."""
    return VideoLabel()


def from_folder(video: Path) -> VideoLabel:
    """The name of the folder the video lies in; none for videos at the top."""
    return VideoLabel(action=video.parent.name.replace("_", " ").strip())


def from_ntu_name(video: Path) -> VideoLabel:
    """Action, subject, camera, setup and repetition of an NTU RGB+D name. Raises FileProblem."""
    match = _NTU.search(video.stem)
    if match is None:
        raise FileProblem(
            f"{video.name} has no name of NTU RGB+D.",
            "Such names hold SsssCcccPpppRrrrAaaa, as in S001C002P003R002A013_rgb.avi.",
        )
    setup, camera, subject, repetition, action = match.groups()
    number = int(action)
    return VideoLabel(
        action=ACTIONS.get(number, f"action {number}"),
        action_id=number,
        subject=f"P{subject}",
        camera=f"C{camera}",
        setup=f"S{setup}",
        repetition=f"R{repetition}",
    )


def from_uestc_name(video: Path) -> VideoLabel:
    """Action number, view, subject and side of a UESTC name. Raises FileProblem."""
    match = _UESTC.search(video.stem)
    if match is None:
        raise FileProblem(
            f"{video.name} has no name of UESTC.", "Such names look like a0_d1_p002_c1_color.avi."
        )
    action, view, subject, side = match.groups()
    return VideoLabel(
        action=f"action {int(action)}",
        action_id=int(action),
        subject=f"p{subject}",
        camera=f"d{view}",
        setup=f"c{side}",
    )


NAMED: dict[str, Labeller] = {
    "none": from_nothing,
    "folder": from_folder,
    "ntu": from_ntu_name,
    "uestc": from_uestc_name,
}


def labeller(source: str, folder: Path | None = None) -> Labeller:
    """Return the labeller of that name, or one that reads the CSV file of that path.

    "csv" is labels.csv in ``folder``, or the only table there. Raises StudioError for another word,
    FileProblem for a table that cannot be used.
    """
    if source in NAMED:
        return NAMED[source]
    if source == "csv" and folder is not None:
        return from_table(_table_in(folder))
    if source.lower().endswith((".csv", ".tsv")):
        return from_table(Path(source))
    raise StudioError(
        f"Labels cannot be taken from {source!r}.",
        f"Choose from: {', '.join(NAMED)}, csv, or the path of a CSV file.",
    )


def _table_in(folder: Path) -> Path:
    found = [path for path in sorted(folder.glob("*.[ct]sv")) if not path.name.startswith(".")]
    named = [path for path in found if path.stem.lower() == "labels"]
    for tables in (named, found):
        if len(tables) == 1:
            return tables[0]
    raise FileProblem(
        f"{folder.name} holds {len(found) or 'no'} tables, so which has the labels is not clear.",
        "Name it labels.csv, or give its path.",
    )


_FILE_COLUMNS = ("video", "file", "path", "filename", "name")
_COLUMNS = {
    "label": "action", "action": "action", "class": "action", "action_id": "action_id",
    "subject": "subject", "performer": "subject", "person": "subject", "camera": "camera",
    "view": "camera", "setup": "setup", "repetition": "repetition", "take": "repetition",
}  # fmt: skip


def from_table(path: Path) -> Labeller:
    """A CSV (or TSV) with a column for the video and one for the label, by their headings.

    Videos are found by path below the folder, by name, or by name without ending, in this order.
    """
    rows, file_column = _read_table(path)
    by_name: dict[str, VideoLabel] = {}
    for number, row in enumerate(rows, start=2):
        values: dict[str, object] = {}
        for heading, text in row.items():
            field = _COLUMNS.get(heading.strip().lower())
            if field and isinstance(text, str) and text.strip():
                values[field] = text.strip()
        name = (row.get(file_column) or "").strip().replace("\\", "/")
        if not name:
            continue
        if "action_id" in values:
            try:
                values["action_id"] = int(str(values["action_id"]))
            except ValueError as error:
                raise FileProblem(
                    f"Line {number} of {path.name}: {values['action_id']!r} is no number.",
                    "Mend the column action_id.",
                ) from error
        by_name[name] = VideoLabel.of(values)
    stems = {Path(name).stem: label for name, label in by_name.items()}

    def find(video: Path) -> VideoLabel:
        for table, name in (
            (by_name, video.as_posix()), (by_name, video.name), (stems, video.stem),
        ):  # fmt: skip
            if name in table:
                return table[name]
        raise FileProblem(f"{path.name} has no line for {video.name}.", "Add one, or move it away.")

    return find


def _read_table(path: Path) -> tuple[list[dict[str, str]], str]:
    try:
        if path.stat().st_size > MAX_TABLE_BYTES:
            raise FileProblem(f"{path.name} is too large for a table of labels.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name of the table."
        ) from error
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path.name} is no text in UTF-8.", "Save it as CSV UTF-8.") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
        headings = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        rows = [{k: v for k, v in row.items() if isinstance(k, str)} for row in reader]
    except csv.Error as error:
        raise FileProblem(f"{path.name} is no CSV: {error}.", "Save it as CSV UTF-8.") from error
    file_column = next((headings[name] for name in _FILE_COLUMNS if name in headings), None)
    if file_column is None or not any(_COLUMNS.get(name) == "action" for name in headings):
        raise FileProblem(
            f"{path.name} needs a column for the video and one for the label in its first line.",
            "Name them video and label.",
        )
    return rows, file_column
