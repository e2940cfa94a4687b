"""An index of Qdrant (extra `qdrant`): a folder of its own, or a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rowsmith.connectors.vectors.batch import Batched
from rowsmith.connectors.vectors.places import folder, is_server, library, require_allowed

COLLECTION = "rowsmith"


def opened(place: str, scratch: Path) -> Qdrant:
    """The collection `rowsmith` at the place, or one that ends when it is closed."""
    module = library("qdrant_client", "qdrant")
    if is_server(place):
        require_allowed(place)
        return Qdrant(module, module.QdrantClient(url=place, trust_env=False), None, keep=True)
    path, keep = folder(place, scratch)
    return Qdrant(module, module.QdrantClient(path=str(path)), path, keep=keep)


class Qdrant(Batched):
    """See core.ports.Index."""

    def __init__(self, module: Any, client: Any, path: Path | None, *, keep: bool) -> None:
        super().__init__(path, keep=keep)
        self._models, self._client = module.models, client

    def close(self) -> None:
        """See core.ports.Index."""
        if self._keep:
            self._flush()
        self._client.close()
        super().close()

    def _write(self, rows: dict[str, list[float]]) -> None:
        if not self._client.collection_exists(COLLECTION):
            shape = self._models.VectorParams(size=self._known, distance=self._models.Distance.COSINE)
            self._client.create_collection(COLLECTION, vectors_config=shape)
        points = [self._models.PointStruct(id=_id(name), vector=vector, payload={"name": name}) for name, vector in rows.items()]
        self._client.upsert(COLLECTION, points)

    def _nearest(self, vector: list[float], count: int) -> list[tuple[str, float]]:
        if not self._client.collection_exists(COLLECTION):
            return []
        found = self._client.query_points(COLLECTION, query=vector, limit=count, with_payload=True).points
        return [(point.payload["name"], float(point.score)) for point in found]

    def _remove(self, names: list[str]) -> None:
        if self._client.collection_exists(COLLECTION):
            self._client.delete(COLLECTION, [_id(name) for name in names])

    def _length(self) -> int:
        if not self._client.collection_exists(COLLECTION):
            return 0
        return int(self._client.get_collection(COLLECTION).config.params.vectors.size)


def _id(name: str) -> str:
    """Qdrant knows its points by numbers or UUIDs."""
    return str(uuid5(NAMESPACE_URL, name))
