"""A crawl as it is asked for: one page, a list, a sitemap or a site, and how politely it is asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rowsmith.core.step import setting

Within = Literal["path", "host", "site", "any"]
Resource = Literal["script", "stylesheet", "xhr", "fetch", "websocket", "image", "font", "media", "manifest", "texttrack", "eventsource", "other"]

TRACKING = (
    "utm_*", "gclid", "gclsrc", "dclid", "fbclid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc",
    "_hsmi", "mkt_tok", "wt_mc", "pk_*", "mtm_*", "piwik_*", "oly_anon_id", "oly_enc_id", "vero_id", "wickedid", "jsessionid", "phpsessid",
    "aspsessionid*", "sessionid", "sid",
)  # fmt: skip
"""Names of parameters that say where a reader comes from, or who it is, and not which page it is."""
TYPES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "application/pdf")


class Crawl(BaseModel):
    """Pages of the web. A single address, a list and a sitemap are crawls of depth 0: no link is followed.

    A pattern is an address in which `*` stands for anything; one that begins with `/` is held against path and query alone, else against
    the whole address. Patterns take time in proportion to the address, whatever they are.

    Relevance to a `topic` is counted in its words of three letters and more: each gives 5 in the address, 3 in the title, and half a point for each
    time that it stands in the text, 10 at most. Without a topic every page has 1. A link's place in the queue is the score of the page that it
    stands on, with what its address and its text score, less half a point for each step away from the start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: list[str] = Field([], description="Addresses of pages to start from.")
    sitemap: str | None = Field(
        None, description="A sitemap or an index of such, packed or not; of a site's first page those that its robots.txt names, else /sitemap.xml."
    )
    depth: Annotated[int, Field(ge=0, le=100)] = Field(0, description="Links to follow from a start; 0: none.")
    max_pages: Annotated[int, Field(ge=1, le=1_000_000)] = Field(1000, description="Most pages to take.")
    max_total_s: Annotated[float, Field(gt=0)] | None = setting(None, description="Seconds after which no further page is taken.")
    within: Within = Field(
        "site", description="Links to follow: below the folder of a start (path), on its host, on its site (the domain that is registered), or any."
    )
    include: list[str] = Field([], description="Patterns; links that none of them fits are not followed.")
    exclude: list[str] = Field([], description="Patterns; links that one of them fits are not followed.")
    topic: str = Field("", description="Words that say what is looked for: the most relevant links are followed first.")
    threshold: Annotated[float, Field(ge=0)] = Field(0.0, description="Least relevance of a page; of one with less neither text nor links are taken.")
    queries: Annotated[int, Field(ge=1)] = Field(
        100, description="Most links to one path that differ in their query alone: calendars and filters never end."
    )
    robots: bool = Field(True, description="Whether robots.txt is obeyed.")
    nofollow: bool = Field(True, description="Whether links that are marked nofollow are left alone.")
    delay_s: Annotated[float, Field(ge=0, le=3600)] = setting(
        1.0, description="Least seconds between two requests to a host; robots.txt may ask for more."
    )
    per_host: Annotated[int, Field(ge=1, le=16)] = setting(1, description="Requests to one host at the same time.")
    at_once: Annotated[int, Field(ge=1, le=64)] = setting(8, description="Requests at the same time.")
    retries: Annotated[int, Field(ge=0, le=10)] = setting(3, description="Further tries when a server is busy, fails or breaks off.")
    page_s: Annotated[float, Field(gt=0, le=3600)] = setting(60.0, description="Seconds that a page may take.")
    max_bytes: Annotated[int, Field(ge=1)] = Field(16 << 20, description="Most bytes of a page, unpacked.")
    types: list[str] = Field(list(TYPES), description="Media types to take; `*` stands for anything.", min_length=1)
    duplicates: Literal["keep", "exact", "near"] = Field(
        "exact", description="Pages to leave out where an earlier one says the same: none, those of equal text, or also those of almost equal text."
    )
    canonical: bool = Field(True, description="Whether a page is known by the address on its host that it calls the canonical one.")
    tracking: tuple[str, ...] = Field(TRACKING, description="Parameters of addresses that make no other page of it; `*` stands for anything.")
    user_agent: str | None = Field(None, description="How the reader names itself to servers and in robots.txt. Default: Rowsmith.")
    browser: bool = Field(False, description="Whether pages are opened in a browser, for those that are made by scripts. Needs the extra `browser`.")
    wait: Literal["load", "domcontentloaded", "networkidle"] = Field("load", description="What a page in the browser has to have reached.")
    selector: str | None = Field(None, description="A CSS selector that has to be there as well.")
    resources: list[Resource] = Field(
        ["script", "stylesheet", "xhr", "fetch"], description="What a page in the browser may load besides itself."
    )

    @field_validator("user_agent")
    @classmethod
    def _one_line(cls, name: str | None) -> str | None:
        if name is not None and (not name.isprintable() or not name.isascii() or not name[:1].isalpha()):
            raise ValueError("has to begin with a letter, in ASCII, on one line")
        return name

    @model_validator(mode="after")
    def _starts_somewhere(self) -> Crawl:
        if not self.urls and self.sitemap is None:
            raise ValueError("give urls or a sitemap")
        return self
