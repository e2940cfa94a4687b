"""Replies from a file: their form, and that a session broken off goes on with them where it stood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from guided import NEEDED, Mind
from running import Bench

from rowsmith.app.guide_replies import Act, Ended, load, order, unattended
from rowsmith.core.errors import Invalid, NotFound


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, Mind()) as found:
        yield found


def file(bench: Bench, **said: Any) -> Path:
    path = bench.folder / "replies.yaml"
    path.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("edit 2 answer It is so.", {"edit": 2, "answer": "It is so."}),
        ("edit 2 answer:\n two\n lines ", {"edit": 2, "answer": " two\n lines "}),
        ("Edit 1 input Hello", {"edit": 1, "input": "Hello"}),
        ("keep 1, 3", {"keep": [1, 3]}),
        ("drop 2", {"drop": [2]}),
        ("note 2: too long", {"note": "too long", "sample": 2}),
        ("note too long", {"note": "too long"}),
        ("again", {"again": "all"}),
        ("regenerate all", {"again": "all"}),
        ("again 2 5", {"again": [2, 5]}),
        ("keep", None),
        ("looks good", None),
        ("edit this", None),
    ],
)
def test_orders_at_the_samples(text: str, found: dict[str, Any] | None) -> None:
    assert order(text) == (Act(**found) if found else None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"replies": [{"edit": 1}]}, "edit goes with input or answer"),
        ({"replies": [{"keep": [1], "drop": [2]}]}, "keep and drop"),
        ({"replies": [{"jump": 1}]}, "jump"),
        ({"replies": [7]}, "replies"),
        ({"replies": [{"note": "x", "sample": 0}]}, "sample"),
        ({"rows": 0}, "rows"),
        ({"format": "xml"}, "format"),
        ({"colour": "red"}, "colour"),
        ({"replies": [{"sample": 1, "keep": [1]}]}, "sample goes with note"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(bench: Bench, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as error:
        load(file(bench, **said))
    assert words in str(error.value) and "replies.yaml:" in str(error.value)


def test_files_that_are_none(bench: Bench) -> None:
    with pytest.raises(NotFound, match="cannot be opened"):
        load(bench.folder / "nowhere.yaml")
    twice = b"replies: [a]\nreplies: [b]"
    for body, words in ((b"\xff\xfe", "not UTF-8"), (b"- a", "no replies"), (b"a: [", "cannot be read"), (twice, "second time")):
        path = bench.folder / "bad.yaml"
        path.write_bytes(body)
        with pytest.raises(Invalid) as error:
            load(path)
        assert words in str(error.value)


def test_replies_are_said_to_the_end_and_a_broken_off_session_goes_on_where_it_stood(bench: Bench) -> None:
    exact = "By hand\r\n é "
    replies = load(file(bench, items=NEEDED, replies=["hmm", "done", "looks good", {"edit": 2, "answer": exact}, "again 1", "continue"]))
    guides = bench.lab.project().guides
    guides.begin("support", model="openai/m", base_url=bench.server.url, rows=12)
    taken = []
    for number in range(len(replies.said)):
        some = replies.model_copy(update={"replies": replies.replies[:number]})
        guide = guides.get("support")
        if number < len(replies.replies):
            with pytest.raises(Ended) as error:
                unattended(guide, some)
            assert error.value.more["guide"] == "support"
        else:
            unattended(guide, some)
        taken.append(guides.get("support").state.taken)
    assert taken == list(range(1, len(replies.said) + 1))
    guide = guides.get("support")
    assert guide.made is not None and guide.made.rows == 12
    first = json.loads(Path(guide.made.path or "").read_text(encoding="utf-8").splitlines()[0])
    assert first["answer"] == exact
    assert bench.server.calls.repeated() == {}
    turns = [turn.kind for turn in guide.turns]
    unattended(guide, replies)
    assert [turn.kind for turn in guides.get("support").turns] == turns


def test_a_reply_that_cannot_be_said_is_named(bench: Bench) -> None:
    guide = bench.lab.project().guides.begin("support", model="openai/m", base_url=bench.server.url, rows=6)
    with pytest.raises(NotFound, match=r"Reply 4: There is no sample 9"):
        unattended(guide, load(file(bench, items=NEEDED, replies=["done", "looks good", "keep 9"])))
    assert guide.state.taken == 3
    with pytest.raises(Invalid, match="1 of the 6 replies are left over"):
        unattended(guide, load(file(bench, items=NEEDED, replies=["done", "looks good", "keep 2", "continue", "more"])))


def test_files_that_replies_name_lie_beside_them(bench: Bench) -> None:
    (bench.folder / "sub").mkdir()
    (bench.folder / "sub" / "b.yaml").write_text("rows: 7\n", encoding="utf-8")
    path = bench.folder / "sub" / "r.yaml"
    path.write_text("brief: b.yaml\nprompt: mine\n", encoding="utf-8")
    assert load(path).settings == {"brief": str(bench.folder / "sub" / "b.yaml"), "prompt": "mine"}
    with pytest.raises(NotFound, match="cannot be opened"):
        bench.lab.project().guides.begin("x", brief="nowhere.yaml")
    assert list(bench.lab.project().guides.list()) == []


def test_without_a_model_the_replies_end_at_the_recipe(bench: Bench) -> None:
    guide = bench.lab.project().guides.begin("support")
    unattended(guide, load(file(bench, items=NEEDED, replies=["done", "continue"])))
    assert (guide.phase, bench.asked) == ("sampling", [])
