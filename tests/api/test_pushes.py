"""Pushes over HTTP: to people who review, and back; a key that is missing; licences, lock and bundle."""

from __future__ import annotations

import io
import zipfile

from argilla_server import argilla_server
from running import jsonl
from served import Desk

AT = "/projects/default/datasets/qa"


def filled(desk: Desk) -> None:
    rows = [{"input": f"question {n}", "answer": f"answer {n}"} for n in range(3)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "qa.jsonl", rows)], "qa")


def test_without_a_key_it_is_told_how_to_give_one(desk: Desk) -> None:
    filled(desk)
    told = desk.client.post(f"{AT}/push", {"place": "hf:me/qa"}, status=503)
    assert told["what"] == "There is no token for huggingface.co." and "HF_TOKEN" in told["fix"]
    assert "ARGILLA_API" in desk.client.post(f"{AT}/push", {"place": "argilla:team/qa"}, status=422)["fix"]
    assert desk.client.post(f"{AT}/push", {"place": "ftp:qa"}, status=422)["fix"].startswith("Places begin with")
    assert "means nothing" in desk.client.post(f"{AT}/push", {"place": "hf:me/qa", "where": "true"}, status=422)["what"]


def test_rows_go_to_people_and_their_reviews_come_back(desk: Desk) -> None:
    filled(desk)
    with argilla_server() as server:
        desk.environ.update(server.environ)
        told = desk.client.post(f"{AT}/push", {"place": "argilla:team/qa", "where": "input <> 'question 2'"})
        assert told["added"] == 2 and told["told"]
        server.respond(server.every()[0], verdict="accept")
        assert desk.client.post(f"{AT}/pull", {"place": "argilla:team/qa", "dry_run": True})["added"] == 1
        assert desk.client.get(f"{AT}/reviews")["total"] == 0
        assert desk.client.post(f"{AT}/pull", {"place": "argilla:team/qa"})["added"] == 1
        assert desk.client.get(f"{AT}/reviews")["total"] == 1


def test_licences_lock_and_bundle(desk: Desk) -> None:
    filled(desk)
    assert desk.client.get(f"{AT}/licences")["rows"] == 3
    version = desk.client.get(f"{AT}/versions")["items"][0]["id"]
    assert version in str(desk.client.get(f"{AT}/lock"))
    sent = desk.client.http.get(f"{AT}/bundle")
    assert sent.headers["content-disposition"] == 'attachment; filename="qa.bundle.zip"'
    assert zipfile.ZipFile(io.BytesIO(sent.content)).namelist()
    assert desk.client.get("/projects/default/datasets/none/licences", status=404)["what"]
