"""The options of the steps that read what is outside, and of those that compare meanings. What a connector does with a setting is shown where the
connector is tested; here each is shown to reach it."""

from __future__ import annotations

from typing import Any

from cases import Case, Plain, to

URL = "https://site.example/a"
REPOSITORY = "https://github.com/owner/name"
DATABASE = "postgresql://me@db.example/x"


def vectors(*each: list[float]) -> tuple[Plain, ...]:
    return tuple({"text": f"row {n}", "other": f"beside {n}", "vector": vector, "second": [1.0, float(n * n)]} for n, vector in enumerate(each))


NEAR = vectors([1.0, 0.0], [0.95, 0.3], [0.0, 1.0], [0.7, 0.7])

def documents(**both: Any) -> dict[str, Case]:
    """The settings that say how documents are read, of any step that reads them; a test hands it files of these kinds."""
    return {
        "layout": to("layout", "markdown", "plain", **both),
        "ocr": to("ocr", ..., "tesseract", **both),
        "ocr_languages": to("ocr_languages", "eng", "eng+xyz", ocr="tesseract", **both),
        "readable": to("readable", False, True, **both),
        "outputs": to("outputs", False, True, **both),
    }


CASES: dict[str, dict[str, Case]] = {
    "read.web": {
        name: to(name, ..., value, urls=[URL])
        for name, value in {
            "sitemap": "https://site.example/map.xml", "depth": 2, "max_pages": 3, "max_total_s": 4.0, "within": "path", "include": ["/docs/*"],
            "exclude": ["/old/*"], "topic": "tea", "threshold": 2.0, "queries": 5, "robots": False, "nofollow": False, "delay_s": 0.5, "per_host": 2,
            "at_once": 3, "retries": 0, "page_s": 5.0, "max_bytes": 1000, "types": ["text/html"], "duplicates": "near", "canonical": False,
            "tracking": ["x_*"], "user_agent": "Reader", "browser": True, "wait": "networkidle", "selector": "main", "resources": ["script"],
            "readable": False, "text_column": "body", "licence": "CC-BY-4.0", "terms": "theirs",
        }.items()
    }
    | {"urls": to("urls", [URL], [URL, "https://site.example/b"])}
    | {name: case for name, case in documents(urls=[URL]).items() if name != "readable"},
    "read.repository": {
        name: to(name, ..., value, url=REPOSITORY)
        for name, value in {
            "ref": "v1", "paths": ["docs/*"], "exclude": ["old/*"], "kinds": ["docs"], "keep": ["vendored"], "max_file_bytes": 10, "max_files": 2,
            "max_bytes": 100, "max_archive_bytes": 200, "method": "clone", "working_tree": True, "issues": True, "pulls": True, "comments": False,
            "diffs": True, "state": "open", "labels": ["bug"], "since": "2026-01-01", "max_issues": 5, "commits": True,
            "max_commits": 7, "forge": "gitea", "api": "https://git.example/api",
            "text_column": "body", "licence": "MIT", "terms": "theirs",
        }.items()
    }
    | documents(url=REPOSITORY)
    | {"url": to("url", REPOSITORY, REPOSITORY + "2"), "files": to("files", True, False, url=REPOSITORY, issues=True)},
    "read.storage": {
        name: to(name, ..., value, url="s3://bucket/a*")
        for name, value in {
            "exclude": ["*.bin"], "max_file_bytes": 10, "max_files": 2, "max_bytes": 100, "endpoint_url": "https://s3.example", "region": "eu-1",
            "account": "me", "anonymous": True, "machine_role": True, "text_column": "body", "licence": "CC0-1.0", "terms": "ours",
        }.items()
    }
    | documents(url="s3://bucket/a*")
    | {"url": to("url", "s3://bucket/a", "s3://bucket/b")},
    "read.database": {
        name: to(name, ..., value, url=DATABASE, table="t")
        for name, value in {
            "columns": ["id"], "where": "n > 1", "filter": {"n": 1}, "limit": 5, "key": ["name"], "timeout_s": 5.0, "batch": 10, "max_bytes": 1000,
            "licence": "CC0-1.0", "terms": "ours",
        }.items()
    }
    | {
        "url": to("url", DATABASE, DATABASE + "2", table="t"), "table": to("table", "t", "u", url=DATABASE),
        "query": to("query", "SELECT 1", "SELECT 2", url=DATABASE),
    },
    "transform.embed": {
        "column": to("column", "text", ""),
        "into": to("into", "vector", "meaning"),
        "model": to("model", "embedder", "other"),
    },
    "transform.near": {
        "vector": to("vector", "vector", "second", NEAR),
        "text": to("text", "text", "other", NEAR),
        "into": to("into", "near", "alike", NEAR),
        "form": to("form", "text", "list", NEAR),
        "k": to("k", 1, 2, NEAR),
        "at_least": to("at_least", 0.0, 0.9, NEAR),
        "of": to("of", ..., "qa", NEAR),
        "other_documents": Case({"other_documents": False}, {"other_documents": True}, NEAR, origin={"source": {"name": "one"}}),
        "index": to("index", "builtin", "lancedb", NEAR),
    },
    "filter.asked": {
        "vector": to("vector", "vector", "second", NEAR),
        "similarity": to("similarity", 0.9, 0.99, NEAR),
        "against": to("against", ..., "asked", NEAR),
        "index": to("index", "builtin", "lancedb", NEAR),
    },
    "filter.uncovered": {
        "dataset": Case({"dataset": "qa"}, {"dataset": "covering"}, ({"text": "x"},), origin={"source": {"name": "d", "span": [0, 10]}}),
        "share": Case({"dataset": "covering", "share": 0.5}, {"dataset": "covering", "share": 0.9}, ({"text": "x"},),
                      origin={"source": {"name": "d", "span": [0, 10]}}),
    },
    "write.vectors": {
        "place": to("place", "one", "two", NEAR),
        "index": to("index", "builtin", "lancedb", NEAR, place="one"),
        "vector": to("vector", "vector", "second", NEAR, place="one"),
    },
}  # fmt: skip
