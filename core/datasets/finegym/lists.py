"""FineGym's text lists: categories, and the elements of a split.

Layouts as on the data set's home page (https://sdolivia.github.io/FineGym; Shao et al. 2020). The
lists are CC BY-NC 4.0 and the user's own; nothing of them ships with the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileProblem

MAX_BYTES = 64 << 20
_CATEGORY = re.compile(r"^\s*Clabel:\s*(\d+);\s*set:\s*(\d+);\s*Glabel:\s*(\d+);\s*(.*?)\s*$")
_ELEMENT = re.compile(r"^(.{11})_(E_\d{6}_\d{6})_(A_\d{4}_\d{4})\s+(\d+)\s*$")
_VERSIONS: dict[int, str] = {  # by their number of lines, which is all that tells them apart
    26320: "Gym99 train v1.1", 20484: "Gym99 train v1.0", 8521: "Gym99 val",
    29334: "Gym288 train v1.1", 22671: "Gym288 train v1.0", 9646: "Gym288 val",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Category:
    """A class of one list. ``label`` counts within the list; ``glabel`` is the same everywhere."""

    label: int
    set: int
    glabel: int
    name: str  # "(BB) split jump"


@dataclass(frozen=True, kw_only=True)
class SplitLine:
    """An element of a split: which part of which video, and its class in the split's own list.

    The seconds in the names are cut off to whole ones: never cut a video with them.
    """

    video: str
    event: str
    segment: str
    label: int

    @property
    def id(self) -> str:
        """The element's name in the list."""
        return f"{self.video}_{self.event}_{self.segment}"


@dataclass(frozen=True, kw_only=True)
class Split:
    """The elements of a split file, under the name they are told by ("train", "val")."""

    name: str
    version: str  # "Gym99 train v1.1"; "" for a list that is none of the published ones
    lines: tuple[SplitLine, ...]


def read_categories(path: Path) -> tuple[Category, ...]:
    """Read a category file. Raises FileProblem where it is none, or names a class twice."""
    found: list[Category] = []
    for number, line in _lines(path):
        match = _CATEGORY.match(line)
        if match is None:
            raise _no_line(path, number, "Clabel:  43; set: 31; Glabel: 213; (BB) split jump")
        label, set_, glabel = (int(match[i]) for i in (1, 2, 3))
        found.append(Category(label=label, set=set_, glabel=glabel, name=match[4]))
    if len({c.label for c in found}) < len(found) or len({c.glabel for c in found}) < len(found):
        raise FileProblem(f"{path.name} has two classes with one number.", "Fetch it again.")
    if not found:
        raise FileProblem(f"{path.name} holds no classes.", "Choose gym99_categories.txt.")
    return tuple(found)


def read_split(path: Path) -> Split:
    """Read a split file. Raises FileProblem where it is none."""
    lines: list[SplitLine] = []
    for number, line in _lines(path):
        match = _ELEMENT.match(line)
        if match is None:
            raise _no_line(path, number, "A0xAXXysHUo_E_002184_002237_A_0035_0036 93")
        video, event, segment, label = match.groups()
        lines.append(SplitLine(video=video, event=event, segment=segment, label=int(label)))
    if not lines:
        raise FileProblem(f"{path.name} holds no elements.", "Choose a list of FineGym's.")
    name = "val" if "val" in path.stem.lower() else "train"
    return Split(name=name, version=_VERSIONS.get(len(lines), ""), lines=tuple(lines))


def check_fit(split: Split, categories: tuple[Category, ...], path: Path) -> None:
    """Raise FileProblem where a split has classes that the category file does not know."""
    known = {category.label for category in categories}
    strange = sorted({line.label for line in split.lines} - known)
    if strange:
        raise FileProblem(
            f"{path.name} holds class {strange[0]}, which the category file does not have.",
            "Gym99's lists go with gym99_categories.txt, Gym288's with gym288_categories.txt.",
        )


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is too large for a list of FineGym's.", "Check it.")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error
    return [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]


def _no_line(path: Path, number: int, example: str) -> FileProblem:
    return FileProblem(
        f"Line {number} of {path.name} is not one of FineGym's.", f"It should look like: {example}"
    )
