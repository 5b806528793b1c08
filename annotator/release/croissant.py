"""The Croissant description of a release: ``croissant.json``, which data set tools load.

See https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0. It describes the
table of samples; landmarks are in the format's own files, for which Croissant has no words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from annotator.release.about import About
from annotator.release.contents import Contents
from annotator.release.rows import COLUMNS
from annotator.system.foreign_text import plain
from annotator.system.words import count

CROISSANT = "croissant.json"
TABLES: Mapping[str, str] = MappingProxyType(
    {
        "samples.parquet": "application/x-parquet",
        "samples.csv": "text/csv",
        "exact/samples.parquet": "application/x-parquet",
        "annotations.json": "application/json",
    }
)
"""Where a release may have its table, and of which type that is; the first that is there counts."""

_VERSION = "http://mlcommons.org/croissant/1.0"
_SCHEMA = "https://schema.org/"
_TYPES = MappingProxyType(
    {
        "int32": "sc:Integer",
        "int64": "sc:Integer",
        "float64": "sc:Float",
        "text": "sc:Text",
        "time": "sc:DateTime",
    }
)
# Of COCO's file, which has no row of all columns: the paths of what it says of each face.
_OF_COCO = MappingProxyType({"sample_id": "id", "image_id": "image_id", "verdict": "verdict"})


def croissant_text(about: About, contents: Contents, files: Mapping[str, str]) -> str:
    """Return the description as JSON-LD.

    Parameters
    ----------
    about
    contents
    files
        The SHA-256 of each file of the release that may be its table, see `TABLES`.
    """
    named = next((name for name in TABLES if name in files), None)
    whole = contents.all
    held = f"meshes of {count(whole.faces, 'face')} in {count(whole.images, 'image')}"
    described = plain(about.description) or held
    stated: dict[str, Any] = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": _VERSION,
        "name": about.name or "face-meshes",
        "alternateName": plain(about.heading),
        "description": described,
        "citeAs": plain(f"{about.heading} {about.version or ''}"),
        "license": plain(about.licence or "not stated"),
        "datePublished": contents.last_verdict[:10],
        "version": about.version or "0.0.0",
        "distribution": [] if named is None else [_file(named, files[named])],
        "recordSet": [] if named is None else [_records(named)],
    }
    return json.dumps(stated, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _file(name: str, sha256: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "table",
        "name": name.replace("/", "-"),
        "description": "One record a face",
        "contentUrl": name,
        "encodingFormat": TABLES[name],
        "sha256": sha256,
    }


def _records(table: str) -> dict[str, Any]:
    if table == "annotations.json":
        found = {name: {"jsonPath": f"$.annotations[*].{path}"} for name, path in _OF_COCO.items()}
    else:
        found = {name: {"column": name} for name in COLUMNS}
    return {
        "@type": "cr:RecordSet",
        "@id": "samples",
        "name": "samples",
        "description": "One record a face; facemesh-annotator's page on releases tells each column",
        "field": [_field(name, extract) for name, extract in found.items()],
    }


def _field(name: str, extract: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"samples/{name}",
        "name": name,
        "description": name.replace("_", " "),
        "dataType": _TYPES[COLUMNS.get(name, "int64")],
        "source": {"fileObject": {"@id": "table"}, "extract": dict(extract)},
    }


def _context() -> dict[str, Any]:
    """Return the context that the specification prescribes; readers refuse another one."""
    return {
        "@language": "en",
        "@vocab": _SCHEMA,
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": _SCHEMA,
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    }
