"""Leaving out of a network what nobody asks for.

BlazePose's landmark network also paints a silhouette at full resolution, which costs a third of its
time and is not used here; the runtime computes every operation of a file whether or not its result
is read. So the operations that lead to no wanted output are taken out of the graph in memory. The
other outputs stay the same to the last bit, and the file on disk stays as published.
"""

from __future__ import annotations

from typing import Any


def pruned(model: bytes, outputs: tuple[str, ...]) -> bytes:
    """Return a .tflite file's content with only the operations that ``outputs`` depend on.

    Raises KeyError when an output is not in the network.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    root: Any = schema.Model.GetRootAs(model, 0)
    if root.Subgraphs(0).OutputsLength() == len(outputs):
        return model
    tree: Any = schema.ModelT.InitFromObj(root)
    graph = tree.subgraphs[0]
    by_name = {graph.tensors[index].name.decode(): int(index) for index in graph.outputs}
    wanted = [by_name[name] for name in outputs]
    needed, kept = set(wanted), []
    for operation in reversed(graph.operators):
        if needed.intersection(int(index) for index in operation.outputs):
            kept.append(operation)
            needed.update(int(index) for index in operation.inputs if index >= 0)
    graph.operators = kept[::-1]
    graph.outputs = wanted
    tree.signatureDefs = None  # they name the outputs that are gone
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())
