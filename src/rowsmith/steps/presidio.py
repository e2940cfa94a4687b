"""Names of people and places by Presidio (the extra `pii`), with a spaCy model that is there already; nothing is downloaded."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.core.pii import Found

_KINDS = {"PERSON": "person", "LOCATION": "address"}
"""Presidio's words for what is looked for."""
_LABELS = {
    **dict.fromkeys(("PERSON", "PER", "persName"), "PERSON"), **dict.fromkeys(("LOCATION", "LOC", "GPE", "FAC", "placeName", "geogName"), "LOCATION"),
}  # fmt: skip
"""Labels of spaCy models, by language, in its words. Its own table leaves buildings and streets (FAC) out."""
_OTHERS = [
    "CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MISC", "MONEY", "NORP", "ORDINAL", "ORG", "ORGANIZATION", "PERCENT", "PRODUCT", "QUANTITY",
    "TIME", "WORK_OF_ART", "orgName", "date", "time",
]  # fmt: skip
"""Labels that are left alone; Presidio warns of those that it is told nothing of."""
_SURE = 0.5
_LOADING = Lock()


def names_in(text: str, model: str) -> list[Found]:
    """Names (`person`) and places (`address`) in a text.

    Raises:
        Unavailable: Presidio or the model is not there, or cannot be loaded.
    """
    with _LOADING:  # two threads would load it twice
        analyzer = _analyzer(model)
    if len(text) > analyzer.longest:  # spaCy refuses it
        raise Unavailable(f"A text has {len(text):,} characters, and the spaCy model {model!r} takes {analyzer.longest:,}.", "Split it before.")
    found = analyzer.engine.analyze(text=text, language=analyzer.language, entities=sorted(_KINDS), score_threshold=_SURE)
    return [Found(_KINDS[one.entity_type], one.start, one.end) for one in found]


def missing(model: str) -> list[str]:
    """What has to be installed before names can be found."""
    if find_spec("presidio_analyzer") is None:
        return ["Names and places are found by Presidio, which is not installed: pip install 'rowsmith[pii]'. The other kinds need nothing."]
    if _is_path(model):
        return [] if Path(model, "meta.json").is_file() else [f"There is no spaCy model in {model}: no meta.json. Give the folder of a saved one."]
    if find_spec(model.replace("-", "_")) is None:
        return [f"The spaCy model {model!r} is not installed: python -m spacy download {model}. Without one no names or places can be found."]
    return []


class _Analyzer:
    """Presidio with one spaCy model, and of its recognisers only the one that reads that model: the others need nothing, and are ours."""

    def __init__(self, model: str) -> None:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
        from presidio_analyzer.predefined_recognizers import SpacyRecognizer

        try:
            nlp = spacy.load(model)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise Unavailable(f"The spaCy model {model!r} cannot be loaded: {error}", "Install it anew, or leave `names` empty.") from error
        self.language, self.longest = nlp.lang, nlp.max_length
        labels = NerModelConfiguration(
            model_to_presidio_entity_mapping=_LABELS, default_score=0.85, low_score_entity_names=[], labels_to_ignore=_OTHERS
        )  # fmt: skip
        engine = SpacyNlpEngine([{"lang_code": nlp.lang, "model_name": model}], labels)
        engine.nlp = {nlp.lang: nlp}  # loaded here: Presidio would download one that it does not find
        reads = SpacyRecognizer(supported_language=nlp.lang, supported_entities=list(_KINDS))
        registry = RecognizerRegistry(recognizers=[reads], supported_languages=[nlp.lang])
        self.engine: Any = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[nlp.lang])


@lru_cache(maxsize=2)
def _analyzer(model: str) -> _Analyzer:
    if problems := missing(model):
        raise Unavailable(problems[0], "Or leave `names` empty.")
    return _Analyzer(model)


def _is_path(model: str) -> bool:
    return "/" in model or "\\" in model or model.startswith(".")
