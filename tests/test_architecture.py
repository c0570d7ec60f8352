"""The house's rules about who may know whom, read from the source and checked by importing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("resources", "core", "training", "studio")  # each may import those before it
GUI = ("PySide6", "shiboken6", "vispy", "pyqtgraph")
FORBIDDEN_ANYWHERE = ("chumpy", "bpy", "pickle5", "dill")


def sources(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if path.stat().st_size
    )


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, at any depth, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno


def offenders(paths: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in paths
        for module, line in imports(path)
        if module.split(".")[0] in forbidden
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_knows_the_rooms_above_it(room):
    above = ROOMS[ROOMS.index(room) + 1 :]
    assert offenders(sources(room), above) == []


def test_core_and_training_know_no_window():
    assert offenders(sources("core", "training"), GUI) == []


@pytest.mark.parametrize(
    ("package", "home"), [("vispy", "studio/viewport"), ("pyqtgraph", "studio/plots")]
)
def test_each_drawing_package_has_one_home(package, home):
    outside = [p for p in sources("studio") if not p.is_relative_to(ROOT / home)]
    assert offenders(outside, (package,)) == []


def test_the_command_line_knows_no_window():
    assert offenders(sources("studio/cli"), GUI) == []


def test_opencv_is_imported_in_one_place():
    """cv2 sets Qt's plug-in paths to its own when it is imported; core/_cv2.py undoes that."""
    places = {
        line.split(":")[0] for line in offenders(sources("core", "training", "studio"), ("cv2",))
    }
    assert places <= {"core/_cv2.py"}


def test_there_is_no_plain_pickle():
    """Only the restricted unpicklers may touch pickle."""
    places = {
        line.split(":")[0] for line in offenders(sources("core", "training", "studio"), ("pickle",))
    }
    assert all(place.startswith(("core/body/", "core/unpickle/")) for place in places), places
    for path in sources("core", "training", "studio"):
        text = path.read_text("utf-8")
        assert "allow_pickle=True" not in text, path
        assert "weights_only=False" not in text, path


def test_unwanted_packages_are_not_used():
    assert offenders(sources("core", "training", "studio"), FORBIDDEN_ANYWHERE) == []


def imported_after(*statements: str) -> set[str]:
    code = "\n".join([*statements, "import sys, json", "print(json.dumps(sorted(sys.modules)))"])
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_the_light_rooms_import_without_torch_and_scipy():
    names = ("core.motion", "core.motion_file", "core.export", "core.project", "core.body")
    modules = imported_after(*(f"import {name}" for name in names))
    assert not modules & {"torch", "scipy", "smplx", "cv2", *GUI}


def test_numbers_are_exported_without_torch():
    modules = imported_after(
        "import numpy as np, tempfile, pathlib",
        "from core.motion import Motion",
        "from core.export import export_motion",
        "m = Motion(poses=np.zeros((2, 24, 3)), trans=np.zeros((2, 3)))",
        "export_motion(m, pathlib.Path(tempfile.mkdtemp()) / 'a.bvh')",
    )
    assert "torch" not in modules


@pytest.mark.parametrize("module", ["studio.app", "studio.window", "studio.viewport"])
def test_the_window_is_imported_without_torch(module):
    assert not imported_after(f"import {module}") & {"torch", "scipy", "cv2"}


def test_files_stay_readable_in_one_go():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources("core", "training", "studio")
        if (lines := len(path.read_text("utf-8").splitlines())) > 420
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "misc", "manager", "managers", "common"}
    paths = sources("core", "training", "studio", "tests", "tools")
    assert [p for p in paths if p.stem in empty or p.parent.name in empty] == []


def test_every_module_says_why_it_exists():
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("core", "training", "studio", "tools", "benchmarks")
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def is_command(path: Path) -> bool:
    """Whether a module is meant to be run: ``python -m studio.tour``."""
    return '__name__ == "__main__"' in path.read_text("utf-8")


def test_only_the_command_line_prints():
    printing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("core", "studio")
        if not path.is_relative_to(ROOT / "studio" / "cli") and not is_command(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []
