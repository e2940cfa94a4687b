"""Names of people and places by Presidio (the extra `pii`), with a spaCy model that is there already; nothing is downloaded."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.core.pii import Found

_KINDS = {"PERSON": "person", "LOCATION": "address", "GPE": "address", "FAC": "address"}
_SURE = 0.5


def names_in(text: str, model: str) -> list[Found]:
    """Names (`person`) and places (`address`) in a text.

    Raises:
        Unavailable: Presidio or the model is not there.
    """
    found = _analyzer(model).analyze(text=text, language=_language(model), entities=sorted(_KINDS), score_threshold=_SURE)
    return [Found(_KINDS[one.entity_type], one.start, one.end) for one in found]


def missing(model: str) -> list[str]:
    """What has to be installed before names can be found."""
    if find_spec("presidio_analyzer") is None:
        return ["Names and places are found by Presidio, which is not installed: pip install 'rowsmith[pii]'. The other kinds need nothing."]
    if find_spec(model) is None:
        return [f"The spaCy model {model!r} is not installed: python -m spacy download {model}. Without one no names or places can be found."]
    return []


def _language(model: str) -> str:
    return model[:2]


@lru_cache(maxsize=2)
def _analyzer(model: str) -> Any:
    if problems := missing(model):
        raise Unavailable(problems[0], "Or leave `names` empty.")
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # its own copy of the list: no network
    chosen = {"nlp_engine_name": "spacy", "models": [{"lang_code": _language(model), "model_name": model}]}
    return AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=chosen).create_engine(), supported_languages=[_language(model)])
