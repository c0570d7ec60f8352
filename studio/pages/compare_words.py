"""What a comparison says, put into rows for the page's table, ribbons and list."""

from __future__ import annotations

from typing import Any

from core.skeleton import JOINT_NAMES
from studio import theme
from studio.pages.compare_session import CompareSession
from studio.panels.compare_moments import MomentRow
from studio.panels.compare_quality import QualityRow, shown
from studio.panels.compare_ribbons import Ribbon
from studio.services.comparing import HEAT_FULL, Answer

_STRONG, _FAIR = 25.0, 10.0
"""Degrees from which a difference is painted as bad, and as a warning."""


def joint_words(joint: Any) -> str:
    """A joint's name as it is spoken: "Left knee"."""
    name = joint if isinstance(joint, str) else JOINT_NAMES[int(joint)]
    return name.replace("_", " ").capitalize()


def quality_rows(answer: Answer) -> list[QualityRow]:
    """One row a measure, in the order in which the first clip has them."""
    tables = [{row.name: row for row in quality.rows} for quality in answer.qualities]
    names = list(dict.fromkeys(name for table in tables for name in table))
    rows = []
    for name in names:
        found = [table.get(name) for table in tables]
        first = next(row for row in found if row is not None)
        values = tuple(None if row is None else _number(row.value) for row in found)
        rows.append(
            QualityRow(
                name=name, unit=str(first.unit or ""), values=values,
                better=str(first.better or ""), tip=str(first.help),
            )
        )  # fmt: skip
    return rows


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def moment_rows(session: CompareSession) -> list[MomentRow]:
    """The worst moments in words; with several clips each says whose it is."""
    answer = session.answer
    if answer is None:
        return []
    many = len(session.clips) > 2
    return [
        MomentRow(
            joint=joint_words(moment.joint), first=int(moment.first), last=int(moment.last),
            peak_frame=int(moment.peak_frame), value=float(moment.value),
            unit="°" if str(moment.unit) in ("deg", "degrees", "°") else str(moment.unit),
            name=session.clips[k].name if many else "",
            color=theme.BAD if moment.value >= _STRONG else theme.WARNING,
        )
        for k, moment in answer.moments
    ]  # fmt: skip


def ribbons(session: CompareSession) -> list[Ribbon]:
    """A ribbon of the difference for each clip but the reference, and one of missing frames each

    clip that has some (or one empty row that says so).
    """
    answer = session.answer
    if answer is None:
        return []
    many = len(session.clips) > 2
    rows = []
    for k in range(1, len(session.clips)):
        said = zip(
            answer.difference[k].tolist(), answer.worst[k].tolist(),
            answer.worst_joint[k].tolist(), strict=True,
        )  # fmt: skip
        name = f"difference · {session.clips[k].name}" if many else "difference"
        rows.append(
            Ribbon(
                name=name, values=answer.worst[k] / HEAT_FULL,
                spoken=tuple(
                    f"{joint_words(joint).lower()} {worst:.0f}° apart, {mean:.1f}° on average"
                    for mean, worst, joint in said
                ),
            )
        )  # fmt: skip
    lost = [k for k in range(len(session.clips)) if answer.missing[k].any()]
    for k in lost:
        clip, mask = session.clips[k], answer.missing[k]
        rows.append(
            Ribbon(
                name=f"missing frames · {clip.name} {int(mask.sum())}", mask=mask,
                spoken=tuple(
                    f"{clip.name} has no frame of its own" if gone else "seen" for gone in mask
                ),
            )
        )  # fmt: skip
    if not lost:
        rows.append(Ribbon(name="no missing frames"))
    return rows


def summary(session: CompareSession) -> list[tuple[str, str, int]]:
    """Mean and peak, in words with colour and weight; of several clips the farthest."""
    answer = session.answer
    if answer is None or len(session.clips) < 2:
        return []
    k = max(range(1, len(session.clips)), key=lambda i: answer.mean[i])
    parts = [
        ("mean ", theme.DIM, 400),
        (f"{shown(answer.mean[k])}°", theme.TEXT, 600),
        ("    peak ", theme.DIM, 400),
    ]
    color = theme.WARNING if answer.peak[k] >= _FAIR else theme.GOOD
    joint = next((joint_words(m.joint).lower() for i, m in answer.moments if i == k), "")
    return [*parts, (f"{answer.peak[k]:.0f}° {joint}".strip(), color, 600)]
