"""docs/command-line.md names every command and every option, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from studio.cli.app import COMMANDS, GROUPS, app

DOCS = Path(__file__).resolve().parents[3] / "docs" / "command-line.md"


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\w+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def options(command: str) -> set[str]:
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    parts = [found, *getattr(found, "commands", {}).values()]
    every = {o for part in parts for p in part.params for o in (*p.opts, *p.secondary_opts)}
    return {o for o in every if o.startswith("--") and o != "--help"}


def test_every_command_has_its_section():
    assert sections().keys() == {**COMMANDS, **GROUPS}.keys()


@pytest.mark.parametrize("command", sorted({**COMMANDS, **GROUPS}))
def test_every_option_is_described(command):
    described = set(re.findall(r"--[a-z][a-z-]+", sections()[command]))
    assert options(command) <= described
    assert described <= options(command) | {"--out"}
