"""torch's two file formats, without torch: the zip archive, and the one from before torch 1.6.

Sources: the layout written by ``torch.save`` (torch/serialization.py), checked by tests that read
what torch wrote. Tensors stay in the file, mapped into memory, until they are asked for.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from core.unpickle.allowed import DATA, AllowList
from core.unpickle.reader import Reader, RefusedPickle
from core.unpickle.tensors import Storage, StorageType, settled

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
MAX_PICKLE_BYTES = 1 << 28  # of the pickle beside the tensors

Bytes = npt.NDArray[np.uint8]


def read_torch(path: Path, allow: AllowList = DATA, *, lazy: bool = False) -> Any:
    """Read what torch.save wrote; tensors become arrays, or StoredTensor if ``lazy``.

    Raises RefusedPickle naming what is not in ``allow``, OSError, or whatever a damaged file makes
    the readers raise (any Exception).
    """
    if path.stat().st_size == 0:
        raise ValueError("the file is empty")
    content = _read(np.memmap(path, np.uint8, "r"), allow)
    return content if lazy else settled(content)


def storage_of_bytes(data: Any, allow: AllowList) -> Storage:
    """The one storage in a torch file given as bytes (a tensor in an ordinary pickle)."""
    if not isinstance(data, bytes | bytearray):
        raise RefusedPickle("torch.storage._load_from_bytes of something that is no content")
    content = _read(np.frombuffer(data, np.uint8), allow)
    if not isinstance(content, Storage):
        raise RefusedPickle("torch.storage._load_from_bytes of something that is no storage")
    return content


def _read(raw: Bytes, allow: AllowList) -> Any:
    if raw[:4].tobytes() == b"PK\x03\x04":
        return _read_archive(raw, allow)
    return _read_old(raw, allow)


class _Window(io.RawIOBase):
    """A file's mapped bytes as a file to read from, without a copy."""

    def __init__(self, raw: Bytes) -> None:
        self._raw = raw
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._raw.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        part = self._raw[self._at : self._at + len(buffer)]
        buffer[: part.size] = part.tobytes()
        self._at += part.size
        return int(part.size)


def _read_archive(raw: Bytes, allow: AllowList) -> Any:
    with zipfile.ZipFile(io.BufferedReader(_Window(raw))) as archive:
        members = {info.filename: info for info in archive.infolist()}
        pickles = [name for name in members if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(pickles) != 1:
            raise ValueError("an archive, but none of torch's")
        root = pickles[0].removesuffix("data.pkl")
        if f"{root}byteorder" in members and archive.read(f"{root}byteorder") != b"little":
            raise ValueError("its numbers are in big-endian order")
        if members[pickles[0]].file_size > MAX_PICKLE_BYTES:
            raise ValueError("its list of contents is absurdly large")
        known: dict[str, Storage] = {}

        def outside(pid: Any) -> Storage:
            kind, key, count = _checked(pid)
            if key not in known:
                known[key] = Storage(kind, count, _member(raw, members[f"{root}data/{key}"]))
            return Storage(kind, count, known[key].raw)

        return Reader(io.BytesIO(archive.read(pickles[0])), allow, outside).load()


def _member(raw: Bytes, info: zipfile.ZipInfo) -> Bytes:
    """A stored member's bytes, still in the file (torch never compresses)."""
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError("a compressed tensor, which torch does not write")
    head = raw[info.header_offset : info.header_offset + 30].tobytes()
    if len(head) < 30:
        raise ValueError("the file ends within a tensor")
    name, extra = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
    start = info.header_offset + 30 + name + extra
    return raw[start : start + info.file_size]


def _checked(pid: Any) -> tuple[StorageType, str, int]:
    if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
        what = pid[0] if isinstance(pid, tuple) and pid else pid
        raise RefusedPickle(f"an object of kind {str(what)[:40]!r} stored outside the pickle")
    kind, key, count = pid[1], str(pid[2]), pid[4]
    if not isinstance(kind, StorageType) or type(count) is not int or count < 0:
        raise RefusedPickle("a storage of an unknown type")
    return kind, key, count


def _read_old(raw: Bytes, allow: AllowList) -> Any:
    """Five pickles (magic, version, machine, content, keys), then the storages one by one."""
    file: BinaryIO = io.BufferedReader(_Window(raw))
    if Reader(file, allow).load() != MAGIC or Reader(file, allow).load() != PROTOCOL:
        raise ValueError("none of torch's files")
    machine = Reader(file, allow).load()
    if isinstance(machine, dict) and machine.get("little_endian") is False:
        raise ValueError("its numbers are in big-endian order")
    known: dict[str, Storage] = {}

    def outside(pid: Any) -> Storage:
        kind, key, count = _checked(pid)
        if len(pid) > 5 and pid[5] is not None:
            raise ValueError("a view of a storage, which torch gave up in 2018")
        return known.setdefault(key, Storage(kind, count))

    content = Reader(file, allow, outside).load()
    keys = Reader(file, allow).load()
    if not isinstance(keys, list):
        raise ValueError("its list of tensors is missing")
    at = file.tell()
    for key in keys:
        storage = known.get(str(key))
        if storage is None:
            raise ValueError("a tensor nobody asked for")
        count = int.from_bytes(raw[at : at + 8].tobytes(), "little")
        nbytes = count * storage.kind.dtype.itemsize
        storage.raw = raw[at + 8 : at + 8 + nbytes]
        if count != storage.count or storage.raw.size != nbytes:
            raise ValueError("the file ends within a tensor")
        at += 8 + nbytes
    return content
