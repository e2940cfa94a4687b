"""Reviews over HTTP: given, listed, counted, compared, written and taken; queues that are worked through blind."""

from __future__ import annotations

from running import jsonl
from served import Desk

AT = "/projects/default/datasets/qa"


def filled(desk: Desk) -> list[str]:
    """A dataset of five rows; their ids."""
    rows = [{"input": f"question {n}", "answer": f"answer {n}", "n": n} for n in range(5)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "qa")
    return [row["id"] for row in desk.client.get(f"{AT}/rows")["items"]]


def test_a_row_is_reviewed_and_its_reviews_are_listed(desk: Desk) -> None:
    ids = filled(desk)
    seen = desk.client.get(f"{AT}/rows/{ids[0]}")["revision"]
    said = {"verdict": "accept", "score": 0.5, "label": "good", "note": "fine", "values": {"answer": "better"}, "author": "bob", "seen": seen}
    made = desk.client.post(f"{AT}/rows/{ids[0]}/reviews", said, status=201)
    assert (made["fields"], made["current"], made["author"]) == ({"answer": "better"}, True, "bob")
    assert desk.client.post(f"{AT}/rows/{ids[0]}/reviews", said, status=409)["error"] == "Stale"
    assert desk.client.post(f"{AT}/rows/{ids[0]}/reviews", {}, status=422)["what"] == "The review says nothing."
    assert desk.client.post(f"{AT}/rows/{'0' * 32}/reviews", {"verdict": "accept"}, status=404)["what"]
    assert desk.client.post(f"{AT}/rows/{ids[1]}/reviews", {"verdict": "perhaps"}, status=422)["problems"]
    desk.client.post(f"{AT}/rows/{ids[1]}/reviews", {"verdict": "reject"}, status=201)
    page = desk.client.get(f"{AT}/reviews", limit=1)
    assert (page["total"], page["next"], page["held_back"], page["items"][0]["row"]) == (2, 1, 0, ids[1])
    for words, rows in (({"row": ids[0]}, [ids[0]]), ({"by": "bob"}, [ids[0]]), ({"verdict": "reject"}, [ids[1]])):
        assert [one["row"] for one in desk.client.get(f"{AT}/reviews", **words)["items"]] == rows
    desk.client.patch(f"{AT}/rows/{ids[0]}", {"set": {"answer": "another"}})
    assert desk.client.get(f"{AT}/reviews", row=ids[0])["items"][0]["current"] is False
    summary = {one["row"]: one["summary"] for one in desk.client.get(f"{AT}/reviews/summaries")["items"]}
    assert (summary[ids[0]]["outdated"], summary[ids[1]]["rejected"]) == (1, 1)


def test_all_rows_that_match_are_reviewed(desk: Desk) -> None:
    ids = filled(desk)
    wanted = {"where": "n >= 2", "besides": [ids[4]], "verdict": "accept", "label": "late"}
    assert desk.client.post(f"{AT}/reviews/bulk", {**wanted, "expected": 3}, status=409)["what"] == "This is about 2 rows now, not 3."
    assert desk.client.post(f"{AT}/reviews/bulk", {"where": "n >= 2"}, status=422)["what"] == "The review says nothing."
    assert desk.client.get(f"{AT}/reviews")["total"] == 0
    assert desk.client.post(f"{AT}/reviews/bulk", {**wanted, "expected": 2})["rows"] == 2
    assert desk.client.get(f"{AT}/rows", where="reviews.label = 'late'")["total"] == 2


