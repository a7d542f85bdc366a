#!/usr/bin/env bash
# Brings docker-compose.yml up, writes, breaks it, writes again, and takes it down. Ends with "ok", or says what did not hold.
#   bench/compose.sh
#   COMPOSE=/path/to/stand-in bench/compose.sh     a program that takes "up" and "down" in place of docker compose or podman-compose
# Without any engine it is skipped, says so, and exits with 0. The containers are killed with docker or podman, whichever is there.
set -euo pipefail
cd "$(dirname "$0")/.."
export CLUSTER_TOKEN=${CLUSTER_TOKEN:-bench-$RANDOM$RANDOM$RANDOM}
export WRITE_QUORUM=5 MIN_DELAY_MS=0 MAX_DELAY_MS=20   # not the file's defaults, so that it shows whether they arrive

if [ -n "${COMPOSE:-}" ]; then up=("$COMPOSE" up) down=("$COMPOSE" down)
elif docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then up=(docker compose up --build -d) down=(docker compose down -v)
elif command -v podman-compose >/dev/null 2>&1; then up=(podman-compose up --build -d) down=(podman-compose down)
else echo "skipped: neither docker compose nor podman-compose is here, and COMPOSE names no stand-in."; exit 0; fi
engine() { if command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then docker "$@"; else podman "$@"; fi; }
container() { engine ps -a --format '{{.Names}}' | grep -E "[-_]$1([-_]1)?\$" | head -1; }

fail() { echo "compose: $*" >&2; exit 1; }
expect() { # what, expected words, actual text
  case $3 in *"$2"*) echo "  $1";; *) fail "$1: expected $2, but got: ${3:0:400}";; esac
}
until_true() { # what, command…: for two minutes at most
  local what=$1 i; shift
  for i in $(seq 240); do "$@" >/dev/null 2>&1 && { echo "  $what"; return; }; sleep 0.5; done
  fail "not within two minutes: $what"
}
# The dashboard's API is for those who know the token; its health, and a node's, are for everybody.
dashboard() { curl -fsS -m 5 -H "Authorization: Bearer $CLUSTER_TOKEN" "http://127.0.0.1:5080$1"; }
ready() { curl -fsS -m 2 "http://127.0.0.1:$1/health"; }
write() { curl -sS -m 20 -X POST "http://127.0.0.1:8000/write" -H 'Content-Type: application/json' -d "{\"key\":\"compose\",\"value\":\"$1\"}"; }
holds() { curl -fsS -m 2 "http://127.0.0.1:$1/read/compose" | grep -q "\"$2\""; }
sees() { dashboard /api/cluster | grep -o '"state":"running"' | [ "$(wc -l)" = "$1" ]; }

if out=$(CLUSTER_TOKEN='' "${up[@]}" 2>&1); then "${down[@]}" || true; fail "it started without CLUSTER_TOKEN"; fi
expect "refuses to start without CLUSTER_TOKEN" CLUSTER_TOKEN "$out"

trap '"${down[@]}" >/dev/null 2>&1 || true' EXIT
"${up[@]}"
for port in 8000 8001 8002 8003 8004 8005 5080; do until_true "$port answers" ready "$port"; done
until_true "the dashboard sees six nodes" sees 6
expect "without its secret the dashboard tells nothing" '"status":401' "$(curl -sS -m 5 http://127.0.0.1:5080/api/cluster)"
expect "a write at WRITE_QUORUM=5" '"status":"success"' "$(write before)"
expect "with five acks" '"required":5' "$(write before)"
for port in 8001 8002 8003 8004 8005; do until_true "$port holds it" holds "$port" before; done

victim=$(container follower-3); [ -n "$victim" ] || fail "no container of follower-3"
engine kill "$victim" >/dev/null
expect "with follower-3 killed five acks are out of reach" '"status":"partial_success"' "$(write after)"
engine start "$victim" >/dev/null
until_true "follower-3 catches up" holds 8003 after
expect "and success is back" '"status":"success"' "$(write again)"

"${down[@]}"
trap - EXIT
ready 8000 >/dev/null 2>&1 && fail "the leader still answers after down"
echo ok
