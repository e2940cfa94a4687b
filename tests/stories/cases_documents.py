"""The options of the steps that make rows of documents and evaluations: quotes, answerability, rubrics of rows, links, distractors."""

from __future__ import annotations

from typing import Any

from cases import Case, to

QUOTED = ({"text": "Tea grows in Assam.", "other": "Coffee grows in Peru.", "quotes": ["tea grows in Assam"], "more": ["tea grows on Mars"],
           "said": "So <q>tea grows in Assam</q>."},)  # fmt: skip
PASSAGES = ({"input": "Where?", "answer": "In Assam.", "ask": "What?", "reply": "Tea.", "near": ["Tea grows in Assam."], "text": "Peru has coffee.",
             "image": {"file": "ab" * 32, "media_type": "image/png"}, "other": {"file": "cd" * 32, "media_type": "image/png"}},)
RUBRIC = ({"input": "Where?", "answer": "In Assam.", "ask": "What?", "reply": "Tea.", "rubric": [{"criterion": "Names Assam.", "weight": 1}],
           "second": [{"criterion": "Names Peru.", "weight": 2}]},)  # fmt: skip
MET = {"verdicts": [{"criterion": 1, "reason": "so", "met": True}]}
LINKED = tuple(
    {"text": f"text {n}", "other": f"other {n}", "entities": ["a", "b"][n % 2 :] + ["c"] * (n > 1), "names": ["d"]} for n in range(4)
)
FAR = {"near": [f"near {n}" for n in range(9)], "far": [f"far {n}" for n in range(9)]}
NEAR = tuple({"text": f"text {n}", "other": "near 1", **FAR} for n in range(9))


SEEN = {"verdicts": [{"sentence": 1, "seen": "a cup", "borne_out": False}]}


def answers(messages: Any) -> Any:
    """What a reader says, and what a judge says of it."""
    return {"reason": "so", "same": True} if "given answer" in str(messages) else {"answerable": True, "answer": "Assam"}


CASES: dict[str, dict[str, Case]] = {
    "score.quotes": {
        "column": to("column", "quotes", "more", QUOTED),
        "against": to("against", ["text"], ["other"], QUOTED),
        "between": to("between", [], ["<q>", "</q>"], QUOTED, column="said"),
        "least": to("least", 1, 2, QUOTED),
        "every": to("every", False, True, QUOTED, against=["text", "other"]),
        "where": to("where", ..., "text = 'other'", QUOTED),
        "action": to("action", "flag", "drop", QUOTED, column="more"),
        "into": to("into", "quotes", "cited", QUOTED),
    },
    "score.answerable": {
        "question": to("question", "input", "ask", PASSAGES, answers),
        "expected": to("expected", "answer", "reply", PASSAGES, answers),
        "passages": to("passages", [], ["near"], PASSAGES, answers),
        "attach": to("attach", [], ["image"], PASSAGES, answers),
        "ablate": to("ablate", False, True, PASSAGES, answers, passages=["near", "text"]),
        "metric": to("metric", ..., "exact", PASSAGES, answers),
        "into": to("into", "answerable", "closed", PASSAGES, answers),
        "prompt": to("prompt", ..., "{{ record }} So?", PASSAGES, answers),
        "system": to("system", "", "Be brief.", PASSAGES, answers),
        "model": to("model", "reader", "other", PASSAGES, answers),
        "judge": to("judge", "judge", "other", PASSAGES, answers),
    },
    "score.depicted": {
        "column": to("column", "answer", "reply", PASSAGES, SEEN),
        "attach": to("attach", ["image"], ["other"], PASSAGES, SEEN),
        "action": to("action", "flag", "drop", PASSAGES, SEEN),
        "into": to("into", "depicted", "seen", PASSAGES, SEEN),
        "prompt": to("prompt", ..., "{{ record }} So?", PASSAGES, SEEN),
        "system": to("system", ..., "Be strict.", PASSAGES, SEEN),
        "model": to("model", "judge", "other", PASSAGES, SEEN),
    },
    "read.pages": {
        "paths": to("paths", ["k.pdf"], ["l.pdf"]),
        "pages": to("pages", "", "2", paths=["k.pdf"]),
        "dpi": to("dpi", 130, 50, paths=["k.pdf"]),
        "longest": to("longest", ..., 400, paths=["k.pdf"]),
        "image_column": to("image_column", "image", "page_image", paths=["k.pdf"]),
        "text_column": to("text_column", "text", "body", paths=["k.pdf"]),
        "layout": to("layout", "markdown", "plain", paths=["k.pdf"]),
        "ocr": to("ocr", ..., "tesseract", paths=["l.pdf"]),
        "ocr_languages": to("ocr_languages", "eng", "eng+xyz", ocr="tesseract", paths=["l.pdf"]),
        "max_file_bytes": to("max_file_bytes", ..., 100, paths=["k.pdf"]),
        "licence": to("licence", ..., "CC-BY-4.0", paths=["k.pdf"]),
        "terms": to("terms", ..., "own", paths=["k.pdf"]),
    },
    "score.rubric": {
        "rubric": to("rubric", "rubric", "second", RUBRIC, MET),
        "question": to("question", "input", "ask", RUBRIC, MET),
        "answer": to("answer", "answer", "reply", RUBRIC, MET),
        "into": to("into", "rubric", "own", RUBRIC, MET),
        "prompt": to("prompt", "{{ record }} {{ criteria }}", "{{ criteria }} {{ record }}", RUBRIC, MET),
        "system": to("system", "", "Be strict.", RUBRIC, MET),
        "model": to("model", "judge", "other", RUBRIC, MET),
    },
    "transform.link": {
        "entities": to("entities", "entities", "names", LINKED),
        "text": to("text", "text", "other", LINKED),
        "into": to("into", "passages", "chain", LINKED),
        "hops": to("hops", 2, 3, LINKED),
        "most": to("most", 2, 9, LINKED),
        "other_documents": Case({"other_documents": False}, {"other_documents": True}, LINKED, origin={"source": {"name": "one"}}),
        "where": to("where", ..., "text = 'text 3'", LINKED),
        "alone": to("alone", "drop", "keep", LINKED),
    },
    "transform.distractors": {
        "passage": to("passage", "text", "other", NEAR),
        "among": to("among", "near", "far", NEAR),
        "k": to("k", 1, 2, NEAR),
        "present": to("present", 0.0, 1.0, NEAR),
        "seed": to("seed", 1, 2, NEAR),
        "into": to("into", "documents", "found", NEAR),
    },
}
