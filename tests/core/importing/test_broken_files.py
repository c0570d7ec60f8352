"""A damaged, foreign or hostile file is a sentence that names it, never a traceback or a hang."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from core.errors import FileProblem
from core.export import export_motion
from core.importing import import_motions
from tests.core.export.motions import lively_motion
from tests.core.importing.fbx_files import encode, encode_text, record, scene

HEAD = """HIERARCHY
ROOT Hips
{
OFFSET 0 0 0
CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
JOINT LeftUpLeg
{
OFFSET 10 -5 0
CHANNELS 3 Zrotation Xrotation Yrotation
}
}
"""
ROW = "0 90 0 1 2 3 4 5 6\n"


def problem_of(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileProblem) as problem:
        import_motions(path)
    assert path.name in problem.value.message
    assert problem.value.hint
    return problem.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("not a bvh at all", "not a BVH"),
        (b"HIER\0\1\2", "not text"),
        (HEAD, "cut off"),
        (HEAD.replace("}\n}\n", ""), "middle of its skeleton"),
        (HEAD.replace("}\n}\n", "}\n}\n}\n") + "MOTION\n", "brace too many"),
        (HEAD + "MOTION\n", "how many frames"),
        (HEAD + "MOTION\nFrames: x\nFrame Time: 0.03\n", "unreadable"),
        (HEAD + "MOTION\nFrames: 0\nFrame Time: 0.03\n", "no motion"),
        (HEAD + "MOTION\nFrames: 2\nFrame Time: 0\n" + 2 * ROW, "time between frames"),
        (HEAD + "MOTION\nFrames: 3\nFrame Time: 0.03\n" + 2 * ROW, "2 of the 3 frames"),
        (HEAD + "MOTION\nFrames: 2\nFrame Time: 0.03\n" + 3 * ROW, "do not fit"),
        (HEAD + "MOTION\nFrames: 2\nFrame Time: 0.03\n" + ROW + ROW[:-4], "1 of the 2"),
        (HEAD + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + ROW.replace("5", "x"), "not a number"),
        (HEAD + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + ROW.replace("5", "nan"), "finite"),
        (HEAD + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + ROW.replace("5", "1e999"), "finite"),
        (HEAD + "MOTION\nFrames: 9999999999\nFrame Time: 0.03\n" + ROW, "too many"),
        (HEAD.replace("10 -5 0", "10 -5"), "no number"),
        (HEAD.replace("10 -5 0", "10 nan 0"), "no number"),
        (HEAD.replace("CHANNELS 3 Z", "CHANNELS 3 Q"), "unknown channel"),
        (
            HEAD.replace("CHANNELS 3 Zrotation X", "CHANNELS 3 Zrotation Z"),
            "no number|channel twice",
        ),
        (HEAD.replace("OFFSET 0 0 0", "WHAT 0 0 0"), "not expected"),
        ("HIERARCHY\n" + "ROOT a {\n" * 9000 + "MOTION\n", "no end"),
        (HEAD + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + ROW, "does not know"),
    ],
)
def test_a_broken_bvh_is_a_sentence(tmp_path, text, said):
    import re

    assert re.search(said, problem_of(tmp_path / "broken.bvh", text))


def test_a_frame_that_is_not_finite_is_named(tmp_path):
    text = HEAD + "MOTION\nFrames: 2\nFrame Time: 0.03\n" + ROW + ROW.replace("6", "inf")
    assert "frame 2 of LeftUpLeg" in problem_of(tmp_path / "a.bvh", text)


def test_a_file_that_is_missing_or_of_no_known_kind_is_a_sentence(tmp_path):
    for name in ("none.bvh", "none.glb", "none.fbx", "none.npz"):
        with pytest.raises(FileProblem):
            import_motions(tmp_path / name)
    (tmp_path / "a.xyz").write_text("x")
    with pytest.raises(FileProblem, match="reads"):
        import_motions(tmp_path / "a.xyz")


@pytest.mark.parametrize("ending", [".bvh", ".fbx", ".glb", ".npz"])
def test_a_file_cut_or_scrambled_anywhere_is_a_sentence_or_still_right(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    export_motion(lively_motion(4), path, mesh=False)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    refused = 0
    for trial in range(60):
        data = bytearray(whole)
        if trial % 2:
            data = data[: int(generator.integers(0, len(data)))]
        else:
            for _ in range(int(generator.integers(1, 30))):
                data[int(generator.integers(0, len(data)))] = int(generator.integers(0, 256))
        path.write_bytes(bytes(data))
        try:
            import_motions(path)
        except FileProblem as problem:
            assert problem.hint or problem.message
            refused += 1
    assert refused > 25, "cut files at least"


def glb(document: dict, binary: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(binary), 0x004E4942) + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


ASSET = {"asset": {"version": "2.0"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"glTF\2\0\0\0", "cut off"),
        (b"glTF" + struct.pack("<II", 1, 20) + bytes(8), "version 2"),
        (glb({}), "not a glTF"),
        (glb(ASSET), "no skeleton"),
        (glb(ASSET | {"nodes": [{}], "skins": [{"joints": [0]}]}), "no motion"),
        (glb(ASSET | {"nodes": [{}], "skins": [{"joints": [7]}]}), "no skeleton|damaged"),
        (
            glb(ASSET | {"nodes": [{"children": [1]}, {"children": [0]}],
                         "skins": [{"joints": [0]}],
                         "animations": [{"channels": [], "samplers": []}]}),
            "no tree|hangs on itself|no animation",
        ),
        (
            glb(ASSET | {"nodes": [{"name": "a"}], "animations": [
                {"channels": [{"sampler": 0, "target": {"node": 0, "path": "rotation"}}],
                 "samplers": [{"input": 0, "output": 0}]}],
                "accessors": [{"bufferView": 0, "componentType": 5126, "type": "SCALAR",
                               "count": 4_000_000_000}],
                "bufferViews": [{"buffer": 0, "byteLength": 4}], "buffers": [{"byteLength": 4}]},
                b"\0\0\0\0"),
            "too many",
        ),
    ],
)  # fmt: skip
def test_a_broken_glb_is_a_sentence(tmp_path, content, said):
    import re

    assert re.search(said, problem_of(tmp_path / "broken.glb", content))


def test_a_gltf_never_reads_outside_its_folder(tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    folder = tmp_path / "in"
    folder.mkdir()
    document = ASSET | {
        "nodes": [{"name": "a"}],
        "animations": [
            {
                "channels": [{"sampler": 0, "target": {"node": 0, "path": "rotation"}}],
                "samplers": [{"input": 0, "output": 0}],
            }
        ],
        "accessors": [{"bufferView": 0, "componentType": 5126, "type": "SCALAR", "count": 2}],
        "bufferViews": [{"buffer": 0, "byteLength": 8}],
        "buffers": [{"byteLength": 64, "uri": "../secret.bin"}],
    }
    assert "not beside it" in problem_of(folder / "a.gltf", json.dumps(document))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"; FBX 7.4.0 project file\nFBXHeaderExtension: {", "cut off or damaged at line 2"),
        (b"FBXHeaderExtension: {\nFBXVersion: 6100\n}\n", "FBX 6100"),
        (b"FBXHeaderExtension: {\nFBXVersion: 7400\n}\nA: *3 { a: 1,2 }", "damaged at line 4"),
        (b"FBXHeaderExtension: {\nFBXVersion: 7400\n}\nA: *1 { a: x }", "damaged at line 4"),
        (b"FBXHeaderExtension: {\nFBXVersion: 7400\n}\n}\n", "damaged at line 4"),
        (b"something else", "not an FBX"),
        (b"Kaydara FBX Binary  \x00\x1a\x00", "cut off"),
        (b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 6100) + bytes(40), "FBX 6.1"),
        (encode([record("Objects")]), "no scene"),
        (encode(scene([])), "no skeleton"),
        (encode(scene([{"name": "Hips"}])), "no motion"),
    ],
)
def test_a_broken_fbx_is_a_sentence(tmp_path, content, said):
    assert said in problem_of(tmp_path / "broken.fbx", content)


def test_bones_that_hang_on_each_other_are_refused(tmp_path):
    bones = [
        {"name": "a", "parent": 1, "R": np.zeros((3, 3))},
        {"name": "b", "parent": 0, "R": np.zeros((3, 3))},
    ]
    assert "hangs on itself" in problem_of(tmp_path / "ring.fbx", encode(scene(bones)))


def test_an_array_that_unpacks_to_more_than_it_says_is_refused(tmp_path):
    bones = scene([{"name": "a", "R": np.zeros((50, 3))}])
    data = encode(bones).replace(struct.pack("<II", 50, 1), struct.pack("<II", 3, 1))
    assert "damaged" in problem_of(tmp_path / "bomb.fbx", data)


def test_an_npz_that_is_no_motion_is_a_sentence(tmp_path):
    for name, arrays in (
        ("a.npz", {"x": np.zeros(3)}),
        ("b.npz", {"poses": np.zeros((3, 70)), "trans": np.zeros((3, 3))}),
        ("c.npz", {"poses": np.zeros((3, 72)), "trans": np.zeros((4, 3))}),
        ("d.npz", {"poses": np.full((3, 72), np.nan)}),
        ("e.npz", {"poses": np.zeros((0, 72))}),
        ("f.npz", {"poses": np.zeros((3, 12))}),
    ):
        np.savez(tmp_path / name, **arrays)
        with pytest.raises(FileProblem, match=name):
            import_motions(tmp_path / name)


def test_a_hostile_npz_is_not_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (exec, ("raise SystemExit",))

    np.savez(tmp_path / "a.npz", poses=np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(FileProblem):
        import_motions(tmp_path / "a.npz")


def test_a_text_fbx_cut_or_scrambled_anywhere_is_a_sentence(tmp_path):
    whole = encode_text(scene([{"name": "Hips", "R": np.zeros((9, 3))}]))
    path = tmp_path / "a.fbx"
    generator = np.random.default_rng(3)
    for trial in range(150):
        data = bytearray(whole)
        if trial % 3 == 0:
            data = data[: int(generator.integers(0, len(data)))]
        else:
            for _ in range(int(generator.integers(1, 8))):
                data[int(generator.integers(0, len(data)))] = int(generator.integers(9, 127))
        path.write_bytes(bytes(data))
        with pytest.raises(FileProblem):  # one bone is no body, either
            import_motions(path)
