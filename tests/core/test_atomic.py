"""A file appears whole or not at all, and a refusal to write says what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from core.atomic import explain_write_error, written_whole
from core.errors import Cancelled, FileProblem


def test_a_written_file_has_its_content_and_ordinary_rights(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with written_whole(path) as temporary:
        temporary.write_text("hello")
        assert temporary.suffix == ".txt"
        assert not path.exists()
    assert path.read_text() == "hello"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("failure", [RuntimeError("bug"), Cancelled("stop"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(type(failure)), written_whole(path) as temporary:
        temporary.write_text("half of the n")
        raise failure
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_an_unfinished_first_write_leaves_no_file(tmp_path):
    with pytest.raises(FileProblem), written_whole(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EACCES, "cannot be written to"),
        (errno.EROFS, "cannot be written to"),
        (errno.EIO, "could not be written"),
    ],
)
def test_each_refusal_is_a_sentence_with_a_next_step(tmp_path, number, sentence):
    problem = explain_write_error(tmp_path / "a.txt", OSError(number, os.strerror(number)))
    assert sentence in problem.message
    assert problem.hint


def test_a_file_where_a_folder_should_be_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "a.txt", tmp_path / "file" / "deep" / "a.txt"):
        with pytest.raises(FileProblem, match="is not a folder"), written_whole(path):
            pass


def test_a_full_disk_is_known_also_where_a_library_only_words_it(tmp_path: Path) -> None:
    with (
        pytest.raises(FileProblem, match="The disk is full") as told,
        written_whole(tmp_path / "model.safetensors") as temporary,
    ):
        temporary.write_bytes(b"half")
        raise ValueError("Error while serializing: I/O error: No space left (os error 28)")
    assert isinstance(told.value.__cause__, OSError)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="odd"), written_whole(tmp_path / "b"):
        raise ValueError("odd")
