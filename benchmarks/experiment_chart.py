"""The experiment's learning curves as an SVG: reconstruction and KL against steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

COLORS = ("#0072B2", "#E69F00", "#CC3377")  # apart for colour-blind eyes too
INK = "#707784"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 420, 250, 52, 30, 40
PANELS = (("rc", 1.0, "reconstruction (6D rotations and path)"), ("kl", 1 / 20, "KL a clip, nats"))
SKIPPED = 5  # epochs: the first fall would squeeze the rest


def draw(out: Path, kl_weights: dict[str, float], path: Path) -> None:
    """Write both panels, logarithmic, one line a KL weight."""
    curves = {name: _epochs(out / name / "events.jsonl") for name in kl_weights}
    total = WIDTH * len(PANELS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {HEIGHT}" '
        f'width="{total}" height="{HEIGHT}" font-family="sans-serif" font-size="11" fill="{INK}">'
    ]
    for place, (key, factor, title) in enumerate(PANELS):
        lines = {
            name: (
                np.array([e["step"] for e in epochs]),
                np.array([e["losses"][key] * factor for e in epochs]),
            )
            for name, epochs in curves.items()
        }
        parts.append(_panel(place * WIDTH, title, lines, kl_weights))
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _epochs(events: Path) -> list[dict]:
    lines = map(json.loads, events.read_text(encoding="utf-8").splitlines())
    return [event for event in lines if event["event"] == "epoch"][SKIPPED:]


def _panel(
    left: int,
    title: str,
    lines: dict[str, tuple[np.ndarray, np.ndarray]],
    kl_weights: dict[str, float],
) -> str:
    every = np.log10(np.concatenate([values for _, values in lines.values()]))
    low, high = every.min() - 0.05, every.max() + 0.05
    last = max(steps[-1] for steps, _ in lines.values())
    right, bottom = WIDTH - 70, HEIGHT - BOTTOM

    def x(step: float) -> float:
        return left + LEFT + (right - LEFT) * step / last

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * (np.log10(value) - low) / (high - low)

    parts = [f'<text x="{left + LEFT}" y="16" font-weight="bold">{title}</text>']
    ticks = [m * 10.0**p for p in range(-4, 5) for m in (1, 2, 3, 5)]
    for tick in (t for t in ticks if low <= np.log10(t) <= high):
        at = y(tick)
        parts.append(
            f'<line x1="{x(0):.1f}" x2="{x(last):.1f}" y1="{at:.1f}" y2="{at:.1f}" '
            f'stroke="{INK}" stroke-opacity="0.25"/><text x="{x(0) - 6:.1f}" y="{at + 4:.1f}" '
            f'text-anchor="end">{tick:g}</text>'
        )
    for step in range(0, int(last) + 1, 1000):
        parts.append(
            f'<text x="{x(step):.1f}" y="{bottom + 16}" text-anchor="middle">{step}</text>'
        )
    parts.append(
        f'<text x="{(x(0) + x(last)) / 2:.1f}" y="{bottom + 32}" '
        'text-anchor="middle">steps of 20 clips</text>'
    )
    for color, (name, (steps, values)) in zip(COLORS, lines.items(), strict=True):
        points = " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in zip(steps, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(
            f'<text x="{x(steps[-1]) + 6:.1f}" y="{y(values[-1]) + 4:.1f}" fill="{color}" '
            f'font-weight="bold">{kl_weights[name]:g}</text>'
        )
    return "\n".join(parts)
