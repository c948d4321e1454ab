#!/usr/bin/env bash
# A real llama.cpp server with random weights made here: llama.sh [install|start|status|stop].
# It takes JSON schemas and images; what it answers is valid and means nothing. No model is downloaded.
# Overridable: E2E_LLAMA_PORT (18181), PYTHON, LS_AUTOLABEL_CACHE, LS_AUTOLABEL_WAIT.
set -euo pipefail

NAME=llama
URL=http://127.0.0.1:${E2E_LLAMA_PORT:-18181}
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

MODELS=$CACHE/llama

up() { [ "$(curl -s -m 5 "$URL/health" 2>/dev/null)" = '{"status":"ok"}' ]; }

prepare() {
  mkdir -p "$MODELS"
  make_weights make-text-model.py text.gguf
  make_weights make-vision-model.py vision.gguf
}

# Makes a weights file anew whenever the script that makes it is newer.
make_weights() {
  [ "$MODELS/$2" -nt "$SERVERS/llama/$1" ] && return
  "$VENV/bin/python" "$SERVERS/llama/$1" "$MODELS/$2.new" || die "$1 failed"
  mv "$MODELS/$2.new" "$MODELS/$2"
}

launch() {
  exec setsid "$VENV/bin/python" "$SERVERS/llama/serve.py" "$MODELS/text.gguf" "$MODELS/vision.gguf" "${URL##*:}"
}

print_settings() { echo "E2E_LLAMA_URL=$URL"; }

main "$@"
