"""What stands around the objects: header, global settings, documents, definitions, takes."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from core import __version__
from core.export.fbx.binary import (
    CREATION_TIME,
    FILE_ID,
    VERSION,
    Long,
    Record,
    p,
    p_double,
    p_enum,
    p_int,
    p_text,
    p_time,
    p_vector,
    properties70,
)
from core.export.fbx.curves import Stack

VENDOR = "Motion Studio"
CREATOR = f"{VENDOR} {__version__}"

TIME_MODES: dict[Fraction, int] = {
    Fraction(120): 1, Fraction(100): 2, Fraction(60): 3, Fraction(50): 4, Fraction(48): 5,
    Fraction(30): 6, Fraction(30000, 1001): 9, Fraction(25): 10, Fraction(24): 11,
    Fraction(24000, 1001): 13, Fraction(96): 15, Fraction(72): 16, Fraction(60000, 1001): 17,
    Fraction(120000, 1001): 18,
}  # fmt: skip
_CUSTOM_MODE = 14


def header(origin: dict[str, Any], when: datetime.datetime) -> Record:
    """FBXHeaderExtension with the provenance in the scene's comment."""
    stamp = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    values = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    date = when.strftime("%d/%m/%Y %H:%M:%S.000")

    def saved(word: str) -> list[Record]:
        return [
            p(word, "Compound", "", ""),
            p_text(f"{word}|ApplicationVendor", VENDOR),
            p_text(f"{word}|ApplicationName", VENDOR),
            p_text(f"{word}|ApplicationVersion", __version__),
            p(f"{word}|DateTime_GMT", "DateTime", "", "", date),
        ]

    title = ", ".join(clip["name"] for clip in origin.get("clips", ()))
    meta = {
        "Title": title, "Subject": "", "Author": "", "Keywords": "", "Revision": "",
        "Comment": json.dumps(origin, ensure_ascii=False),
    }  # fmt: skip
    scene = Record(
        "SceneInfo",
        "GlobalInfo\0\1SceneInfo",
        "UserData",
        children=[
            Record("Type", "UserData"),
            Record("Version", 100),
            Record(
                "MetaData",
                children=[
                    Record("Version", 100),
                    *(Record(key, text) for key, text in meta.items()),
                ],
            ),
            properties70(
                p_text("DocumentUrl", "", "Url"),
                p_text("SrcDocumentUrl", "", "Url"),
                *saved("Original"),
                p_text("Original|FileName", ""),
                *saved("LastSaved"),
            ),
        ],
    )
    return Record(
        "FBXHeaderExtension",
        children=[
            Record("FBXHeaderVersion", 1003),
            Record("FBXVersion", VERSION),
            Record("EncryptionType", 0),
            Record(
                "CreationTimeStamp",
                children=[
                    Record("Version", 1000),
                    *(Record(name, value) for name, value in zip(stamp, values, strict=True)),
                    Record("Millisecond", 0),
                ],
            ),
            Record("Creator", CREATOR),
            scene,
        ],
    )


def global_settings(rate: Fraction, stop: int) -> Record:
    """Y up, facing +Z, centimetres; the frame rate and the longest stack's time span."""
    return Record(
        "GlobalSettings",
        children=[
            Record("Version", 1000),
            properties70(
                p_int("UpAxis", 1),
                p_int("UpAxisSign", 1),
                p_int("FrontAxis", 2),
                p_int("FrontAxisSign", 1),
                p_int("CoordAxis", 0),
                p_int("CoordAxisSign", 1),
                p_int("OriginalUpAxis", -1),
                p_int("OriginalUpAxisSign", 1),
                p_double("UnitScaleFactor", 1.0),
                p_double("OriginalUnitScaleFactor", 1.0),
                p("AmbientColor", "ColorRGB", "Color", "", 0.0, 0.0, 0.0),
                p_text("DefaultCamera", "Producer Perspective"),
                p_enum("TimeMode", TIME_MODES.get(rate, _CUSTOM_MODE)),
                p_time("TimeSpanStart", 0),
                p_time("TimeSpanStop", stop),
                p_double("CustomFrameRate", float(rate)),
            ),
        ],
    )


