"""What LLaMA-Factory (0.9.5) has to be told of data files: `dataset_info.json`, with every tag and every column, since it unsets what is not
listed (L22, L23)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rowsmith.formats._format import Companions, Format, Laid

_TAGS = {
    "role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt", "observation_tag": "observation",
    "function_tag": "function_call", "system_tag": "system",
}  # fmt: skip


class LlamaFactoryFolder(Format):
    """A folder that `dataset_dir` may name: data files, and the `dataset_info.json` that lists them."""

    folder = True
    attached = "path"
    pictures = ("images",)

    def stem(self, dataset: str, split: str, many: bool) -> str:
        """LLaMA-Factory calls a dataset so, among all others that it knows."""
        return super().stem(dataset, split, many=True)

    def companions(self) -> Companions:
        """`dataset_info.json`."""
        return _Listed(self.column_names(), ranking="chosen" in self.keys)

    def column_names(self) -> Mapping[str, str]:
        """LLaMA-Factory's names of the columns that records may have, by the records' own. Paths of images are taken from `dataset_dir`."""
        return {"conversations": "messages", "tools": "tools", "images": "images"}


class _Listed(Companions):
    """An entry for each data file, under the name of the file. `ranking`: the rows are preferences."""

    def __init__(self, columns: Mapping[str, str], *, ranking: bool) -> None:
        self._columns, self._ranking = columns, ranking

    def files(self, laid: Laid) -> dict[str, bytes]:
        """The file; its letters are ASCII, because it is read in whatever encoding the machine has."""
        entries = {}
        for file in laid.files:
            columns = {theirs: ours for ours, theirs in self._columns.items() if ours in file.columns}
            named = {"file_name": file.path, "formatting": "sharegpt", **({"ranking": True} if self._ranking else {})}
            entries[file.path.partition(".")[0]] = {**named, "columns": columns, "tags": _TAGS}
        return {"dataset_info.json": json.dumps(entries, indent=2).encode() + b"\n"}
