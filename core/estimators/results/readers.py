"""The table of tools whose results are read. Adding one: a module, one line here, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.estimators.results import (
    gvhmr,
    pare_images,
    phalp,
    prompthmr,
    smpl_arrays,
    tram,
    vibe_pare,
    wham,
)
from core.estimators.results.track import Reading


@dataclass(frozen=True, kw_only=True)
class Reader:
    """``recognises`` looks at keys only; ``read`` checks every array and raises FileProblem."""

    name: str
    title: str
    recognises: Callable[[Any], bool]
    read: Callable[[Any], Reading]


OWN_CLIP = "clip"

READERS: tuple[Reader, ...] = (  # asked in this order: the particular before the general
    Reader(name="gvhmr", title="GVHMR", recognises=gvhmr.recognises, read=gvhmr.read),
    Reader(
        name="prompthmr", title="PromptHMR", recognises=prompthmr.recognises, read=prompthmr.read
    ),
    Reader(
        name="smpl-codec",
        title="SMPL codec file",
        recognises=prompthmr.recognises_codec,
        read=prompthmr.read_codec,
    ),
    Reader(name="tram", title="TRAM", recognises=tram.recognises, read=tram.read),
    Reader(name="4dhumans", title="4D-Humans", recognises=phalp.recognises, read=phalp.read),
    Reader(name="wham", title="WHAM", recognises=wham.recognises, read=wham.read),
    Reader(
        name="pare",
        title="PARE",
        recognises=vibe_pare.recognises_pare,
        read=vibe_pare.read_pare,
    ),
    Reader(
        name="pare-images",
        title="PARE of pictures",
        recognises=pare_images.recognises,
        read=pare_images.read,
    ),
    Reader(
        name="vibe",
        title="VIBE",
        recognises=vibe_pare.recognises_vibe,
        read=vibe_pare.read_vibe,
    ),
    Reader(
        name="motion-session",
        title="motion-studio session",
        recognises=smpl_arrays.recognises_session,
        read=smpl_arrays.read_session,
    ),
    Reader(
        name=OWN_CLIP,
        title="Motion Studio clip",
        recognises=smpl_arrays.recognises_clip,
        read=smpl_arrays.read_clip,
    ),
    Reader(
        name="amass",
        title="AMASS",
        recognises=smpl_arrays.recognises_amass,
        read=smpl_arrays.read_amass,
    ),
    Reader(
        name="smpl-arrays",
        title="SMPL arrays",
        recognises=smpl_arrays.recognises_arrays,
        read=smpl_arrays.read_arrays,
    ),
)