def documents(document_id: int, active: str) -> list[Record]:
    """Documents, naming the stack to show first, and the empty References."""
    content = [
        properties70(p("SourceObject", "object", "", ""), p_text("ActiveAnimStackName", active)),
        Record("RootNode", Long(0)),
    ]
    document = Record("Document", Long(document_id), "", "Scene", children=content)
    return [Record("Documents", children=[Record("Count", 1), document]), Record("References")]


_TEMPLATES: dict[str, tuple[str, list[Record]]] = {
    "Model": (
        "FbxNode",
        [
            p_enum("RotationOrder", 0),
            p("RotationActive", "bool", "", "", 0),
            p_vector("PreRotation", (0, 0, 0)),
            p_enum("InheritType", 0),
            p_int("DefaultAttributeIndex", -1),
            p("Lcl Translation", "Lcl Translation", "", "A", 0.0, 0.0, 0.0),
            p("Lcl Rotation", "Lcl Rotation", "", "A", 0.0, 0.0, 0.0),
            p("Lcl Scaling", "Lcl Scaling", "", "A", 1.0, 1.0, 1.0),
            p("Visibility", "Visibility", "", "A", 1.0),
        ],
    ),
    "NodeAttribute": ("FbxSkeleton", [p_double("Size", 100.0)]),
    "Geometry": ("FbxMesh", [p("Color", "ColorRGB", "Color", "", 0.8, 0.8, 0.8)]),
    "Material": (
        "FbxSurfacePhong",
        [
            p("DiffuseColor", "Color", "", "A", 0.8, 0.8, 0.8),
            p("DiffuseFactor", "Number", "", "A", 1.0),
        ],
    ),
    "AnimationStack": (
        "FbxAnimStack",
        [p_time(n, 0) for n in ("LocalStart", "LocalStop", "ReferenceStart", "ReferenceStop")],
    ),
    "AnimationLayer": ("FbxAnimLayer", [p("Weight", "Number", "", "A", 100.0)]),
    "AnimationCurveNode": ("FbxAnimCurveNode", [p("d", "Compound", "", "")]),
}


def definitions(objects: Sequence[Record]) -> Record:
    """How many objects of each class follow, and the classes' default properties."""
    counts = Counter({"GlobalSettings": 1}) + Counter(o.name.decode() for o in objects)
    types = []
    for kind, count in counts.items():
        content = [Record("Count", count)]
        if kind in _TEMPLATES:
            template, defaults = _TEMPLATES[kind]
            content.append(Record("PropertyTemplate", template, children=[properties70(*defaults)]))
        types.append(Record("ObjectType", kind, children=content))
    total = sum(counts.values())
    return Record("Definitions", children=[Record("Version", 100), Record("Count", total), *types])


def takes(stacks: Sequence[Stack]) -> Record:
    """The time span of each stack once more, as readers of older versions look for it."""
    return Record(
        "Takes",
        children=[
            Record("Current", stacks[0].name),
            *(
                Record(
                    "Take",
                    stack.name,
                    children=[
                        Record("FileName", f"{stack.name}.tak"),
                        Record("LocalTime", Long(0), Long(stack.stop)),
                        Record("ReferenceTime", Long(0), Long(stack.stop)),
                    ],
                )
                for stack in stacks
            ),
        ],
    )


def opening(origin: dict[str, Any]) -> list[Record]:
    """The records before the global settings."""
    return [
        header(origin, datetime.datetime.now(datetime.UTC)),
        Record("FileId", FILE_ID),
        Record("CreationTime", CREATION_TIME),
        Record("Creator", CREATOR),
    ]
