"""Fetch the built-in estimator's networks and the sample video: what set-up runs once."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # before the package is installed

from core import weights
from core.errors import StudioError


def main() -> int:
    try:
        for path in [*weights.install_estimator(), weights.install_sample_video()]:
            print(path, file=sys.stderr)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
