"""An index of Chroma (extra `chroma`): a folder of its own, or a server. Its graph (HNSW) may miss a neighbour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rowsmith.connectors.vectors.batch import Batched
from rowsmith.connectors.vectors.places import folder, is_server, library, require_allowed

COLLECTION = "rowsmith"


def opened(place: str, scratch: Path) -> Chroma:
    """The collection `rowsmith` at the place, or one that ends when it is closed."""
    module = library("chromadb", "chroma")
    settings = module.Settings(anonymized_telemetry=False)
    if is_server(place):
        host, port = require_allowed(place)
        return Chroma(module.HttpClient(host, port, ssl=place.startswith("https"), settings=settings), None, keep=True)
    path, keep = folder(place, scratch)
    return Chroma(module.PersistentClient(str(path), settings=settings), path, keep=keep)


class Chroma(Batched):
    """See core.ports.Index."""

    def __init__(self, client: Any, path: Path | None, *, keep: bool) -> None:
        super().__init__(path, keep=keep)
        self._client = client
        self._found: Any = client.get_or_create_collection(COLLECTION, metadata={"hnsw:space": "cosine"}, embedding_function=None)

    def _write(self, rows: dict[str, list[float]]) -> None:
        self._found.upsert(ids=list(rows), embeddings=list(rows.values()))

    def _nearest(self, vector: list[float], count: int) -> list[tuple[str, float]]:
        there = self._found.count()
        if not there:
            return []
        found = self._found.query(query_embeddings=[vector], n_results=min(count, there), include=["distances"])
        return [(name, 1.0 - distance) for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def _remove(self, names: list[str]) -> None:
        self._found.delete(ids=names)

    def _length(self) -> int:
        said = self._found.peek(1)["embeddings"]
        return len(said[0]) if said is not None and len(said) else 0
