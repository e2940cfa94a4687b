"""How long score.pii takes for 100,000 rows, beside Presidio with a blank spaCy pipeline where it is installed (the extra `pii`).

    python benchmarks/personal_data.py [ROWS]
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from rowsmith.core.pii import find
from rowsmith.core.said import parts

TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "pii" / "open.jsonl"


def main(rows: int) -> None:
    """Print the figures as one JSON object."""
    every = [[part.text for part in parts(json.loads(line)["data"])] for line in TRUTH.read_text(encoding="utf-8").splitlines()]
    texts = [every[number % len(every)] for number in range(rows)]
    began, worked = perf_counter(), process_time()
    found = sum(len(find(text)) for row in texts for text in row)
    took, cpu = perf_counter() - began, process_time() - worked
    characters = sum(len(text) for row in texts for text in row)
    told: dict[str, Any] = {"rows": rows, "characters": characters, "found": found, "seconds": round(took, 2), "cpu_seconds": round(cpu, 2)}
    told["presidio_seconds_per_1000_rows"] = _presidio(texts[:1000]) if find_spec("presidio_analyzer") else "not measured here"
    sys.stdout.write(json.dumps(told) + "\n")


def _presidio(texts: list[list[str]]) -> float:
    """Its pattern recognisers for English, which take a text at a time; no names, as there is no model."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())

    class Blank(NlpEngine):  # type: ignore[misc]
        nlp = spacy.blank("en")

        def load(self) -> None: ...

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            doc = self.nlp(text)
            return NlpArtifacts([], doc, [token.idx for token in doc], [token.text.lower() for token in doc], self, language)

        def process_batch(self, texts: Any, language: str, **given: Any) -> Any:
            return ((text, self.process_text(text, language)) for text in texts)

        def is_stopword(self, word: str, language: str) -> bool:
            return bool(self.nlp.vocab[word].is_stop)

        def is_punct(self, word: str, language: str) -> bool:
            return bool(self.nlp.vocab[word].is_punct)

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return ["en"]

    engine, registry = Blank(), RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.recognizers = [one for one in registry.recognizers if one.name not in ("SpacyRecognizer", "StanzaRecognizer", "TransformersRecognizer")]
    analyzer = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["en"])
    began = perf_counter()
    for row in texts:
        for text in row:
            analyzer.analyze(text=text, language="en")
    return round(perf_counter() - began, 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
