"""Stands in for ``python -m training`` in tests: obeys the folder, needs no torch.

``run FOLDER [--resume]``; how it behaves is in FOLDER/fake.json: steps, seconds a step, deaf
(ignores requests and SIGTERM), fail (ends with a sentence), silent_end (ends with an exit code).
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.jobs.processes import host_name, start_mark


def main(folder: Path, resume: bool) -> int:
    told = folder / "fake.json"
    manner = json.loads(told.read_text()) if told.exists() else {}
    saved = folder / "state.pt"
    step = int(saved.read_text()) if resume and saved.exists() else 0
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    facts = {"pid": os.getpid(), "start": start_mark(os.getpid()), "host": host_name()}
    (folder / "worker.json").write_text(json.dumps({**facts, "device": "cpu", "world_size": 1}))
    with (folder / "events.jsonl").open("a", buffering=1) as stream:

        def tell(event: str, **values: object) -> None:
            stream.write(json.dumps({"event": event, "time": time.time(), **values}) + "\n")

        tell("start", step=step, epoch=step // 10, device="cpu", steps_per_epoch=10, num_clips=40)
        sys.stdout.write("training\n")
        if "silent_end" in manner:
            sys.stdout.write("Segmentation fault\n")
            return int(manner["silent_end"])
        if "fail" in manner:
            tell("state", state="failed", message=manner["fail"], hint="Do this.")
            return 1
        total = int(manner.get("steps", 20))
        while step < total:
            (folder / "heartbeat").touch()
            for name, word in (("STOP", "cancelled"), ("PAUSE", "paused")):
                if ((folder / name).exists() or stopped) and not manner.get("deaf"):
                    tell("state", state=word)
                    return 3
            time.sleep(float(manner.get("seconds", 0.02)))
            step += 1
            losses = {"total": 1 / step, "rc": 0.5 / step}
            tell("step", step=step, epoch=step // 10, losses=losses, lr=1e-4, steps_per_second=50.0)
            (folder / ".state").write_text(str(step))
            (folder / ".state").replace(saved)
        tell("state", state="done")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[2]), "--resume" in sys.argv))
