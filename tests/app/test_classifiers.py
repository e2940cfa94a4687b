"""Classifiers in whole runs: OpenAI's moderation and Perspective over a real socket, models in ONNX form, a plug-in's; what they say of harm, and of
whether a source bears an answer out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onnx_classifiers import harm_folder, nli_folder
from running import Bench, Plain

from rowsmith.app.proof import verify
from rowsmith.app.quality_checks import Means
from rowsmith.app.quotes import quote
from rowsmith.core.errors import Invalid
from rowsmith.registry import plugins
from rowsmith.testing import Request

CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "You lot are vermin."}]}
FLAT = {"input": "Where?", "answer": "By the road."}
ROAD = {"messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "By the road."}]}
SCORES = {
    "You lot are vermin.": {"hate": 0.91, "harassment": 0.62, "violence": 0.8, "hate/threatening": 0.2}, "By the road.": {"violence": 0.99},
}  # fmt: skip


def moderated(request: Request) -> Any:
    """Scores by text, in the form of the server that is asked."""
    if request.path.endswith("/comments:analyze"):
        return [{"TOXICITY": 0.7, "THREAT": 0.1} if "vermin" in (request.inputs or [""])[0] else {}]
    return [SCORES.get(text, {}) for text in request.inputs or ()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, moderated) as made:
        yield made


def file(folder: Path, *rows: Plain) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def flags(found: Any) -> list[tuple[Any, ...]]:
    return [(one["row"], one["reason"], one["score"], one["path"]) for one in found["flags"]]


def scored(bench: Bench, model: str, *rows: Plain, base_url: str | None = None, top: Plain | None = None, **settings: Any) -> Any:
    """A run of score.toxicity with a classifier."""
    models = {"scorer": {"model": model, **({"base_url": base_url} if base_url else {}), **(top or {})}}
    step = {"kind": "score.toxicity", "classifier": "scorer", **settings}
    return bench.run({"kind": "read.rows", "rows": list(rows)}, step, top={"models": models})


def test_openai_moderation_is_asked_by_its_protocol_and_its_scores_become_reasons(bench: Bench) -> None:
    bench.environ["OPENAI_API_KEY"] = "sk-0123456789"
    bench.server.change(api_key="sk-0123456789")
    found = bench.lab.project().quality.check(
        file(bench.folder, CHAT, ROAD), checks=["toxicity"], means=Means(model="openai-moderation/omni-moderation-latest", base_url=bench.server.url),
    ).dump()  # fmt: skip
    assert sorted((one.path, one.data["model"], *one.data["input"]) for one in bench.asked) == [  # one request for all texts of a row
        ("/v1/moderations", "omni-moderation-latest", "Hi", "You lot are vermin."),
        ("/v1/moderations", "omni-moderation-latest", "Where?", "By the road."),
    ]  # fmt: skip
    assert {one.headers["authorization"] for one in bench.asked} == {"Bearer sk-0123456789"}
    assert flags(found) == [(1, "hate", 0.91, "messages.1.content"), (1, "harassment", 0.62, "messages.1.content")]
    assert found["flags"][0]["detail"] == "hate 0.91: You lot are vermin." and found["flags"][0]["span"] == [0, 19]
    assert found["measures"]["toxicity"]["high"] == 0.91  # violence that is shown is no harm to anybody


def test_thresholds_hold_by_category(bench: Bench) -> None:
    place: Plain = {"base_url": bench.server.url}
    done = scored(bench, "openai-moderation/m", CHAT, FLAT, **place, thresholds={"hate": 0.95, "violence": 0.85, "hate/threatening": 0.1})
    (chat, flat) = bench.rows(done)
    assert [(one["reason"], one["score"]) for one in chat.origin["flags"]] == [("harassment", 0.62), ("hate", 0.2)]
    assert [(one["reason"], one["score"]) for one in flat.origin["flags"]] == [("violence", 0.99)]
    strict = scored(bench, "openai-moderation/m", CHAT, **place, threshold=0.95)
    assert "flags" not in bench.rows(strict)[0].origin and bench.rows(strict)[0].scores["toxicity"] == 0.91
    assert strict.calls == 0  # the answer of the run before


def test_what_a_classifier_said_is_proven_offline(bench: Bench) -> None:
    done = scored(bench, "openai-moderation/m", CHAT, base_url=bench.server.url, top={"price_in": 0, "price_out": 0})
    assert (done.calls, done.cost_usd, len(bench.asked)) == (1, 0.0, 1)
    checked = verify(bench.lab)
    assert (checked.ok, checked.checked["rebuilt"], len(bench.asked)) == (True, 1, 1)


def test_many_texts_go_in_requests_of_at_most_32(bench: Bench) -> None:
    chat = {"messages": [{"role": "user", "content": f"turn {n}"} for n in range(70)]}
    done = scored(bench, "openai-moderation/m", chat, base_url=bench.server.url)
    assert (done.kept, [len(one.inputs or ()) for one in bench.asked]) == (1, [32, 32, 6])
    chat["messages"][0]["content"] = "another"
    scored(bench, "openai-moderation/m", chat, base_url=bench.server.url, top={"texts_per_request": 20})
    assert [len(one.inputs or ()) for one in bench.asked[3:]] == [20, 20, 20, 10]


def test_perspective_is_asked_text_by_text_and_told_to_end(bench: Bench) -> None:
    bench.environ["PERSPECTIVE_API_KEY"] = "AIza-0123456789"
    bench.server.change(api_key="AIza-0123456789")
    means = Means(model="perspective/v1alpha1", base_url=bench.server.root)
    found = bench.lab.project().quality.check(file(bench.folder, CHAT), checks=["toxicity"], means=means).dump()
    assert {one.path for one in bench.asked} == {"/v1alpha1/comments:analyze"} and len(bench.asked) == 2
    sent = bench.asked[1].data
    assert sent["comment"] == {"text": "You lot are vermin."} and sent["doNotStore"] is True and "THREAT" in sent["requestedAttributes"]
    assert flags(found) == [(1, "harassment", 0.7, "messages.1.content")]
    assert found["notes"] == []  # another server that speaks so need not end
    step = {"kind": "score.toxicity", "classifier": "scorer"}
    path = bench.recipe({"kind": "read.rows", "rows": [FLAT]}, step, models={"scorer": {"model": "perspective/v1alpha1"}})
    assert any("perspective/v1alpha1 ends on 2026-12-31" in note for note in quote(bench.runs, path).notes)
    bench.lab.models.add("perspective/*", until="2026-12-31")
    again = bench.lab.project().quality.check(file(bench.folder, CHAT), checks=["toxicity"], means=means).dump()
    assert ["2026-12-31" in note for note in again["notes"]] == [True]


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [("results", {}, "garbled"), ("fewer", {"results": [{"category_scores": {"hate": 0.1}}]}, "unreadable"),
     ("no number", {"results": [{"category_scores": {"hate": 7}}] * 2}, "unreadable")],
)  # fmt: skip
def test_scores_that_cannot_be_are_no_scores(bench: Bench, path: str, body: Any, reason: str) -> None:
    from rowsmith.core.calls import Usage
    from rowsmith.llm.classes import read
    from rowsmith.llm.providers.openai_moderation import PROVIDER

    reply = PROVIDER.read(json.dumps(body).encode())
    assert bool(reply.garbled) == (reason == "garbled") and reply.usage == Usage()
    if not reply.garbled:
        with pytest.raises(Invalid, match=r"scores for 1 of 2|no number from 0 to 1"):
            read(reply.text, 2)


def test_a_model_in_onnx_form_scores_texts_here(bench: Bench) -> None:
    harm_folder(bench.folder / "harm", {"idiot": (3.0, -3.0), "damn": (-3.0, 3.0), "tea": (-4.0, -4.0)})
    done = scored(bench, "onnx-classifier/harm", {"input": "tea", "answer": "You idiot"}, {"input": "damn tea", "answer": "tea"})
    one, two = bench.rows(done)
    assert [(flag["reason"], flag["score"], flag["path"]) for flag in one.origin["flags"]] == [("insult", 0.9526, "answer")]
    assert "flags" not in two.origin and two.scores["toxicity"] == 0.0474  # a swear word alone is no harm
    assert (done.calls, done.cost_usd, bench.asked) == (2, 0.0, [])
    top = {"extra": {"id2label": {"0": "obscene", "1": "insult"}}}
    (_, other) = bench.rows(scored(bench, "onnx-classifier/harm", {"text": "idiot"}, {"text": "damn"}, top=top))
    assert [flag["reason"] for flag in other.origin["flags"]] == ["insult"]
    shutil.rmtree(bench.folder / "harm")
    assert verify(bench.lab).problems == []  # stored scores need no weights


def test_a_long_text_is_cut_between_sentences_and_the_flag_narrowed_down(bench: Bench) -> None:
    harm_folder(bench.folder / "harm", {"idiot": (3.0, -3.0), "tea": (-4.0, -4.0)})
    text = "Tea is good. " * 30 + "You idiot. " + "More tea for me. " * 30
    done = scored(bench, "onnx-classifier/harm", {"text": text})
    assert done.failed == {"http_400": 1} and "takes 64" in bench.runs.troubles(done.run)[0]["detail"]  # nothing is cut in silence
    (row,) = bench.rows(scored(bench, "onnx-classifier/harm", {"text": text}, passage=8))
    (flag,) = row.origin["flags"]
    start, end = flag["span"]
    assert "You idiot." in text[start:end] and len(text[start:end].split()) <= 8


SOURCE = "Tea grows in Assam. The road to Jorhat is long. It rains in June."
WORDS = ["tea", "grows", "in", "assam", "the", "road", "to", "jorhat", "is", "long", "it", "rains", "june", "not", "july", "short"]
BORNE = {"text": SOURCE, "input": "Well?", "answer": "Tea grows in Assam. It rains in July. The road is not long."}


def test_a_model_of_inference_says_which_sentences_a_source_bears_out(bench: Bench) -> None:
    nli_folder(bench.folder / "nli", WORDS)
    means = Means(model="onnx-classifier/nli", settings={"grounding": {"passage": 6}})
    found = bench.lab.project().quality.check(file(bench.folder, BORNE), checks=["grounding"], means=means).dump()
    said = [(one["reason"], one["detail"].split(":")[0], BORNE["answer"][slice(*one["span"])].strip()) for one in found["flags"]]
    assert said == [("unsupported", "neutral", "It rains in July."), ("unsupported", "contradicted", "The road is not long.")]
    assert found["measures"]["grounded_supported"]["mean"] == pytest.approx(1 / 3, abs=1e-4)


def test_a_classifier_without_the_category_is_told(bench: Bench) -> None:
    nli_folder(bench.folder / "nli", WORDS, ["yes", "no", "perhaps"])
    rows = {"kind": "read.rows", "rows": [BORNE]}
    models = {"models": {"nli": {"model": "onnx-classifier/nli"}}}
    with pytest.raises(Invalid, match="no, perhaps, yes apart, and no entailment"):
        bench.run(rows, {"kind": "score.grounded", "classifier": "nli"}, top=models)
    with pytest.raises(Invalid, match="none of these is a harm"):
        bench.run(rows, {"kind": "score.toxicity", "classifier": "nli"}, top=models)


def judge(request: Request) -> Any:
    """A judge that is sure of all, and quotes once rightly, once what is not there, and once nothing."""
    quotes = ["tea grows ... in ASSAM", "It rains in July", ""]
    return {"verdicts": [{"sentence": at, "quote": quote, "supported": True} for at, quote in enumerate(quotes, 1)]}


def test_a_judge_is_believed_as_far_as_its_quotes_stand_in_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, judge) as bench:
        means = Means(model="openai/m", base_url=bench.server.url)
        found = bench.lab.project().quality.check(file(tmp_path, BORNE), checks=["grounding"], means=means).dump()
        assert [(one["detail"], BORNE["answer"][slice(*one["span"])].strip()) for one in found["flags"]] == [
            ("unquoted: not in the source: It rains in July", "It rains in July."), ("unquoted: the model quotes nothing", "The road is not long."),
        ]  # fmt: skip
        (asked,) = bench.asked
        assert "sentence 2 ---\nIt rains in July." in asked.text and "Go through the sentences 1 to 3" in asked.text
        assert f"source ---\n{SOURCE}" in asked.text and asked.schema is not None


def test_a_model_that_answers_in_words_is_asked_as_a_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, lambda request: "unsafe\nS2" if "vermin" in request.text else "safe") as bench:
        means = Means(model="openai/guard", base_url=bench.server.url)
        found = bench.lab.project().quality.check(file(tmp_path, CHAT, ROAD), checks=["toxicity"], means=means).dump()
        assert [(one["row"], one["check"], one["reason"]) for one in found["flags"]] == [(1, "toxicity", "hate")]


PLUGIN = '''
from rowsmith.llm import classes
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Scored, Scorer


class Loud(Scorer):
    def check(self, model, weights):
        pass

    def named(self, model, lent):
        return "loud"

    def sender(self, model, lent):
        return Scored(lambda texts: ([{"insult": 1.0 if text.isupper() else 0.0} for text in texts], None))


PROVIDER = Loud()
'''


def test_a_plug_in_brings_a_classifier_with_one_file(bench: Bench) -> None:
    (bench.folder / "plugins").mkdir()
    (bench.folder / "plugins" / "loud.py").write_text(PLUGIN, encoding="utf-8")
    plugins.trust(bench.folder / "plugins")
    means = Means(model="loud/1")
    found = bench.lab.project().quality.check(file(bench.folder, {"text": "go away"}, {"text": "GO AWAY"}), checks=["toxicity"], means=means).dump()
    assert flags(found) == [(2, "insult", 1.0, "text")]


def problems(bench: Bench, step: Plain, model: Plain) -> str:
    path = bench.recipe({"kind": "read.rows", "rows": [BORNE]}, step, models={"m": model})
    with pytest.raises(Invalid) as told:
        bench.runs.start(path)
    return str(told.value)


def test_what_is_no_classifier_and_what_answers_nothing_is_told_before_the_start(bench: Bench) -> None:
    toxicity, place = {"kind": "score.toxicity", "classifier": "m"}, bench.server.url
    assert "openai/m scores no texts by category" in problems(bench, toxicity, {"model": "openai/m", "base_url": place})
    moderation = {"model": "openai-moderation/m", "base_url": place}
    assert "answers no questions" in problems(bench, {"kind": "score.guard", "model": "m"}, moderation)
    assert "temperature means nothing to a classifier" in problems(bench, toxicity, {**moderation, "temperature": 0.5})
    assert "holds input" in problems(bench, toxicity, {**moderation, "extra": {"input": "x"}})
    assert "pip install 'rowsmith[detoxify]'" in problems(bench, toxicity, {"model": "detoxify/original"})
    assert "It has: original" in problems(bench, toxicity, {"model": "detoxify/none"})
    assert "onnx-classifier/PATH" in problems(bench, toxicity, {"model": "onnx-classifier/none"})
    assert "two ways" in problems(bench, {"kind": "score.grounded", "classifier": "m", "model": "m"}, moderation)
    assert "no `classifier` is given" in problems(bench, {"kind": "score.toxicity", "threshold": 0.3}, moderation)
    assert "scores run from 0 to 1" in problems(bench, {**toxicity, "thresholds": {"hate": 3}}, moderation)
    assert "way by `model`" in problems(bench, {"kind": "score.grounded", "prompt": "{{ record }} {{ sentences }}"}, moderation)
    assert "`least` is of the rules" in problems(bench, {"kind": "score.grounded", "classifier": "m", "least": 0.5}, moderation)
    assert bench.asked == []


def test_a_pair_for_a_model_of_single_texts_is_told(bench: Bench) -> None:
    with pytest.raises(Invalid, match="reads one text at a time"):
        bench.run(
            {"kind": "read.rows", "rows": [BORNE]}, {"kind": "score.grounded", "classifier": "m"},
            top={"models": {"m": {"model": "openai-moderation/m", "base_url": bench.server.url}}},
        )  # fmt: skip
