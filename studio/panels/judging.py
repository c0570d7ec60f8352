"""What is to be said of clips, found out in a thread and remembered."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from core.motion import Motion
from studio import bridge
from studio.services.importing import Judgement, judged

_KEPT = 200


class JudgementCache(QObject):
    """Judgements of motions by the object itself. ``ready`` when a new one can be shown."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[int, tuple[Motion, Judgement | None]] = OrderedDict()

    def of(self, motion: Motion) -> Judgement | None:
        """The judgement, or None while it is found out."""
        found = self._known.get(id(motion))
        if found is not None and found[0] is motion:
            self._known.move_to_end(id(motion))
            return found[1]
        self._known[id(motion)] = (motion, None)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        bridge.run_in_thread(
            lambda progress: judged(motion),
            lambda judgement: self._take(motion, judgement),
            lambda message, hint: None,  # logged; the clip stays without a word
            owner=self,
        )
        return None

    def _take(self, motion: Motion, judgement: Judgement) -> None:
        self._known[id(motion)] = (motion, judgement)
        self.ready.emit()
