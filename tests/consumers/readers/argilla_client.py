"""What Argilla's own library makes of settings, of records and of a server that answers as Argilla does."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import argilla


def made(client: argilla.Argilla, case: dict[str, Any], folder: str) -> dict[str, Any]:
    """A dataset from our settings, with our records logged to it."""
    path = Path(folder, "settings.json")
    path.write_text(json.dumps(case["settings"]))
    dataset = argilla.Dataset(case["name"].replace(" ", "-"), workspace=case["workspace"], settings=argilla.Settings.from_json(path), client=client)
    dataset.create()
    with open(case["path"], encoding="utf-8") as file:
        records = [argilla.Record.from_dict(record, dataset=dataset) for record in json.load(file)]
    dataset.records.log(records)
    return {"kept": len(list(dataset.records))}


def seen(client: argilla.Argilla, case: dict[str, Any]) -> dict[str, Any]:
    """A dataset that is there, as the library reads it."""
    dataset = client.datasets(name=case["dataset"], workspace=case["workspace"])
    assert dataset is not None
    records = [record.to_dict() for record in dataset.records(with_suggestions=True, with_responses=True)]
    questions = [[question.name, question.required] for question in dataset.settings.questions]
    return {"records": records, "questions": questions, "fields": [field.name for field in dataset.settings.fields]}


def main() -> None:
    told = json.load(sys.stdin)
    said = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in told:
            client = argilla.Argilla(api_url=case["url"], api_key=case["key"])
            inner = tempfile.mkdtemp(dir=folder)
            said[case["name"]] = seen(client, case) if "dataset" in case else made(client, case, inner)
    print(json.dumps(said, default=str))


if __name__ == "__main__":
    main()
