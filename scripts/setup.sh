#!/usr/bin/env bash
# Makes .venv with everything that Rowsmith and its tests need, at the versions of uv.lock. Needs Python 3.11 or newer, and a
# network the first time. Does nothing when .venv is up to date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
uv_version=0.13.8

say() { printf '%s\n' "setup: $*" >&2; }

stamp() { "$1" -c 'import hashlib, sys
for name in sys.argv[1:]: print(hashlib.sha256(open(name, "rb").read()).hexdigest())' uv.lock pyproject.toml scripts/setup.sh; }

if [ -x .venv/bin/python ] && [ -f .venv/rowsmith.stamp ] && [ "$(stamp .venv/bin/python 2>/dev/null)" = "$(cat .venv/rowsmith.stamp)" ]; then
    exit 0
fi

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=""
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && new_enough "$name"; then python="$name" && break; fi
done
if [ -z "$python" ]; then
    say "Python 3.11 or newer is needed and not found (python3 is $(python3 --version 2>&1 || true)). Install it, then try again."
    exit 1
fi

make_venv() { "$python" -m venv --clear .venv; }

if ! { [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
    say "making .venv with $("$python" --version)"
    if ! make_venv >&2; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "this Python comes without venv; installing it"
            apt-get update -q >&2 && apt-get install -qy "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2
            make_venv >&2
        else
            say "$python cannot make a virtual environment. Install its venv module (on Debian and Ubuntu: python3-venv), then try again."
            exit 1
        fi
    fi
fi

if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "uv==$uv_version" >&2
fi
say "installing what uv.lock pins"
# --inexact: uv itself lives in .venv and is no dependency of the project.
sync() { ROWSMITH_SKIP_WEB=1 UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --inexact --extra postgres --extra keyring --extra litellm --extra local --extra embeddings --extra documents --extra browser --extra languages --extra repositories --extra mysql --extra mongodb --extra s3 --extra gcs --extra azure --quiet --python .venv/bin/python "$@" >&2; }
if ! sync; then
    say "trying again with the certificates of the system (a proxy of the network may have its own)"
    sync --system-certs
fi
stamp .venv/bin/python >.venv/rowsmith.stamp
say "done"
