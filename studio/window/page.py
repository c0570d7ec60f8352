"""What a page is, and the one table of pages.

The window owns the middle (viewport, transport, timeline) so that the OpenGL canvas never changes
its parent. A page brings what stands left and right of it, and may lay something over the viewport.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.actions import Action, Actions
    from studio.document import Document
    from studio.playback import Playback


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """What a page gets to work with.

    ``viewport`` is the window's one ``Viewport`` (for its mode, camera or picture; bodies come from
    the document); ``library`` makes a library panel; ``actions`` is the table that feeds menus,
    palette and keys: the window adds a page's own on entering and takes them out on leaving.
    ``go_to(page_id)`` switches the page; ``hand_over(page_id, what)`` does so and gives the page
    something to work on: a page that can take things has a ``receive(what)``. ``report_job(text)``
    shows running work in the header ("kick.mp4 61 %"), "" takes it away.
    """

    document: Document
    playback: Playback
    actions: Actions
    viewport: QWidget
    library: Callable[[], QWidget]
    go_to: Callable[[str], None] = lambda page_id: None
    report_job: Callable[[str], None] = lambda text: None
    timeline: Any = None  # studio.panels.timeline.Timeline, where there is one
    hand_over: Callable[[str, Any], None] = lambda page_id, what: None


class Page(Protocol):
    """One of the window's pages. ``left`` and ``right`` are made once, on first visit.

    Two things a page may have besides: ``below`` (a widget) stands in the timeline's place under
    viewport and transport, with a handle to make it larger; ``has_own_scene = True`` gives the page
    bodies of its own: what it shows is kept for its next visit, and the other pages' bodies come
    back when it is left.

    ``overlay`` (or None) stands in the middle above the transport beside the viewport and decides
    by its own visibility whether it is seen. ``entered`` and ``left_behind`` follow the page being
    switched to and from. File > Import video and Sample video, and files dropped on the window,
    go to the Capture page: ``import_videos(paths)`` (None asks with a file dialog) and
    ``import_sample()``. The window itself has the actions of ``studio.window.commands`` ("export",
    "import-video", "sample-video", "models", "undo", ...); a page does not add those ids again, it
    may run them with ``context.actions.run(id)``.
    """

    id: str
    title: str
    left: QWidget
    right: QWidget
    overlay: QWidget | None

    def actions(self) -> Sequence[Action]:
        """The page's own actions; they are enabled only while the page is shown."""
        ...

    def entered(self) -> None: ...

    def left_behind(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class PageEntry:
    """A tab in the header. ``make`` is None for a page this version does not have yet."""

    id: str
    title: str
    key: str
    tooltip: str
    make: Callable[[PageContext], Any] | None = None


def _capture(context: PageContext) -> Any:
    from studio.pages.capture import CapturePage

    return CapturePage(context)


def _create(context: PageContext) -> Any:
    from studio.pages.create import CreatePage

    return CreatePage(context)


def _data(context: PageContext) -> Any:
    from studio.pages.data import DataPage

    return DataPage(context)


def _compare(context: PageContext) -> Any:
    from studio.pages.compare import ComparePage

    return ComparePage(context)


def _train(context: PageContext) -> Any:
    from studio.pages.train import TrainPage

    return TrainPage(context)


def _evaluate(context: PageContext) -> Any:
    from studio.pages.evaluate import EvaluatePage

    return EvaluatePage(context)


PAGES: tuple[PageEntry, ...] = (
    PageEntry(id="capture", title="Capture", key="Ctrl+1", make=_capture,
              tooltip="Turn a video into body motion"),
    PageEntry(id="create", title="Create", key="Ctrl+2", make=_create,
              tooltip="Sample motions by action and shape them"),
    PageEntry(id="compare", title="Compare", key="Ctrl+3", make=_compare,
              tooltip="Clips beside each other, with their differences"),
    PageEntry(id="data", title="Data", key="Ctrl+4", make=_data,
              tooltip="Data sets: their classes and clips, what to keep and what not"),
    PageEntry(id="train", title="Train", key="Ctrl+5", make=_train,
              tooltip="Train ACTOR on your own clips and watch it learn"),
    PageEntry(id="evaluate", title="Evaluate", key="Ctrl+6", make=_evaluate,
              tooltip="Measure how good generated motions are"),
)  # fmt: skip
