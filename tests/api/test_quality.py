"""Quality over HTTP: checks as a run, what they have found, marks that name rows, gates, rows taken out and repaired, the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from running import jsonl
from served import Desk

AT = "/projects/default/datasets/qa"
ROWS = [
    *(
        {"input": f"How is the number {n} written in words, and why?", "answer": f"It is the number {n}, written as people say it. " * (n + 1)}
        for n in range(8)
    ),
    {"input": "Who is to be asked?", "answer": "Write to ada.lovelace@firma-lovelace.de, she knows everything about it."},
    {"input": "Who is to be asked?", "answer": "Write to ada.lovelace@firma-lovelace.de, she knows everything about it."},
]  # fmt: skip


def checked(desk: Desk, **wanted: Any) -> str:
    """A run that has checked the dataset."""
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", ROWS)], "qa")
    run = desk.client.post(f"{AT}/quality", {"checks": ["duplicates", "pii", "form"], **wanted}, status=202)["run"]
    assert desk.client.ended(run)["state"] == "finished"
    return str(run)


def test_checks_are_a_run_and_tell_what_they_found(desk: Desk) -> None:
    run = checked(desk)
    assert {one["name"]: bool(one["missing"]) for one in desk.client.get(f"{AT}/quality/checks")["items"]}["contamination"]
    assert desk.client.post(f"{AT}/quality", {"checks": ["duplicates", "pii", "form"]}, status=202)["run"] == run
    [listed] = desk.client.get(f"{AT}/quality")["items"]
    assert (listed["run"], listed["state"], listed["checks"], listed["newest"]) == (run, "finished", ["pii", "form", "duplicates"], True)
    found = desk.client.get(f"{AT}/quality/{run}")
    alone = desk.lab.project().quality.check("qa", checks=["duplicates", "pii", "form", "diversity"]).dump(flags=False)
    assert (found["grade"], found["counts"], found["parts"]) == (alone["grade"], alone["counts"], alone["parts"])
    assert found["counts"]["duplicates"] and found["counts"]["pii"] and found["recommendations"]
    page = desk.client.get(f"{AT}/quality/{run}/flags", check="pii", limit=1)
    assert (page["total"], page["next"], page["items"][0]["check"]) == (2, 1, "pii")
    begin, end = page["items"][0]["span"]
    assert ROWS[8]["answer"][begin:end] == "ada.lovelace@firma-lovelace.de"
    assert desk.client.post(f"{AT}/quality/plan", {"checks": ["pii"]})["calls"]["mid"] == 0
    assert desk.client.post(f"{AT}/quality", {"checks": ["nothing"]}, status=404)["fix"]
    assert desk.client.post(f"{AT}/quality", {"checks": ["contamination"]}, status=422)["fix"]


def test_a_run_that_checks_nothing_has_no_quality(desk: Desk) -> None:
    checked(desk)
    other = desk.started({"kind": "read.records", "paths": [str(desk.folder / "rows.jsonl")]})["run"]
    desk.client.ended(other)
    assert desk.client.get(f"{AT}/quality/{other}", status=422)["what"] == f"Run {other} is no run of checks of a dataset."
    assert desk.client.get(f"{AT}/quality/r999", status=404)["what"]
    assert [one["run"] for one in desk.client.get(f"{AT}/quality")["items"]] != [other]


def marked(desk: Desk, mark: str, status: int = 200) -> Any:
    found = desk.client.get(f"{AT}/rows", marked=mark, status=status)
    return found if status != 200 else [row["data"]["input"] for row in found["items"]]


def test_every_mark_names_its_rows(desk: Desk) -> None:
    run = checked(desk, checks=None)
    found = desk.client.get(f"{AT}/quality/{run}")
    for check, reasons in found["counts"].items():
        for reason, count in reasons.items():
            assert len(marked(desk, f"{run}:flag:{check}:{reason}")) == count
    for kind, measures in (("score", found["measures"]), ("words", found["lengths"])):
        for name, measure in measures.items():
            counts = [len(marked(desk, f"{run}:{kind}:{quote(name)}:{at}")) for at in range(len(measure["bins"]))]
            assert counts == [one["count"] for one in measure["bins"]], name
    assert found["lengths"]["answer"]["bins"] and found["clusters"]
    for code, count in found["languages"].items():
        assert len(marked(desk, f"{run}:language:{code}")) == count
    for source in found["sources"]:
        assert len(marked(desk, f"{run}:source:{quote(source['name'])}")) == source["rows"]
    for cluster in found["clusters"]:
        assert len(marked(desk, f"{run}:twins:{cluster['check']}:{cluster['rows'][0]}")) == cluster["size"]
    exact = next(one for one in found["clusters"] if one["check"] == "duplicates")
    assert marked(desk, f"{run}:twins:duplicates:{exact['rows'][0]}") == ["Who is to be asked?"] * 2
    assert marked(desk, f"{run}:twins:duplicates:{'0' * 32}") == []
    both = desk.client.get(f"{AT}/rows", marked=f"{run}:flag:duplicates", where="length(input) > 1000")
    assert both["total"] == 0
    for wrong in (f"{run}:nothing:x", f"{run}:flag", f"{run}:flag:labels-of-mine", f"{run}:words:answer:99", f"{run}:words:answer:x"):
        assert marked(desk, wrong, status=422)["fix"]
    assert marked(desk, "r999:flag:pii", status=404)["what"]


def test_acts_on_all_that_match_follow_a_mark(desk: Desk) -> None:
    run = checked(desk)
    wanted = {"marked": f"{run}:flag:duplicates"}
    assert desk.client.post(f"{AT}/edits/count", wanted)["rows"] == 1
    assert desk.client.post(f"{AT}/reviews/bulk", {**wanted, "verdict": "reject", "expected": 1})["rows"] == 1
    assert desk.client.post(f"{AT}/edits/bulk", {**wanted, "remove": True, "expected": 1})["rows"] == 1
    assert desk.client.get(f"{AT}/rows")["total"] == len(ROWS) - 1
    assert marked(desk, f"{run}:flag:duplicates") == []


def test_a_gate_is_held_against_what_was_found(desk: Desk) -> None:
    run = checked(desk)
    gate = desk.folder / "gate.yaml"
    gate.write_text("flags: {pii: 0}\nrows: {at_least: 5}\n", encoding="utf-8")
    told = desk.client.post(f"{AT}/quality/{run}/gate", {"gate": str(gate)})
    assert not told["passed"] and {one["name"]: one["passed"] for one in told["rules"]}["rows"]
    gate.write_text("rules: [{name: seen, expect: reviews.count > 0}]\n", encoding="utf-8")
    assert desk.client.post(f"{AT}/quality/{run}/gate", {"gate": str(gate)}, status=422)["fix"] == "Begin the checks with this gate."
    again = desk.client.post(f"{AT}/quality", {"checks": ["pii"], "gate": str(gate)}, status=202)["run"]
    desk.client.ended(again)


def test_the_report_is_a_page_of_its_own(desk: Desk) -> None:
    run = checked(desk)
    sent = desk.client.http.get(f"{AT}/quality/{run}/report")
    assert sent.headers["content-disposition"] == 'attachment; filename="qa.quality.html"'
    assert sent.text.startswith("<!doctype html>") and "Checked by run" in sent.text


def test_flagged_rows_are_taken_out(desk: Desk) -> None:
    run = checked(desk)
    done = desk.client.post(f"{AT}/quality/{run}/remove", {"why": ["duplicates"]})
    assert (done["rows_before"], done["rows"], sum(done["removed"].values())) == (10, 9, 1)
    assert desk.client.post(f"{AT}/quality/{run}/remove", {"why": ["pii"]}, status=409)["fix"]
    assert desk.client.post(f"{AT}/quality/{run}/remove", {"why": ["labels"]}, status=404)["fix"]
    assert desk.client.get(f"{AT}/quality")["items"][0]["newest"] is False


@pytest.mark.parametrize("into", [None, "clean"])
def test_flagged_rows_are_repaired_by_a_model(tmp_path: Path, into: str | None) -> None:
    def mended(request: Any) -> Any:
        return {"answer": "Write to the office, it knows everything about it."}

    with Desk(tmp_path, mended) as desk:
        run = checked(desk, checks=["pii"])
        told = {"why": ["pii"], "model": "openai/m", "base_url": desk.server.url, "into": into}
        done = desk.client.post(f"{AT}/quality/{run}/fix", told)
        assert (done["fixed"], done["still_flagged"], done["dataset"]) == (2, 0, into or "qa")
        answers = [row["data"]["answer"] for row in desk.client.get(f"/projects/default/datasets/{into or 'qa'}/rows")["items"]]
        assert answers[8:] == ["Write to the office, it knows everything about it."] * 2
        assert desk.client.post(f"{AT}/quality/{run}/fix", {**told, "model": None}, status=422)["fix"]
