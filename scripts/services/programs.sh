#!/usr/bin/env bash
# Finds the programs that tests of sources need beside Python: Chromium for pages that scripts make, tesseract for scanned ones. What is missing is
# installed, for root on a machine with apt; else its tests are skipped, and with CI=true that is a failure.
set -euo pipefail

say() { printf '%s\n' "services: $*" >&2; }

packages=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium chromium-sandbox)
{ command -v tesseract && tesseract --list-langs | grep -qx deu; } >/dev/null 2>&1 || packages+=(tesseract-ocr tesseract-ocr-deu)

if [ "${#packages[@]}" -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing ${packages[*]}"
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}"; } >&2 && exit 0
    fi
    say ""
    say "NOT TESTED: what needs ${packages[*]}. Install these packages."
    say ""
    if [ "${CI:-}" = true ]; then exit 1; fi
fi
