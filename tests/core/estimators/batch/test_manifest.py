"""The manifest survives what kills programs."""

from __future__ import annotations

import pytest

from core.errors import FileProblem
from core.estimators.manifest import Manifest, Row, work_key


def row(key: str, **changes) -> Row:
    values = {"video": f"{key}.mp4", "sha256": key * 8, "state": "done", "size": 3, "mtime_ns": 7}
    return Row(key=key, **{**values, **changes})


def test_rows_come_back(tmp_path):
    path = tmp_path / "m.jsonl"
    manifest = Manifest(path)
    manifest.append(row("a", label={"action": "kick", "action_id": 3}, files=({"path": "a.npz"},)))
    manifest.append(row("b", state="failed", reason="Nobody.", is_final=True))
    again = Manifest(path)
    assert again.rows == manifest.rows
    assert again.known_hash("a.mp4", 3, 7) == "a" * 8
    assert again.known_hash("a.mp4", 4, 7) == ""


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_line_that_broke_off_is_dropped_and_writing_goes_on(cut, tmp_path):
    path = tmp_path / "m.jsonl"
    manifest = Manifest(path)
    manifest.append(row("a"))
    manifest.append(row("b"))
    path.write_bytes(path.read_bytes()[:-cut])
    again = Manifest(path)
    assert "a" in again.rows
    again.append(row("c"))
    assert {"a", "c"} <= Manifest(path).rows.keys()


def test_later_lines_win_and_old_ones_are_cleared_away(tmp_path):
    path = tmp_path / "m.jsonl"
    manifest = Manifest(path)
    for number in range(20):
        manifest.append(row("a", size=number))
    assert Manifest(path).rows["a"].size == 19
    assert len(path.read_text().splitlines()) == 2


def test_another_file_is_not_overwritten(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text("my notes\n")
    with pytest.raises(FileProblem, match="not the manifest"):
        Manifest(path)
    assert path.read_text() == "my notes\n"


def test_the_key_depends_on_content_and_settings_only():
    assert work_key("x", {"a": 1, "b": (2,)}) == work_key("x", {"b": [2], "a": 1})
    assert len({work_key("x", {}), work_key("y", {}), work_key("x", {"a": 1})}) == 3
