"""The token for a hub: from the environment, the keyring or the home, for the address of that hub alone, as other keys."""

from __future__ import annotations

from collections.abc import Mapping

from rowsmith.app.lab import Lab
from rowsmith.connectors.hub_site import Site
from rowsmith.core.errors import Unavailable
from rowsmith.core.ports import Paused
from rowsmith.llm.origin import origin_of

TOKEN = "HF_TOKEN"


def with_hub_token(lab: Lab, project: str) -> Mapping[str, str]:
    """The environment, with HF_TOKEN in it where one is kept for the hub's address. One that the environment has goes to the hub that the
    environment names: both are the user's.

    Raises:
        Invalid: HF_ENDPOINT is none. Unavailable: the one that is kept is for another hub, or cannot be had.
    """
    if lab.environ.get(TOKEN, "").strip():
        return lab.environ
    try:
        found = lab.keys.of(project).find(TOKEN, origin_of(Site.of(lab.environ).endpoint), own=True)
    except Paused as error:
        raise Unavailable(error.what, error.fix) from None
    return {**lab.environ, TOKEN: found.key.get_secret_value()} if found else lab.environ
