"""Prints what every file of the program is for: its docstring's first line, folder by folder.

python tools/map.py                  # all of it
python tools/map.py studio/viewport  # one room
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "training", "studio")


def first_line(path: Path) -> str:
    """The first sentence a file says about itself."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.split("\n", 1)[0]


def lines(folder: Path) -> list[str]:
    """A folder's heading and files, then its folders."""
    files = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    package = folder / "__init__.py"
    found = [f"\n{folder.relative_to(ROOT)}/  {first_line(package) if package.exists() else ''}"]
    found += [f"  {path.name:<28} {first_line(path)}" for path in files]
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        if any(inner.rglob("*.py")):
            found += lines(inner)
    return found


def main() -> None:
    """Print the rooms asked for."""
    for name in sys.argv[1:] or ROOMS:
        folder = (ROOT / name).resolve()
        if not folder.is_dir():
            raise SystemExit(f"{name} is not a folder of the program.")
        print("\n".join(lines(folder)))


if __name__ == "__main__":
    main()
