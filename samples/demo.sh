#!/usr/bin/env bash
# What nano does, on things that nobody here drew: see samples/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
show() { printf '\n$ %s\n' "$*" >&2; "$@"; }
show qvl inspect samples/line-1.png
show qvl ocr samples/line-1.png --text
show qvl ocr samples/line-4.png --text
show qvl ocr samples/crop-1.png --text
show qvl ocr samples/crop-1.png -o out/demo
show qvl ground samples/flag-jp.png 'red circle' --max-pixels 25000 -o out/demo
show qvl ground samples/flag-vn.png 'yellow star' --max-pixels 25000 -o out/demo
show qvl run 'Read all the text in the image.' -i samples/line-3.png
printf '\nAnnotated pictures are in out/demo.\n' >&2
