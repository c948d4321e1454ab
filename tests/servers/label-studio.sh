#!/usr/bin/env bash
# A throw-away Label Studio (SQLite) on loopback: label-studio.sh [install|start|status|stop|kill].
# `start` and `status` print KEY=VALUE lines: the URL, a legacy token, a personal access token, a Python with the SDK.
# Overridable: E2E_LABEL_STUDIO_PORT (18180), E2E_LABEL_STUDIO_DATA (a folder, one a port), PYTHON, LS_AUTOLABEL_CACHE, LS_AUTOLABEL_WAIT.
set -euo pipefail

NAME=label-studio
URL=http://127.0.0.1:${E2E_LABEL_STUDIO_PORT:-18180}
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

DATA=$CACHE/label-studio-data
[ "${URL##*:}" = 18180 ] || DATA=$DATA-${URL##*:}
DATA=${E2E_LABEL_STUDIO_DATA:-$DATA}
EMAIL=admin@example.com
PASSWORD=autolabel-e2e-1
LEGACY_TOKEN=e2e0123456789abcdef0123456789abcdef01234
PAT_FILE=$DATA/personal-access-token.txt

up() { [ "$(curl -s -m 5 "$URL/health" 2>/dev/null)" = '{"status": "UP"}' ]; }

# The folder that a storage of local files may show.
FILES=$DATA/files

prepare() { mkdir -p "$DATA/home" "$FILES"; }

# A clean environment: a stray variable of the caller would reconfigure the server. Legacy tokens are off in a new 1.23
# unless the first start says so.
launch() {
  exec env -i PATH="$VENV/bin:/usr/local/bin:/usr/bin:/bin" HOME="$DATA/home" LANG=C.UTF-8 \
    LABEL_STUDIO_BASE_DATA_DIR="$DATA" DJANGO_DB=sqlite \
    LABEL_STUDIO_USERNAME="$EMAIL" LABEL_STUDIO_PASSWORD="$PASSWORD" LABEL_STUDIO_USER_TOKEN="$LEGACY_TOKEN" \
    LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN=true \
    LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT="$FILES" \
    COLLECT_ANALYTICS=false SENTRY_DSN= FRONTEND_SENTRY_DSN= LATEST_VERSION_CHECK=false \
    setsid "$VENV/bin/label-studio" start --no-browser \
    --data-dir "$DATA" --internal-host 127.0.0.1 --port "${URL##*:}"
}

# The full form of a personal access token is shown once, so it is kept beside the data it belongs to.
settle() {
  [ -s "$PAT_FILE" ] && return
  "$VENV/bin/python" "$SERVERS/label-studio/make-pat.py" "$URL" "$EMAIL" "$PASSWORD" >"$PAT_FILE.new" ||
    die "no personal access token could be made"
  mv "$PAT_FILE.new" "$PAT_FILE"
}

print_settings() {
  cat <<KEYS
E2E_LABEL_STUDIO_URL=$URL
E2E_LABEL_STUDIO_LEGACY_TOKEN=$LEGACY_TOKEN
E2E_LABEL_STUDIO_PAT=$(cat "$PAT_FILE")
E2E_LABEL_STUDIO_FILES=$FILES
E2E_PYTHON=$VENV/bin/python
KEYS
}

main "$@"
