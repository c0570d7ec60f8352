"""The clean-up as a whole: the steps in the order that works, and a report of what they changed.

A pure function: the motion given stays as it is, so the window previews and undoes for nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.cleanup import measures
from core.cleanup.alignment import common_tilt, find_tilt, levelled, on_floor
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.flips import find_flips, without_flips
from core.cleanup.footlock import lock_feet
from core.cleanup.gaps import bridge, missing_frames
from core.cleanup.measures import Measure
from core.cleanup.options import CleanupOptions
from core.cleanup.outliers import find_spikes, without_spikes
from core.cleanup.smoothing import smoothed
from core.cleanup.stance import Stance, stance
from core.errors import StudioError
from core.motion import Motion


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleaned:
    """A cleaned motion, what changed, and the contacts it was made with (found or given)."""

    motion: Motion
    report: list[Measure]
    contacts: Contacts


def clean(
    motion: Motion, options: CleanupOptions | None = None, contacts: Contacts | None = None
) -> Cleaned:
    """Clean a motion.

    ``contacts`` (T,) frames are the user's keys; None takes those kept in the motion's channels
    (not for foot lock "always"), or finds them. The result carries them as channels, frames that
    were bridged as ``inferred``, and frames with an outlier in the channel "spike". Strength 0
    returns the very motion. Raises StudioError when the contacts are of another length.
    """
    options = options if options is not None else CleanupOptions()
    always = options.foot_lock == "always"
    if contacts is None and not always:
        contacts = Contacts.of(motion)
    if contacts is not None and len(contacts.left) != motion.num_frames:
        raise StudioError(
            f"The contacts have {len(contacts.left)} frames, the clip {motion.num_frames}.",
            "Find the contacts again.",
        )
    repaired, counts = _repaired(motion, options) if options.strength > 0 else (motion, _Counts())
    placed = _upright(repaired, options, contacts)
    found = contacts if contacts is not None else find_contacts(placed, always=always)
    done = placed
    if options.strength > 0:
        if "floor" in options.steps:
            done = on_floor(done, found, options.amount)
        if options.foot_lock != "off":
            done = lock_feet(done, found, options.amount)
        done = _noted(done, motion, options, found, counts.spikes)
    return Cleaned(motion=done, report=_report(motion, done, found, counts), contacts=found)


def clean_together(
    motions: Sequence[Motion], options: CleanupOptions | None = None
) -> list[Cleaned]:
    """Clean people filmed together: they share one floor, so they are levelled by one turn.

    The turn is the one shown best by any of them; where they stand to each other stays.
    """
    options = options if options is not None else CleanupOptions()
    if len(motions) < 2 or options.strength <= 0 or "gravity" not in options.steps:
        return [clean(motion, options) for motion in motions]
    tilts = [find_tilt(motion, Contacts.of(motion) or find_contacts(motion)) for motion in motions]
    middle = np.mean([motion.trans[0] for motion in motions], axis=0)
    tilt = common_tilt(tilts)
    level = [levelled(motion, tilt, options.amount, middle) for motion in motions]
    each = dataclasses.replace(options, steps=options.steps - {"gravity"})
    return [clean(motion, each) for motion in level]


@dataclass(frozen=True)
class _Counts:
    flipped: int = 0
    spikes: int = 0


def _repaired(motion: Motion, options: CleanupOptions) -> tuple[Motion, _Counts]:
    """Flips before outliers: a flip of three frames would else be taken for an outlier."""
    counts, missing = _Counts(), np.zeros(motion.num_frames, bool)
    if "gaps" in options.steps:
        missing = missing_frames(motion)
    if "flips" in options.steps:
        path = find_flips(motion)
        motion = without_flips(motion, path)
        counts = dataclasses.replace(counts, flipped=int((path > 0).sum()))
    if "outliers" in options.steps:
        spikes = find_spikes(motion, options.strength)
        motion = without_spikes(motion, spikes)
        if "gaps" in options.steps:
            missing = missing | spikes.whole
        if spikes.frames.any():
            motion = motion.with_channels(spike=spikes.frames)
        counts = dataclasses.replace(counts, spikes=spikes.count)
    if "gaps" in options.steps:
        motion, _ = bridge(motion, missing)
    if "smooth" in options.steps:
        motion = smoothed(motion, options.strength)
    return motion, counts


def _upright(motion: Motion, options: CleanupOptions, contacts: Contacts | None) -> Motion:
    if "gravity" not in options.steps or options.strength <= 0:
        return motion
    found = contacts if contacts is not None else find_contacts(motion)
    return levelled(motion, find_tilt(motion, found), options.amount)


def _noted(
    done: Motion, before: Motion, options: CleanupOptions, contacts: Contacts, spikes: int
) -> Motion:
    """Write down what was done, and renew the measures the clip carries: it jumps less now."""
    edit = f"clean-up, strength {options.strength:.2f}, foot lock {options.foot_lock}"
    provenance = dataclasses.replace(before.provenance, edit=edit)
    channels = {**done.channels, **contacts.channels}
    if "quality" in before.channels:
        from core.quality import measure_quality  # which builds on this package

        measured = measure_quality(done).channels
        jumps = np.maximum(measured["spike"], channels.get("spike", 0.0) if spikes else 0.0)
        channels |= {**measured, "spike": jumps}
    return done.replace(provenance=provenance, channels=channels)


def _report(before: Motion, after: Motion, contacts: Contacts, counts: _Counts) -> list[Measure]:
    """The measures, by the same contacts on both sides."""
    old, new, fps = stance(before), stance(after), before.fps
    rows: list[tuple[str, Callable[[Stance], float], str]] = [
        ("foot slide", lambda posed: measures.foot_slide(posed, contacts, fps), "cm/s"),
        ("off the floor", lambda posed: measures.off_floor(posed, contacts), "cm"),
        ("under the floor", measures.under_floor, "cm"),
        ("tremble", lambda posed: measures.tremble(posed, fps), "m/s^2"),
        ("knee pop", lambda posed: measures.knee_pop(posed, fps), "1,000 deg/s^2"),
    ]
    report = [Measure(name=n, before=f(old), after=f(new), unit=unit) for n, f, unit in rows]
    counted = [
        ("flipped", counts.flipped, 0, "frames"),
        ("outliers", counts.spikes, 0, "spikes"),
        ("bridged", len(before.inferred), len(after.inferred), "frames"),
    ]
    return report + [Measure(name=n, before=a, after=b, unit=unit) for n, a, b, unit in counted]
