"""The only place where a thread meets a signal.

Short work (sampling, decoding, reading files) runs in threads of this process and comes back to the
window's thread as calls. With a ``key`` the latest request wins: while one runs, only the newest of
those asked for meanwhile is kept, and answers that were overtaken are dropped. Work with a key
always runs in the same thread, so libraries that keep a pool per thread (OpenMP) keep one.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal, Slot

from core.errors import Cancelled, StudioError
from core.progress import Progress

log = logging.getLogger(__name__)

BUG_MESSAGE = "Something went wrong inside the program."
BUG_HINT = "Nothing was lost; the details are in the log (Help > Open log folder)."


class Handle:
    """One piece of work that was asked for; ``cancel`` stops it at its next step, ``pause`` lets it
    wait there."""

    def __init__(self, fn: Callable[[Progress], Any], key: str | None) -> None:
        self.key = key
        self._fn = fn
        self._cancelled = threading.Event()
        self._paused = threading.Event()
        self._finished = threading.Event()
        self._lock = threading.Lock()
        self._latest: tuple[float, str, Any] | None = None
        self.on_done: Callable[[Any], None] | None = None
        self.on_problem: Callable[[str, str], None] | None = None
        self.on_progress: Callable[[float, str, Any], None] | None = None
        self.on_cancelled: Callable[[], None] | None = None
        self.owner: QObject | None = None
        self.thread: threading.Thread | None = None  # of work without a key
        self.is_overtaken = False

    def cancel(self) -> None:
        """Ask the work to stop; ``on_done`` will not be called any more."""
        self._cancelled.set()

    def pause(self, is_paused: bool = True) -> None:
        """Let the work wait at its next step, or go on."""
        (self._paused.set if is_paused else self._paused.clear)()

    @property
    def is_paused(self) -> bool:
        return self._paused.is_set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def is_finished(self) -> bool:
        return self._finished.is_set()

    def wait(self, seconds: float) -> bool:
        """Block until the thread is through with it (for shutting down and for tests)."""
        return self._finished.wait(seconds)


class _Relay(QObject):
    """Lives in the window's thread and turns signals into calls there."""

    finished = Signal(object, object, object)  # handle, result, error
    progressed = Signal(object)  # handle

    def __init__(self) -> None:
        super().__init__()
        self.finished.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object, object)
    def _finish(self, handle: Handle, result: Any, error: BaseException | None) -> None:
        _open.discard(handle)
        if handle.is_overtaken or (handle.owner and not shiboken6.isValid(handle.owner)):
            return
        if handle.is_cancelled or isinstance(error, Cancelled):
            if handle.on_cancelled is not None:
                handle.on_cancelled()
        elif error is None:
            if handle.on_done is not None:
                handle.on_done(result)
        elif handle.on_problem is not None:
            handle.on_problem(*sentence_for(error))

    @Slot(object)
    def _progress(self, handle: Handle) -> None:
        with handle._lock:
            latest, handle._latest = handle._latest, None
        alive = not handle.owner or shiboken6.isValid(handle.owner)
        if latest and alive and not handle.is_cancelled and handle.on_progress is not None:
            handle.on_progress(*latest)


class _Lane(threading.Thread):
    """A thread that runs one request at a time and remembers only the newest of those waiting."""

    def __init__(self, relay: _Relay, name: str) -> None:
        super().__init__(name=f"studio-{name}", daemon=True)
        self._relay = relay
        self._waiting: Handle | None = None
        self._running: Handle | None = None
        self._is_closed = False
        self._changed = threading.Condition()

    def put(self, handle: Handle) -> None:
        with self._changed:
            for older in (self._waiting, self._running):
                if older is not None:
                    older.is_overtaken = True
                    older.cancel()
            if self._waiting is not None:
                self._waiting._finished.set()
                _open.discard(self._waiting)
            self._waiting = handle
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def run(self) -> None:
        while True:
            with self._changed:
                self._running = None
                self._changed.wait_for(lambda: self._is_closed or self._waiting is not None)
                if self._is_closed:
                    if self._waiting is not None:
                        self._waiting._finished.set()
                    return
                handle = self._running = self._waiting
                self._waiting = None
            if handle is not None:
                _run(handle, self._relay)


