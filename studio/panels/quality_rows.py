"""The rows of the timeline that say how far a clip can be trusted, frame by frame.

A ribbon of the confidence, and one row of events: blurred frames low, frames nobody saw at full
height, jumps as pointed ticks, so that shape says what colour says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF

from core.motion import Motion
from studio import theme
from studio.panels.clip_facts import runs
from studio.panels.timeline_scale import confidence_color
from studio.widgets import paint

BLURRED = 0.5  # of the clip's usual sharpness, see ``core.motion.Channels``

_BLUR = theme.mix(theme.PANEL, theme.WARNING, 0.75)
_MISSING = theme.mix(theme.PANEL, theme.BAD, 0.75)
_SPIKE = theme.TEXT

Span = Callable[[QRectF, int, int], QRectF]
Mask = npt.NDArray[np.bool_]


def blurred(motion: Motion) -> Mask:
    """(T,) frames that are much less sharp than the clip usually is."""
    blur = motion.channels.get("blur")
    return np.zeros(motion.num_frames, bool) if blur is None else np.asarray(blur) < BLURRED


def missing(motion: Motion) -> Mask:
    """(T,) frames that were bridged because nobody was seen."""
    mask = np.zeros(motion.num_frames, bool)
    mask[list(motion.inferred)] = True
    return mask


def spikes(motion: Motion) -> Mask:
    """(T,) frames in which a joint jumped."""
    spike = motion.channels.get("spike")
    return np.zeros(motion.num_frames, bool) if spike is None else np.asarray(spike) > 0.5


def has_events(motion: Motion) -> bool:
    """Whether there is a row of events: something was measured, or frames were bridged."""
    return bool(motion.inferred) or any(n in motion.channels for n in ("blur", "spike"))


def legend(motion: Motion) -> str:
    """The row's name with how many frames of each there are."""
    jumps = len(runs(spikes(motion)))
    counts = (
        ("blurred", int(blurred(motion).sum())),
        ("missing", int(missing(motion).sum())),
        ("jump" if jumps == 1 else "jumps", jumps),
    )
    told = [f"{count} {name}" for name, count in counts if count]
    return " · ".join(told) if told else "no blur, no missing frame, no jump"


def told(motion: Motion, frame: int) -> str:
    """What is to be said of one frame, for the tooltip; "" where all is well."""
    parts = []
    if missing(motion)[frame]:
        parts.append("nobody seen, bridged")
    if blurred(motion)[frame]:
        parts.append(f"blurred to {float(motion.channels['blur'][frame]):.0%} of the sharpness")
    if spikes(motion)[frame]:
        parts.append("a joint jumps")
    if motion.confidence is not None:
        parts.append(f"confidence {float(motion.confidence[frame]):.0%}")
    return ", ".join(parts)


def paint_confidence(painter: QPainter, rect: QRectF, motion: Motion, span: Span) -> None:
    """Draw the ribbon; where frames are narrower than a pixel, the worst of them is seen."""
    confidence = motion.confidence
    if confidence is None:
        return
    pixels = max(min(len(confidence), round(rect.width() / 2)), 1)
    edges = np.linspace(0, len(confidence), pixels + 1).astype(int)
    for start, end in itertools.pairwise(edges):
        value = float(confidence[start : max(end, start + 1)].min())
        place = span(rect, int(start), max(int(end), int(start) + 1))
        painter.fillRect(place.adjusted(0, 0, 0.6, 0), QColor(confidence_color(value)))


def paint_events(painter: QPainter, rect: QRectF, motion: Motion, span: Span) -> None:
    """Draw blurred and missing stretches and jumps."""
    for mask, color, top in ((blurred(motion), _BLUR, 0.5), (missing(motion), _MISSING, 0.0)):
        for start, end in runs(mask):
            place = span(rect, start, end)
            place.setTop(rect.top() + top * rect.height())
            place.setWidth(max(place.width(), 2.0))
            paint.box(painter, place, color, radius=3)
    painter.setBrush(QColor(_SPIKE))
    for start, end in runs(spikes(motion)):
        place = span(rect, start, end)
        x, low = place.center().x(), rect.bottom() - 1
        painter.drawPolygon(
            QPolygonF([QPointF(x - 4, low), QPointF(x + 4, low), QPointF(x, rect.top() + 4)])
        )
