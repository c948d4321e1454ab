# Shared by the server scripts of this folder: where things are kept, virtual environments, pids, waiting for health.
# A script sets NAME and URL, defines `up` (does it answer as it should?) and sources this file.
# shellcheck shell=bash

CACHE=${LS_AUTOLABEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ls-autolabel}
SERVERS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RUN_DIR=$CACHE/run
VENV=$CACHE/venv-$NAME
PID_FILE=$RUN_DIR/$NAME-${URL##*:}.pid
LOG=$RUN_DIR/$NAME-${URL##*:}.log
WAIT=${LS_AUTOLABEL_WAIT:-300}

say() { printf '%s: %s\n' "$NAME" "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Prints the first Python that all three packages support; their versions are pinned for 3.11.
find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3.10 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  die "no Python 3.10 to 3.13 found; install one, or name it: PYTHON=/path/to/python3.11"
}

# Makes the virtual environment, unless it holds these very requirements already.
install_venv() {
  local requirements=$SERVERS/requirements-$NAME.txt python
  cmp -s "$requirements" "$VENV/installed.txt" && return
  python=$(find_python)
  say "installing into $VENV with $python"
  rm -rf "$VENV"
  "$python" -m venv "$VENV" || die "\`$python -m venv\` failed; on Debian and Ubuntu: apt-get install python3-venv"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" ||
    die "pip could not install $requirements"
  cp "$requirements" "$VENV/installed.txt"
}

# Is the recorded process still the one that was started? (A pid alone may have been given to another program.)
ours() {
  [ -s "$PID_FILE" ] && tr '\0' ' ' <"/proc/$(cat "$PID_FILE")/cmdline" 2>/dev/null | grep -qF "$VENV"
}

# Starts `launch`, which ends in `exec`, in the background, and waits until `up`.
start_server() {
  if up; then return; fi
  mkdir -p "$RUN_DIR"
  if ! ours; then
    local address=${URL#http://}
    if (exec 3<>"/dev/tcp/${address%%:*}/${address##*:}") 2>/dev/null; then
      die "something else listens on $address; choose another port (see the top of this script)"
    fi
    (launch) >"$LOG" 2>&1 </dev/null &
    echo $! >"$PID_FILE"
  fi
  local deadline=$((SECONDS + WAIT))
  until up; do
    ours || [ "$SECONDS" -lt $((deadline - WAIT + 3)) ] || { tail -n 30 "$LOG" >&2; die "the server ended; its log is $LOG"; }
    [ "$SECONDS" -lt "$deadline" ] || { tail -n 30 "$LOG" >&2; die "no answer from $URL after $WAIT s; the log is $LOG"; }
    sleep 0.5
  done
}

# Ends the process that `start_server` started, and waits until it is gone.
stop_server() {
  if ! ours; then
    say "not running"
    rm -f "$PID_FILE"
    return
  fi
  local pid turns=0
  pid=$(cat "$PID_FILE")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do
    turns=$((turns + 1))
    [ "$turns" -lt 50 ] || { kill -9 "$pid" 2>/dev/null || true; break; }
    sleep 0.2
  done
  rm -f "$PID_FILE"
  say "stopped"
}

# Ends the server without a word, as a power cut would, and waits until it is gone.
kill_server() {
  ours || die "not running"
  local pid
  pid=$(cat "$PID_FILE")
  # Started by setsid, so that its number is that of its children's group, too.
  kill -9 -- "-$pid"
  while ours; do sleep 0.05; done
  rm -f "$PID_FILE"
  say "killed"
}

# Does what the command line says; the script defines `launch`, `print_settings` and, where needed, `prepare` and `settle`.
main() {
  case "${1:-start}" in
    install) install_venv; prepare ;;
    start) install_venv; prepare; start_server; settle; print_settings ;;
    status)
      up || die "nothing answers at $URL; start it: tests/servers/$NAME.sh start"
      print_settings
      ;;
    stop) stop_server ;;
    kill) kill_server ;;
    *) echo "usage: $0 [install|start|status|stop|kill]" >&2; exit 2 ;;
  esac
}
prepare() { :; }
settle() { :; }
