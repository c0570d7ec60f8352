"""``python -m training run JOBFOLDER``: train the job in a folder, or go on with it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from training.priority import share_niceness


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="train the job in a folder, or go on with it")
    running.add_argument("folder", type=Path)
    running.add_argument(
        "--resume", action="store_true", help="said for clarity: a saved state is always taken up"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    share_niceness()
    from training.engine.worker import leave, run

    code = run(options.folder)
    leave(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
