#!/usr/bin/env bash
# A real LiteLLM proxy whose models answer without any account: litellm.sh [install|start|status|stop].
# litellm/config.yaml lists the models, litellm/auth.py the keys.
# Overridable: E2E_LITELLM_PORT (18182), E2E_LLAMA_PORT (18181, for its model `tiny-llama`), PYTHON, LS_AUTOLABEL_CACHE,
# LS_AUTOLABEL_WAIT.
set -euo pipefail

NAME=litellm
URL=http://127.0.0.1:${E2E_LITELLM_PORT:-18182}
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

up() { [ "$(curl -s -m 5 "$URL/health/liveliness" 2>/dev/null)" = '"I'"'"'m alive!"' ]; }

launch() {
  cd "$SERVERS/litellm"
  export LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_TELEMETRY=False LITELLM_MODE=PRODUCTION \
    PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1 DISABLE_ADMIN_UI=True NO_DOCS=True \
    LLAMA_BASE_URL="http://127.0.0.1:${E2E_LLAMA_PORT:-18181}/v1"
  exec setsid "$VENV/bin/litellm" --config config.yaml --host 127.0.0.1 --port "${URL##*:}" --num_workers 1
}

print_settings() {
  echo "E2E_LITELLM_URL=$URL"
  echo "E2E_LITELLM_KEY=sk-test"
}

main "$@"
