"""Croissant 1.0 metadata of data files (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from rowsmith.formats._format import DataFile, Laid

_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator",
    "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
_FORMATS = {
    ".parquet": "application/x-parquet", ".csv": "text/csv", ".tsv": "text/tsv", ".jsonl": "application/jsonlines",
    ".json": "application/json", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_TYPES = {str: "sc:Text", bool: "sc:Boolean", int: "sc:Integer", float: "sc:Float"}


def croissant(laid: Laid, kinds: Mapping[str, Collection[type]]) -> bytes:
    """The metadata: each data file with its SHA-256, and a record set for each, whose fields are the columns of one plain type."""
    files = [{
        "@type": "cr:FileObject", "@id": file.path, "name": file.path, "contentUrl": file.path, "contentSize": f"{file.bytes} B",
        "encodingFormat": _encoding(file.path), "sha256": file.sha256,
    } for file in laid.files]  # fmt: skip
    licences = sorted({name for file in laid.files for name in laid.about(file.dataset).get("licences", ())})
    version = laid.about(laid.files[0].dataset).get("version")
    said = {
        "@context": _CONTEXT, "@type": "sc:Dataset", "name": laid.name, "conformsTo": "http://mlcommons.org/croissant/1.0",
        "description": f"{sum(file.rows for file in laid.files):,} rows, made with Rowsmith.", **({"license": licences} if licences else {}),
        **({"identifier": version} if version else {}), "distribution": files,
        "recordSet": [_records(laid, file, kinds) for file in laid.files],
    }  # fmt: skip
    return json.dumps(said, indent=2, ensure_ascii=False).encode() + b"\n"


def _encoding(path: str) -> str:
    return next((kind for suffix, kind in _FORMATS.items() if suffix in path), "application/octet-stream")


def _records(laid: Laid, file: DataFile, kinds: Mapping[str, Collection[type]]) -> dict[str, Any]:
    alone = sum((one.dataset, one.split) == (file.dataset, file.split) for one in laid.files) == 1
    many = len({one.dataset for one in laid.files}) > 1
    stem = file.path.rpartition("/")[2].partition(".")[0]
    name = "/".join([*([file.dataset] if many else []), (file.split or stem) if alone else stem])
    plain = {column: _type(kinds.get(column, ())) for column in file.columns}
    fields = [{
        "@type": "cr:Field", "@id": f"{name}/{column}", "name": column, "dataType": kind,
        "source": {"fileObject": {"@id": file.path}, "extract": {"column": column}},
    } for column, kind in plain.items() if kind]  # fmt: skip
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def _type(found: Collection[type]) -> str:
    """The type of a column; empty of one that is nested. A column of several kinds is JSON text."""
    kinds = {one for one in found if one is not type(None)}
    if kinds == {int, float}:
        return "sc:Float"
    if len(kinds) == 1:
        return _TYPES.get(next(iter(kinds)), "")
    return "sc:Text" if kinds else ""