def _run(handle: Handle, relay: _Relay) -> None:
    def report(fraction: float, text: str, preview: Any = None) -> None:
        with handle._lock:
            is_announced = handle._latest is not None
            if preview is None and handle._latest is not None:
                preview = handle._latest[2]  # a picture nobody has seen yet is not dropped
            handle._latest = (fraction, text, preview)
        if not is_announced and not handle.is_overtaken:
            relay.progressed.emit(handle)

    result: Any = None
    error: BaseException | None = None
    try:
        if not handle.is_cancelled:
            result = handle._fn(
                Progress(
                    report=report,
                    is_cancelled=lambda: handle.is_cancelled,
                    is_paused=lambda: handle.is_paused,
                )
            )
    except BaseException as problem:  # whatever happened belongs to the one who asked
        error = problem
    try:
        handle._finished.set()
        relay.finished.emit(handle, result, error)
    except RuntimeError:  # the window is gone; there is nobody left to tell
        log.debug("an answer came after the window was closed")


_relay: _Relay | None = None
_lanes: dict[str, _Lane] = {}
_open: set[Handle] = set()
_once: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # of work without a key


def run_in_thread(
    fn: Callable[[Progress], Any],
    on_done: Callable[[Any], None],
    on_problem: Callable[[str, str], None],
    on_progress: Callable[[float, str, Any], None] | None = None,
    key: str | None = None,
    *,
    on_cancelled: Callable[[], None] | None = None,
    owner: QObject | None = None,
) -> Handle:
    """Run ``fn(progress)`` in a thread and call back in the window's thread.

    ``on_done(result)``; ``on_problem(message, hint)``: a StudioError's own sentences, or a general
    one after logging the traceback; ``on_progress(fraction, text, preview)``: coalesced, only the
    newest is delivered; ``on_cancelled()`` after ``Handle.cancel``. With ``key`` the latest request
    wins. When ``owner`` was deleted meanwhile nothing is called. Call from the window's thread.
    """
    global _relay
    if _relay is None or not shiboken6.isValid(_relay):
        _relay = _Relay()
    if QThread.currentThread() != _relay.thread():
        raise RuntimeError("run_in_thread must be called from the window's thread")
    handle = Handle(fn, key)
    handle.on_done, handle.on_problem = on_done, on_problem
    handle.on_progress, handle.on_cancelled, handle.owner = on_progress, on_cancelled, owner
    _open.add(handle)
    if key is None:
        handle.thread = threading.Thread(
            target=_run, args=(handle, _relay), name="studio-once", daemon=True
        )
        _once.add(handle.thread)
        handle.thread.start()
    else:
        lane = _lanes.get(key)
        if lane is None:
            lane = _lanes[key] = _Lane(_relay, key)
            lane.start()
        lane.put(handle)
    return handle


def sentence_for(error: BaseException) -> tuple[str, str]:
    """Message and hint for ``error``; a bug is logged with its traceback and gets a general one."""
    if isinstance(error, StudioError):
        return error.message, error.hint
    log.error("unexpected error", exc_info=error)
    return f"{BUG_MESSAGE} ({type(error).__name__}: {error})".replace("\n", " "), BUG_HINT


def open_work() -> int:
    """Number of requests whose answer has not been delivered."""
    return len(_open)


def shut_down(seconds: float = 3.0) -> None:
    """Cancel everything and wait a moment for the threads; called once when the window closes."""
    global _relay
    running = list(_open)
    for handle in running:
        handle.cancel()
        handle.is_overtaken = True
    lanes = list(_lanes.values())
    for lane in lanes:
        lane.close()
    for handle in running:
        handle.wait(seconds)
    for thread in list(_once):  # also those whose answer was delivered and that are about to end
        thread.join(seconds)
    for lane in lanes:
        lane.join(seconds)
    _lanes.clear()
    _open.clear()
    if _relay is not None:
        QCoreApplication.removePostedEvents(_relay)
        _relay = None
