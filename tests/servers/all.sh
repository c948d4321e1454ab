#!/usr/bin/env bash
# The three servers of the end-to-end tests at once: all.sh [install|start|status|stop].
# `start` and `status` print the settings of all of them, as KEY=VALUE lines on standard output; talk goes to standard error.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VERB=${1:-start}
status=0
pids=()
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT

# Side by side: most of the time goes into downloads and into starting up.
for server in label-studio llama litellm; do
  "$HERE/$server.sh" "$VERB" >"$outputs/$server" &
  pids+=($!)
done
for pid in "${pids[@]}"; do
  wait "$pid" || status=$?
done
cat "$outputs/label-studio" "$outputs/llama" "$outputs/litellm"
exit "$status"
