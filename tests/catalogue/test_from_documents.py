"""What each recipe that begins with documents is there for, and that its gates reject what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from case import Voice
from papers import FILES, carried, one_of, pair, passages, properties, several, stated
from test_catalogue import case_of
from wrong import DOCS, but, denied, doubted, scored

from rowsmith.app.catalogue import listing
from rowsmith.testing import Request

TEXTS = "\n".join(FILES.values())


@pytest.mark.parametrize("name", [found.name for found in listing("documents")])
def test_a_recipe_runs_on_the_documentation(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    sets = {key: value for key, value in case.sets.items() if key not in ("input", "chunk")}
    done = carried(tmp_path, name, case.reply, target=4, **sets, input=str(DOCS), chunk="200")
    assert (done.result.state, len(done.rows)) == ("finished", 4), done.result


@pytest.mark.parametrize("name", ["multi-hop", "raft"])
def test_links_and_distractors_are_drawn_again_the_same(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    done = carried(tmp_path, name, case.reply, target=4, prove=True, **{**case.sets, "pool": "6"})
    assert done.proven and len(done.rows) == 4


def test_pairs_follow_the_length_of_the_text(tmp_path: Path) -> None:
    counts = []
    for density in ("1", "10"):
        (tmp_path / density).mkdir()
        done = carried(tmp_path / density, "document-qa", case_of("document-qa").reply, density=density, chunk="800")
        counts.append(len(done.rows))
        assert all(row["answer"] in row["contexts"] for row in done.said)
    assert counts[0] == len(FILES) < counts[1]


@pytest.mark.parametrize("name", ["document-qa", "document-summaries", "glossary", "fact-sheets"])
def test_what_the_judge_does_not_find_in_the_text_is_dropped(name: str, tmp_path: Path) -> None:
    done = carried(tmp_path, name, but(name, doubted), fewest="1")
    assert not done.rows and set(done.dropped) == {"unsupported"}


@pytest.mark.parametrize(
    ("name", "reason"), [("document-qa", "leans_on_text"), ("document-instructions", "other_task"), ("unanswerable", "not_named")]
)
def test_what_a_judge_denies_is_dropped(name: str, reason: str, tmp_path: Path) -> None:
    done = carried(tmp_path, name, but(name, denied))
    assert not done.rows and set(done.dropped) == {reason}


@pytest.mark.parametrize(("name", "reason"), [("document-summaries", "weak"), ("genstruct", "weak"), ("instruction-back-translation", "not_curated")])
def test_what_a_judge_scores_below_the_threshold_is_dropped(name: str, reason: str, tmp_path: Path) -> None:
    done = carried(tmp_path, name, but(name, scored(3)), shortest="10")
    assert not done.rows and reason in done.dropped
    if name == "instruction-back-translation":
        (tmp_path / "lower").mkdir()
        assert carried(tmp_path / "lower", name, but(name, scored(3)), shortest="10", threshold="3").rows


def test_kinds_of_work_are_drawn_evenly(tmp_path: Path) -> None:
    done = carried(tmp_path, "document-instructions", case_of("document-instructions").reply, tasks="[explain it, advise]", per_part="2")
    counts = Counter(row["task"] for row in done.said)
    assert counts["explain it"] == counts["advise"] > 0


def test_a_summary_has_the_length_and_focus_that_were_drawn_and_the_row_holds_the_text(tmp_path: Path) -> None:
    sets = {"lengths": "[one line]", "focuses": "[dates]"}
    done = carried(tmp_path, "document-summaries", case_of("document-summaries").reply, **sets)
    writing = [request.text for request in done.asked if "request" in properties(request)]
    assert writing and all("Length: one line. Focus: dates." in text for text in writing)
    assert all(stated(row["input"])[-1] in TEXTS for row in done.said)


def test_a_field_is_quoted_or_null_and_two_models_agree_on_it(tmp_path: Path) -> None:
    case = case_of("document-extraction")
    (tmp_path / "agree").mkdir()
    done = carried(tmp_path / "agree", "document-extraction", case.reply, **case.sets)
    answers = [json.loads(row["answer"]) for row in done.said]
    assert all(answer["fact"] in row["input"] for answer, row in zip(answers, done.said, strict=True))
    assert len(answers) > 4 and all(set(answer) == {"fact", "name"} for answer in answers)

    def invented(request: Request) -> Any:
        quote = "nobody has ever said this"
        return {"found": [{"field": "fact", "value": "x", "quote": quote}, {"field": "name", "value": None, "quote": None}]}

    def other(request: Request) -> Any:
        return {"again": [{"field": "fact", "value": "another", "quote": "x"}]} if request.model == "second" else None

    for said, reason in ((invented, "unquoted"), (other, "disagreement")):
        (tmp_path / reason).mkdir()
        wrong = carried(tmp_path / reason, "document-extraction", but("document-extraction", said), target=1, **case.sets)
        assert not wrong.rows and set(wrong.dropped) == {reason}


def test_an_answer_rests_on_two_facts_of_the_passage(tmp_path: Path) -> None:
    done = carried(tmp_path, "genstruct", lambda request: pair(request, quotes=stated(passages(request)[0])[:1]) if passages(request) else None)
    assert not done.rows and set(done.dropped) == {"too_few"}


def test_the_answers_are_the_texts_themselves(tmp_path: Path) -> None:
    done = carried(tmp_path, "instruction-back-translation", case_of("instruction-back-translation").reply, shortest="10")
    assert len(done.rows) > 4 and all(row["answer"] in TEXTS and row["input"] not in TEXTS for row in done.said)


def test_a_question_that_one_passage_answers_is_no_multi_hop_question(tmp_path: Path) -> None:
    def shortcut(request: Request) -> Any:
        return {"answerable": True, "answer": "It was so."} if "answerable" in properties(request) else None

    done = carried(tmp_path, "multi-hop", but("multi-hop", shortcut))
    assert not done.rows and done.dropped["not_every_hop"] > 2
    written = [request for request in done.asked if "citations" in properties(request)]
    assert len(written) == 3 * done.dropped["not_every_hop"]


@pytest.mark.parametrize("hops", [2, 3])
def test_every_hop_is_cited_and_shares_an_entity_with_the_one_before(hops: int, tmp_path: Path) -> None:
    def reader(request: Request) -> Any:
        can = len(passages(request)) == hops
        return {"answerable": can, "answer": "It was so."} if "answerable" in properties(request) else None

    done = carried(tmp_path, "multi-hop", but("multi-hop", reader), hops=str(hops))
    assert len(done.rows) >= 2
    for row in done.said:
        assert len(row["contexts"]) == len(row["citations"]) == hops == len(row["links"]) + 1
        assert all(cited in text for cited, text in zip(row["citations"], row["contexts"], strict=True))
        assert all(link in row["contexts"][at] and link in row["contexts"][at + 1] for at, link in enumerate(row["links"]))


def test_a_passage_that_is_not_cited_costs_the_row(tmp_path: Path) -> None:
    done = carried(tmp_path, "multi-hop", but("multi-hop", cites_one))
    assert not done.rows and set(done.dropped) == {"unlinked", "too_few"}


def cites_one(request: Request) -> Any:
    """A writer that quotes the first passage alone."""
    return pair(request, citations=stated(passages(request)[0])[:1]) if "citations" in properties(request) else None


def test_a_question_that_the_document_or_what_is_near_answers_is_dropped(tmp_path: Path) -> None:
    def finds(request: Request) -> Any:
        found = any("copper and tin" in one for one in passages(request))
        return {"answerable": found, "answer": "Copper and tin." if found else ""} if "answerable" in properties(request) else None

    done = carried(tmp_path, "unanswerable", but("unanswerable", finds), near="2")
    assert done.rows and done.dropped["answered"] > 0
    assert not [row for row in done.said if "copper and tin" in row["contexts"]]
    assert all(row["missing"] for row in done.said)


def test_the_oracle_stands_where_its_index_says_or_is_left_out(tmp_path: Path) -> None:
    done = carried(tmp_path, "raft", case_of("raft").reply, pool="6", questions="2", present="0.6")
    assert {row["oracle_present"] for row in done.said} == {True, False}
    for row in done.said:
        here = row["oracle_present"]
        assert row["documents"][row["oracle_index"]] == row["oracle"] if here else row["oracle"] not in row["documents"]
        assert len(row["documents"]) == 4 and all(f"<DOCUMENT>{text}</DOCUMENT>" in row["input"] for text in row["documents"])
        assert row["answer"].split("##begin_quote##")[1].split("##end_quote##")[0] in row["oracle"]
    assert len({tuple(sorted(row["documents"])) for row in done.said}) > len(done.rows) / 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [({"answerable": True, "answer": "so"}, "in_distractor"), ({"reasoning": "##begin_quote##nobody said this here##end_quote##"}, "unquoted")],
)
def test_distractors_with_the_answer_and_false_quotes_are_dropped(answer: dict[str, Any], reason: str, tmp_path: Path) -> None:
    done = carried(tmp_path, "raft", but("raft", lambda request: answer if set(answer) & set(properties(request)) else None), pool="6")
    assert not done.rows and set(done.dropped) == {reason}


def test_a_term_comes_once_and_its_quote_stands_in_the_text(tmp_path: Path) -> None:
    def same(request: Request) -> Any:
        said = one_of(stated(passages(request)[0]), request) if several(request) else ""
        terms = [("The Tower", said), ("the tower", said), (Voice(request.chance).words(2), "nobody has said this")]
        return {"rows": [{"term": term, "definition": said, "quote": quote} for term, quote in terms]} if said else None

    done = carried(tmp_path, "glossary", but("glossary", same))
    assert [row["input"] for row in done.said] == ["The Tower"]
    assert done.dropped["unquoted"] > 5 and done.dropped["near_duplicate"] > 5


def test_a_sheet_lists_its_facts(tmp_path: Path) -> None:
    done = carried(tmp_path, "fact-sheets", case_of("fact-sheets").reply, fewest="2")
    assert done.rows
    for row in done.said:
        assert all(f"- {one['fact']}" in row["text"] and one["quote"] in TEXTS for one in row["facts"])
