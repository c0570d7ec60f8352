"""The records of an FBX file written as text, in the same shape as those of a binary one.

Arrays (``*3 { a: 1,2,3 }``) are turned into numbers in one go; names, which text files write
``Model::Hips``, are put the way binary files have them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.importing.fbx_tree import AGAIN, MAX_DEPTH, MAX_RECORDS, Packed, Record

MAX_BYTES = 256 << 20
_TOKEN = re.compile(r'\s*(?:;[^\n]*\s*)*("[^"]*"|[{},]|\*\d+|[^\s{},":;]+:?|:)')
_ARRAY = re.compile(r"\s*\{\s*a\s*:\s*([^{}]*)\}")


def is_text(data: bytes) -> bool:
    """Whether a file that is no binary FBX is one written as text."""
    return b"FBXHeaderExtension:" in data[:4096]


def read_text(data: bytes, path: Path) -> Record:
    """Read the file's records as children of one. Raises FileProblem."""
    if len(data) > MAX_BYTES:
        raise FileProblem(f"{path.name} is larger than 256 MB.", "Export it as binary FBX.")
    root = _Text(data.decode("utf-8", "replace"), path.name).root()
    header = root.first("FBXHeaderExtension")
    said = header.first("FBXVersion") if header is not None else None
    version = said.values[0] if said is not None and said.values else 0
    if not isinstance(version, int) or not 7000 <= version < 8000:
        raise FileProblem(
            f"{path.name} is FBX {version}; versions 7000 to 7700 are read.",
            "Export it as FBX 2014 or newer.",
        )
    return root


class _Text:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file, self.at, self.count = text, file, 0, 0

    def damaged(self) -> FileProblem:
        line = self.text.count("\n", 0, self.at) + 1
        return FileProblem(f"{self.file} is cut off or damaged at line {line}.", AGAIN)

    def peek(self) -> tuple[str, int] | None:
        """The next token and where it ends."""
        found = _TOKEN.match(self.text, self.at)
        return (found[1], found.end()) if found is not None else None

    def root(self) -> Record:
        root = Record("", [])
        stack = [root]
        while (token := self.peek()) is not None:
            word, self.at = token
            if word == "}":
                if len(stack) == 1:
                    raise self.damaged()
                stack.pop()
                continue
            if not word.endswith(":") or len(word) < 2:
                raise self.damaged()
            record = Record(word[:-1], [])
            self.count += 1
            if self.count > MAX_RECORDS:
                raise FileProblem(f"{self.file} has too many records.", "Export it without meshes.")
            stack[-1].children.append(record)
            if self._values(record):
                stack.append(record)
                if len(stack) > MAX_DEPTH:
                    raise FileProblem(f"{self.file} is damaged: its records have no end.", AGAIN)
        if len(stack) > 1 or self.text[self.at :].strip():
            raise self.damaged()
        return root

    def _values(self, record: Record) -> bool:
        """Read a record's values; return whether its children follow."""
        while (token := self.peek()) is not None:
            word, end = token
            if word.startswith("*"):
                if not word[1:].isdigit() or len(word) > 12:
                    raise self.damaged()
                self.at = end
                record.values.append(self._array(record.name, int(word[1:])))
                return False
            if word == "{":
                self.at = end
                return True
            if word == "}" or (word.endswith(":") and not word.startswith('"')):
                return False
            self.at = end
            if word != ",":
                record.values.append(_value(word, len(record.values), record.values))
        return False

    def _array(self, name: str, count: int) -> Packed:
        found = _ARRAY.match(self.text, self.at)
        if found is None:
            raise self.damaged()
        self.at = found.end()
        words = found[1].replace(",", " ").split()
        is_whole = name == "KeyTime"
        try:
            if is_whole:
                values = np.array([int(word) for word in words], np.int64)
            else:
                values = np.array([float(word) for word in words])
        except (ValueError, OverflowError):
            raise self.damaged() from None
        if len(values) != count:
            raise self.damaged()
        return Packed("l" if is_whole else "d", count, 0, memoryview(values.tobytes()))


def _value(word: str, position: int, before: list[Any]) -> Any:
    if word.startswith('"'):
        text = word[1:-1].replace("&quot;", '"')
        if position == 1 and isinstance(before[0], int) and "::" in text:
            kind, _, name = text.partition("::")
            return f"{name}\x00\x01{kind}"
        return text
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        return word
