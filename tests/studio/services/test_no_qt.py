"""The services are plain Python: a script can use them where there is no Qt."""

import subprocess
import sys


def test_no_service_imports_qt_or_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, studio.services as s\n"
        "for m in pkgutil.iter_modules(s.__path__): importlib.import_module(f's.{m.name}'"
        ".replace('s.', 'studio.services.', 1))\n"
        "print([n for n in ('PySide6', 'torch', 'pyqtgraph', 'vispy') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "[]", said.stderr
