"""Shaping over HTTP: splits looked at and made, samples, balance, order, columns, several datasets in one."""

from __future__ import annotations

from running import jsonl
from served import Desk

AT = "/projects/default/datasets/qa"


def filled(desk: Desk, name: str = "qa") -> None:
    rows = [{"input": f"question {n} of {name}", "answer": f"answer {n}", "label": "ab"[n % 3 == 0], "n": n} for n in range(30)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / f"{name}.jsonl", rows)], name)


def test_a_split_is_looked_at_and_then_made(desk: Desk) -> None:
    filled(desk)
    wanted = {"parts": {"train": 0.8, "test": "rest"}, "by": [], "stratify": "label"}
    told = desk.client.post(f"{AT}/split/preview", wanted)
    assert told["parts"] == {"train": {"wanted": 24, "got": 24}, "test": {"wanted": 6, "got": 6}}
    assert len(desk.client.get(f"{AT}/versions")["items"]) == 1
    done = desk.client.post(f"{AT}/split", wanted)
    assert {name: done[name] for name in told} == told and done["overlap"]["clean"]
    assert desk.client.get(f"{AT}/rows", where="split = 'test'")["total"] == 6
    assert desk.client.post(f"{AT}/split/overlap", {})["clean"]
    assert desk.client.post(f"{AT}/split/preview", {"parts": {"a": 0.3, "b": 0.3}}, status=422)["what"]
    assert desk.client.post(f"{AT}/split/overlap", {"column": "nothing"}, status=422)["fix"]


def test_samples_balance_order_and_columns(desk: Desk) -> None:
    filled(desk)
    assert desk.client.post(f"{AT}/sample", {"n": 9, "how": "stratified", "by": "label", "into": "some"})["rows"] == 9
    assert desk.client.post(f"{AT}/sample", {"n": 99}, status=422)["fix"]
    balanced = desk.client.post(f"{AT}/balance", {"by": "label", "into": "even"})
    assert (balanced["before"], balanced["after"]) == ({"a": 20, "b": 10}, {"a": 10, "b": 10})
    order = [row["data"]["n"] for row in desk.client.get(f"{AT}/rows")["items"]]
    desk.client.post(f"{AT}/shuffle", {"seed": 3})
    shuffled = [row["data"]["n"] for row in desk.client.get(f"{AT}/rows")["items"]]
    assert sorted(shuffled) == order != shuffled
    desk.client.post(f"{AT}/columns", {"rename": {"n": "number"}, "compute": {"words": "word_count(answer)"}, "drop": ["label"]})
    assert set(desk.client.get(f"{AT}/rows", limit=1)["items"][0]["data"]) == {"input", "answer", "number", "words"}
    assert desk.client.post(f"{AT}/columns", {"drop": ["nothing"]}, status=422)["what"]


def test_several_datasets_become_one(desk: Desk) -> None:
    filled(desk)
    filled(desk, "more")
    done = desk.client.post("/projects/default/combine", {"datasets": ["qa", "more"], "into": "all", "dedup": "exact"})
    assert (done["dataset"], done["rows"]) == ("all", 60)
    assert desk.client.post("/projects/default/combine", {"datasets": ["qa"], "into": "all"}, status=422)["problems"]
    assert desk.client.post("/projects/default/combine", {"datasets": ["qa", "no"], "into": "all"}, status=404)["what"]
