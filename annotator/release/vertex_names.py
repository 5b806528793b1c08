"""What the vertices of a mesh are called in tools that know points by their names."""

import re

from annotator.mesh.layout import MeshLayout

_NAME = re.compile(r"(?:v|vertex_)?(\d{1,6})", re.IGNORECASE)


def vertex_names(layout: MeshLayout) -> tuple[str, ...]:
    """Return the names of all vertices in their order: ``v000`` ... ``v467``.

    All are of one length, so that tools that sort names keep the order of the vertices.
    """
    digits = len(str(layout.count - 1))
    return tuple(f"v{vertex:0{digits}}" for vertex in range(layout.count))


def vertex_named(name: str) -> int | None:
    """Return which vertex a name is of, None if it is none's: ``v033``, ``vertex_33`` or ``33``."""
    match = _NAME.fullmatch(name) if name.isascii() else None
    return None if match is None else int(match[1])