def test_reviews_are_data(desk: Desk) -> None:
    ids = filled(desk)
    for by, verdicts in (("ada", "aar"), ("bob", "ara")):
        for row, verdict in zip(ids, verdicts, strict=False):
            said = {"verdict": {"a": "accept", "r": "reject"}[verdict], "author": by}
            desk.client.post(f"{AT}/rows/{row}/reviews", said, status=201)
    assert desk.client.get(f"{AT}/reviews/agreement")["verdicts"]["cohen"]["ada > bob"]["rows"] == 3
    counts = desk.client.get(f"{AT}/reviews/diff", people=["ada", "bob"])["counts"]
    assert counts == {"new": 0, "changed": 2, "taken back": 0}
    assert desk.client.get(f"{AT}/reviews/diff", people=["ada"], status=422)["problems"]
    assert desk.client.get(f"{AT}/reviews/diff", status=422)["what"]
    assert desk.client.get(f"{AT}/reviews/calibration", score="n", precision=0.5)["calibration"]["labelled"] > 0
    for suffix in ("jsonl", "csv"):
        sent = desk.client.http.get(f"{AT}/reviews/file", params={"suffix": suffix})
        assert sent.headers["content-disposition"] == f'attachment; filename="qa.reviews.{suffix}"'
        path = desk.folder / f"there.{suffix}"
        path.write_bytes(sent.content)
        assert desk.client.post(f"{AT}/reviews/import", {"file": str(path)}) == {"added": 0, "known": 6, "wrong": []}
    assert desk.client.post(f"{AT}/reviews/import", {"file": "nothing.txt"}, status=422)["fix"]


def test_a_queue_is_worked_through_blind(desk: Desk) -> None:
    ids = filled(desk)
    made = desk.client.post(f"{AT}/queues", {"by": "audit", "n": 2, "reviewers": ["ada", "bob"]}, status=201)
    assert (made["rows"], made["left"], made["why"], made["audit"]["share"]) == (2, {"ada": 2, "bob": 2}, {"drawn": 2}, None)
    assert desk.client.post(f"{AT}/queues", {"by": "audit"}, status=422)["fix"]
    assert desk.client.post(f"{AT}/queues", {"by": "disagreement"}, status=422)["fix"]
    page = desk.client.get(f"{AT}/queues")
    assert ([one["n"] for one in page["items"]], page["you"]) == ([made["n"]], desk.lab.who)
    queue = f"{AT}/queues/{made['n']}"
    assert desk.client.get(f"{queue}/next", status=404)["fix"]  # who acts is no reviewer of it

    shown = desk.client.get(f"{queue}/next", reviewer="ada")["shown"]
    place = {name: shown[name] for name in ("reviewer", "place", "row")}
    assert shown["row"] in ids and shown["data"]["input"] and shown["left"] == 2 and not shown["back"]
    assert desk.client.get(f"{queue}/behind", **place, status=409)["fix"]
    theirs = desk.client.get(f"{queue}/next", reviewer="bob")["shown"]
    said = {"token": theirs["token"], **{name: theirs[name] for name in place}, "verdict": "reject", "note": "no"}
    assert desk.client.post(f"{queue}/reviews", said, status=201)["others"] == []
    held = desk.client.get(f"{AT}/reviews", reviewer="ada")
    assert (held["total"], held["held_back"]) == (0, 1)

    desk.client.say("POST", f"{queue}/skip", status=204, json=place)
    assert desk.client.get(f"{queue}/next", reviewer="ada")["shown"]["row"] != shown["row"]
    told = desk.client.post(f"{queue}/reviews", {**place, "token": shown["token"], "verdict": "accept"}, status=201)
    assert [one["note"] for one in told["others"]] == ["no"] and told["behind"]["models"] == []
    assert desk.client.post(f"{queue}/reviews", {**place, "token": shown["token"], "verdict": "accept"}, status=409)["what"]
    back = desk.client.get(f"{queue}/next", reviewer="ada", back=1)["shown"]
    assert back["row"] == shown["row"] and back["back"]
    assert desk.client.post(f"{queue}/reviews", {**place, "token": "0" * 32, "back": True, "verdict": "reject"}, status=409)["error"] == "Stale"
    desk.client.post(f"{queue}/reviews", {**place, "token": back["token"], "back": True, "verdict": "reject"}, status=201)
    assert desk.client.get(f"{queue}/next", reviewer="ada", back=9, status=404)["fix"]


def test_a_row_holds_back_what_a_reviewer_is_not_to_know_yet(desk: Desk) -> None:
    ids = filled(desk)
    desk.client.post(f"{AT}/rows/{ids[0]}/reviews", {"verdict": "reject", "author": "bob"}, status=201)
    assert len(desk.client.get(f"{AT}/rows/{ids[0]}")["reviews"]) == 1
    desk.client.post(f"{AT}/queues", {"by": "audit", "n": 5}, status=201)
    assert desk.client.get(f"{AT}/rows/{ids[0]}")["reviews"] == []
