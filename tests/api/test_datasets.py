"""Datasets and their rows over HTTP."""

from __future__ import annotations

from running import jsonl
from served import Desk

LONG = "word " * 100


def filled(desk: Desk) -> str:
    rows = [{"input": f"question {n}", "answer": LONG if n == 3 else f"answer {n}"} for n in range(7)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "qa")
    return str(desk.lab.project().datasets.get("qa").id)


def test_rows_come_in_pages_filtered_and_sorted(desk: Desk) -> None:
    filled(desk)
    first = desk.client.get("/projects/default/datasets/qa/rows", limit=5)
    assert (len(first["items"]), first["total"], first["next"], first["columns"]) == (5, 7, 5, ["answer", "input"])
    rest = desk.client.get("/projects/default/datasets/qa/rows", start=first["next"], limit=5)
    assert (len(rest["items"]), rest["next"]) == (2, None)
    assert desk.client.get("/projects/default/datasets/qa/rows", start=70)["items"] == []
    found = desk.client.get("/projects/default/datasets/qa/rows", where="length(answer) < 20", sort="-input")
    assert [one["data"]["input"][-1] for one in found["items"]] == list("654210")
    assert desk.client.get("/projects/default/datasets/qa/rows", search="question 3")["total"] == 1
    assert desk.client.get("/projects/default/datasets/qa/rows", where="nothing = 1")["unknown"]
    assert desk.client.get("/projects/default/datasets/qa/rows", where="(", status=422)["what"]
    assert len(desk.client.get("/projects/default/datasets/qa/rows", sample=2, seed=1)["items"]) == 2


def test_long_texts_are_cut_in_pages_and_whole_in_a_row(desk: Desk) -> None:
    filled(desk)
    cut = [one for one in desk.client.get("/projects/default/datasets/qa/rows")["items"] if one["cut"]]
    assert [(one["cut"], len(one["data"]["answer"])) for one in cut] == [(["answer"], 240)]
    row = desk.client.get(f"/projects/default/datasets/qa/rows/{cut[0]['id']}")
    assert (row["data"]["answer"], row["origin"]["source"]["name"]) == (LONG, "rows.jsonl")
    assert desk.client.get("/projects/default/datasets/qa/rows", whole=True, where="length(answer) > 300")["items"][0]["data"]["answer"] == LONG
    assert desk.client.get(f"/projects/default/datasets/qa/rows/{'0' * 32}", status=404)["fix"]


def test_a_row_is_shown_with_its_edit_and_not_when_it_is_removed(desk: Desk) -> None:
    filled(desk)
    row = desk.client.get("/projects/default/datasets/qa/rows", limit=1)["items"][0]
    edits = desk.lab.project().edits
    edits.set("qa", row["id"], {"answer": "better"}, seen=row["revision"])
    told = desk.client.get(f"/projects/default/datasets/qa/rows/{row['id']}")
    assert (told["data"]["answer"], told["revision"] != row["revision"]) == ("better", True)
    assert desk.client.get("/projects/default/datasets/qa/rows", limit=1)["items"][0]["revision"] == told["revision"]
    edits.remove("qa", row["id"])
    assert desk.client.get(f"/projects/default/datasets/qa/rows/{row['id']}", status=404)["error"] == "NotFound"


def test_what_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    version = filled(desk)
    for path, kept in (("qa", "no-cache"), (f"qa@{version}", "immutable")):
        first = desk.client.http.get(f"/projects/default/datasets/{path}/rows")
        assert kept in first.headers["cache-control"]
        again = desk.client.http.get(f"/projects/default/datasets/{path}/rows", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    desk.lab.project().edits.add("qa", {"input": "new"})
    assert desk.client.http.get("/projects/default/datasets/qa/rows", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_versions_and_statistics(desk: Desk) -> None:
    version = filled(desk)
    assert [(one["id"], one["rows"]) for one in desk.client.get("/projects/default/datasets/qa/versions")["items"]] == [(version, 7)]
    assert desk.client.get("/projects/default/datasets/qa/statistics")["rows"] == 7
