"""One job from beginning to end in this process: ``python -m training run JOBFOLDER``.

Whatever goes wrong becomes a "state" event with a sentence and the next step; the last good
checkpoint and state stay. Exit codes: 0 done, 3 paused or cancelled on request, 1 failed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Literal

import torch

from core.atomic import explain_write_error, written_whole
from core.datasets.features import Features
from core.errors import StudioError
from training.config import TrainConfig, load_config
from training.engine.control import WORKER, Control, worker_facts
from training.engine.loop import NotANumber, Training
from training.engine.parts import make_fabric
from training.events import EventLog

log = logging.getLogger(__name__)

Reason = Literal["", "data", "number", "memory", "disk"]

DONE, FAILED, ASKED = 0, 1, 3
_NO_MEMORY = ("not enough memory", "out of memory", "allocate memory")  # as torch puts it
_LAST_WORD_SECONDS = 0.5  # for what the first worker sent to reach the others


class DataGone(StudioError):
    """The data set cannot be opened."""


def run(folder: Path) -> int:
    """Train the job in a folder, going on from its state if it has one; returns the exit code."""
    folder = Path(folder)
    events = EventLog(folder)
    try:
        with Control(folder, hears_at_once=not is_among_others()) as control:
            if not is_restarted():
                control.forget()
            end = _trained(folder, events, control)
    except Exception as error:
        if is_other_workers_end(error):
            log.warning("another worker ended: %s", error)
            return FAILED
        message, hint = explained(error)
        log.exception("the training failed")
        with contextlib.suppress(OSError):  # a disk so full that not even this fits
            events.write(
                "state", state="failed", message=message, hint=hint, reason=reason_of(error)
            )
        return FAILED
    finally:
        events.close()
    return DONE if end == "done" or is_among_others() else ASKED


def is_among_others() -> bool:
    """Whether torchrun started this worker: for it any exit code but 0 asks for a new start."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def is_restarted() -> bool:
    """Whether torchrun started the workers anew after losing one: requests still hold then."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def is_other_workers_end(error: Exception) -> bool:
    """Whether a worker fails only because another one is gone; that one's reason counts."""
    if not is_among_others():
        return False
    text = str(error).lower()
    signs = ("connection closed by peer", "connection reset", "distbackend", "gloo", "nccl")
    return isinstance(error, RuntimeError) and any(sign in text for sign in signs)


def _trained(folder: Path, events: EventLog, control: Control) -> str:
    config = load_config(folder / "config.yaml")
    fabric = make_fabric(config)
    is_writer = fabric.is_global_zero
    if is_writer:
        with written_whole(folder / WORKER) as temporary:
            facts = worker_facts(str(fabric.device), fabric.world_size)
            temporary.write_text(json.dumps(facts), encoding="utf-8")
        events.write("state", state="running", message="", hint="")
    training = Training(folder, config, clips_of(config), fabric)
    training.resume()
    control.listen()
    end = training.run(control, events if is_writer else None)
    if is_writer:
        events.write("state", state=end, message="", hint="")
    if fabric.world_size > 1:
        fabric.barrier()  # one that is left behind would be taken for lost
    return end


def leave(code: int) -> None:
    """End this process for good where others take part.

    Taking the process group down at the interpreter's end sometimes waits forever or aborts, as
    the others are gone already; torchrun would wait, or start all of them anew.
    """
    if not is_among_others():
        return
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    if os.environ.get("RANK") == "0":
        time.sleep(_LAST_WORD_SECONDS)
    os._exit(code)


def clips_of(config: TrainConfig) -> Features:
    """The clips a config trains on. Raises DataGone."""
    from core.datasets.library import open_dataset

    try:
        store = open_dataset(config.dataset)
    except StudioError as error:
        raise DataGone(error.message, error.hint) from error
    if config.split == "train":
        return store.features(store.split().train)
    return store.features()


def is_of_memory(error: BaseException) -> bool:
    """Whether there was not enough memory, on a device or off it."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return not isinstance(error, StudioError | OSError) and any(
        sign in str(error).lower() for sign in _NO_MEMORY
    )


def reason_of(error: BaseException) -> Reason:
    """Return why a training ended, in a word that a program can act on; "" for anything else."""
    if isinstance(error, DataGone):
        return "data"
    if isinstance(error, NotANumber):
        return "number"
    if is_of_memory(error):
        return "memory"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return "disk"
        cause = cause.__cause__
    return ""


def explained(error: Exception) -> tuple[str, str]:
    """Return the sentence and the next step for what ended a training."""
    if isinstance(error, StudioError):
        return error.message, error.hint
    if is_of_memory(error):
        return (
            "There was not enough memory for a step.",
            "Duplicate the training with a smaller batch or a smaller network.",
        )
    if isinstance(error, OSError) and error.errno is not None:
        known = explain_write_error(Path(error.filename or "events.jsonl"), error)
        return known.message, known.hint
    text = str(error)
    first = text.splitlines()[0] if text else type(error).__name__
    return f"The training stopped: {first}", "log.txt in its folder tells more."
