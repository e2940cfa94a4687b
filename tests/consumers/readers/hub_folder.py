"""What `datasets` and mlcroissant make of a folder that we wrote: the rows of each configuration and split, and of each record set."""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import mlcroissant
from datasets import get_dataset_config_names, load_dataset


def read(case: dict[str, Any], cache: str) -> dict[str, Any]:
    path, loaded = case["path"], {}
    for config in get_dataset_config_names(path):
        for split, rows in load_dataset(path, config, cache_dir=cache).items():
            loaded[f"{config}/{split}"] = [dict(row) for row in rows]
    dataset = mlcroissant.Dataset(jsonld=f"{path}/croissant.json")
    issues = dataset.metadata.ctx.issues
    records = {one.id: [{key.rpartition("/")[2]: _plain(value) for key, value in row.items()} for row in dataset.records(one.id)]
               for one in dataset.metadata.record_sets}  # fmt: skip
    return {"loaded": loaded, "errors": list(issues.errors), "records": records}


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        print(json.dumps({case["name"]: read(case, cache) for case in json.load(sys.stdin)}, default=str))
