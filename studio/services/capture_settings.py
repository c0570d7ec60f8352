"""How videos are to be estimated, as the Capture page's controls say it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from core.estimators.options import EstimateOptions

Whom = Literal["main", "all", "ask"]
WHOM: tuple[tuple[Whom, str, str], ...] = (
    ("main", "Main", "Estimate the person seen whole the longest"),
    ("all", "All", "Estimate everybody who was found"),
    ("ask", "Ask", "Find the people first, then wait until you have chosen"),
)


@dataclass(frozen=True, kw_only=True)
class CaptureSettings:
    """One set of choices; an unfinished video keeps the ones it was begun with.

    field_of_view: degrees of the picture's diagonal, None guesses; ``whom`` is used while nobody
    was picked by hand.
    """

    estimators: tuple[str, ...] = ("blazepose",)
    field_of_view: float | None = None
    whom: Whom = "main"
    official: bool = False
    refine: bool = True
    precision: str = "float32"
    device: str = "auto"
    attention: bool = False

    def options(self, people: tuple[int, ...], work_folder: Path | None) -> EstimateOptions:
        """Return what ``core.estimators`` wants to know. Raises StudioError."""
        from core.estimators.options import EstimateOptions

        return EstimateOptions(
            estimators=self.estimators,
            fov_degrees=self.field_of_view,
            official=self.official,
            refine=self.refine,
            people=people,
            precision=self.precision,
            device=self.device,
            attention=self.attention and "pare" in self.estimators,
            work_folder=work_folder,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the queue's file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> CaptureSettings:
        """Read :meth:`to_json`; what does not fit falls back to the default."""
        if not isinstance(values, dict):
            return cls()
        known = {f.name: type(getattr(cls(), f.name)) for f in dataclasses.fields(cls)}
        kept: dict[str, Any] = {}
        for name, value in values.items():
            if name == "estimators" and isinstance(value, list | tuple) and value:
                kept[name] = tuple(str(v) for v in value)
            elif name == "field_of_view" and isinstance(value, int | float):
                kept[name] = float(value)
            elif name in known and isinstance(value, known[name]):
                kept[name] = value
        if kept.get("whom", "main") not in get_args(Whom):
            del kept["whom"]
        return cls(**kept)
