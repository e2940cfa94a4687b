"""A dataset of the Hugging Face Hub: a folder of Parquet files with a card (`README.md`) and Croissant metadata (`croissant.json`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rowsmith.core.row import Json
from rowsmith.formats import _card, _croissant
from rowsmith.formats._format import Companions, DataFile, Laid
from rowsmith.formats.jsonl import Jsonl

_SPLITS = ("train", "validation", "test")


class HuggingFace(Jsonl):
    """The columns as they stand, as `load_dataset(FOLDER)` reads them: a configuration for each dataset, a file or more for each split. Every
    file of a dataset has the same columns with the same types. Provenance goes along as a column of JSON text, unless it is told to go elsewhere.
    """

    name = "huggingface"
    consumer = "datasets"
    extension = "parquet"
    folder = True
    numbered = True
    split_name = r"\w+(\.\w+)*"
    whole = "train"
    splits = {"training": "train", "valid": "validation", "val": "validation", "dev": "validation", "eval": "validation", "testing": "test"}
    rank = 7

    def stem(self, dataset: str, split: str, many: bool) -> str:
        """`data/train`, or `NAME/train` where there are several datasets."""
        return f"{dataset if many else 'data'}/{split}"

    def companions(self) -> Companions:
        """Card and Croissant."""
        return _Described()


class _Described(Companions):
    def __init__(self) -> None:
        self._kinds: dict[str, set[type]] = {}

    def see(self, record: dict[str, Json]) -> None:
        """What kinds of values each column has."""
        for name, value in record.items():
            self._kinds.setdefault(name, set()).add(type(value))

    def files(self, laid: Laid) -> dict[str, bytes]:
        """Both files; in them the splits stand in their usual order."""
        laid = replace(laid, files=_in_order(laid.files))
        return {"README.md": _card.card(laid, self._kinds), "croissant.json": _croissant.croissant(laid, self._kinds)}


def _in_order(files: Sequence[DataFile]) -> list[DataFile]:
    """Dataset after dataset, of each the splits that everybody has first, then the others as they came."""
    datasets = list(dict.fromkeys(file.dataset for file in files))
    splits = [*_SPLITS, *dict.fromkeys(file.split for file in files if file.split not in _SPLITS)]
    return sorted(files, key=lambda file: (datasets.index(file.dataset), splits.index(file.split)))


FORMAT = HuggingFace()
