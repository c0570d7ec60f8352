"""Events read while they are written, torn and in great number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.jobs import event_file
from training.jobs.event_file import LastEvents, read_events


def _line(kind: str, **values: object) -> str:
    return json.dumps({"event": kind, **values}) + "\n"


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    whole = _line("step", step=1)
    path.write_text(whole + whole[:7])
    events, offset = read_events(path)
    assert len(events) == 1 and offset == len(whole)
    with path.open("a") as stream:
        stream.write(whole[7:])
    events, offset = read_events(path, offset)
    assert [event["step"] for event in events] == [1]
    assert read_events(path, offset) == ([], offset)


def test_a_line_torn_by_a_kill_costs_neither_itself_nor_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "step", "st' + _line("start", step=4) + "\x00\x00\n" + "[1]\n")
    assert [event["event"] for event in read_events(path)[0]] == ["start"]


@pytest.mark.parametrize("limit", [1, 20, 100, None])
def test_reading_in_slices_gives_every_event_once(tmp_path: Path, limit: int | None) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(_line("step", step=i, pad="x" * (i % 50)) for i in range(40)))
    seen, offset = [], 0
    while True:
        events, after = read_events(path, offset, limit)
        if after == offset:
            break
        seen += [event["step"] for event in events]
        offset = after
    assert seen == list(range(40))


@pytest.mark.parametrize("piece", [1000, 1024 * 1024])
def test_the_last_of_each_kind_is_found_in_a_long_file_as_in_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    path = tmp_path / "events.jsonl"
    lines = [_line("start", step=0), _line("metrics", epoch=1, fid=2.0)]
    lines += [_line("step", step=i, losses={"epoch": 1.0}) for i in range(20_000)]
    lines += [_line("state", state="paused")]
    path.write_text("".join(lines))
    assert path.stat().st_size > 512 * 1024
    monkeypatch.setattr(event_file, "_PIECE", piece)
    last = LastEvents(path)
    assert last.refresh()
    assert last.events["metrics"]["fid"] == 2.0
    assert last.events["step"]["step"] == 19_999
    assert last.is_later("state", "step") and last.is_later("step", "start")
    assert not last.refresh()
    with path.open("a") as stream:
        stream.write(_line("start", step=3))
    assert last.refresh()
    assert last.is_later("start", "state")
