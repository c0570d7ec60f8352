"""Leaving out of a network what nobody asks for.

BlazePose's landmark network also paints a silhouette at full resolution, which costs a third of its
time and is not used here; the runtime computes every operation of a file whether or not its result
is read. So the operations that lead to no wanted output are taken off the list in memory. The
other outputs stay the same to the last bit, and the file on disk stays as published.

A .tflite file is a FlatBuffer: its lists are counts and relative places, which can be shortened
where they stand. Reading the whole file into objects and writing it anew took 0.2 s.
"""

from __future__ import annotations

import struct
from typing import Any

_COUNT = struct.Struct("<I")  # a vector begins with its length; so wide are its elements, too
_OUTPUTS, _OPERATORS, _SIGNATURES = 8, 10, 18  # places in the tables, as the schema has them


def pruned(model: bytes, outputs: tuple[str, ...]) -> bytes:
    """Return a .tflite file's content with only the operations that ``outputs`` depend on.

    Raises KeyError when an output is not in the network.
    """
    from ai_edge_litert import schema_py_generated as schema

    content = bytearray(model)
    root: Any = schema.Model.GetRootAs(content, 0)
    graph = root.Subgraphs(0)
    found = [graph.Outputs(i) for i in range(graph.OutputsLength())]
    if len(found) == len(outputs):
        return model
    by_name = {graph.Tensors(index).Name().decode(): int(index) for index in found}
    wanted = [by_name[name] for name in outputs]
    kept = _leading_to(wanted, [graph.Operators(i) for i in range(graph.OperatorsLength())])

    start = graph._tab.Vector(graph._tab.Offset(_OPERATORS))
    places = [graph._tab.Indirect(start + _COUNT.size * i) for i in kept]
    _write(content, start, [place - start - 4 * i for i, place in enumerate(places)])
    _write(content, graph._tab.Vector(graph._tab.Offset(_OUTPUTS)), wanted)
    if signatures := root._tab.Offset(_SIGNATURES):  # they name the outputs that are gone
        _write(content, root._tab.Vector(signatures), [])
    return bytes(content)


def _leading_to(wanted: list[int], operations: list[Any]) -> list[int]:
    """Return the numbers of the operations that the wanted tensors depend on, in order."""
    needed, kept = set(wanted), []
    for number in reversed(range(len(operations))):
        operation = operations[number]
        results = (operation.Outputs(i) for i in range(operation.OutputsLength()))
        if not needed.isdisjoint(int(index) for index in results):
            kept.append(number)
            inputs = (int(operation.Inputs(i)) for i in range(operation.InputsLength()))
            needed.update(index for index in inputs if index >= 0)
    return kept[::-1]


def _write(content: bytearray, start: int, elements: list[int]) -> None:
    """Put a vector's elements, fewer than it had, at ``start``, and their number before them."""
    _COUNT.pack_into(content, start - _COUNT.size, len(elements))
    struct.pack_into(f"<{len(elements)}I", content, start, *elements)
