#!/usr/bin/env bash
# Bodies of 130 KB that are meant to cost much: the dashboard and the leader refuse each within 100 ms (best of five). Wants a machine that is idle otherwise.
#   bench/hostile.sh
#   WEB=path/to/KvLab.Web.dll bench/hostile.sh     without building
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${WEB:-}" ]; then dotnet build KvLab.Web --nologo -v quiet -clp:NoSummary -c Release; WEB=KvLab.Web/bin/Release/net10.0/KvLab.Web.dll; fi
most=0.100 page=http://127.0.0.1:${PORT:-5190} work=$(mktemp -d)
KVLAB_DATA="$work/runs" dotnet "$WEB" --urls "$page" --Cluster:BasePort=0 --Cluster:Followers=1 > "$work/log" 2>&1 &
lab=$!
trap 'kill $lab 2>/dev/null; wait $lab 2>/dev/null || true; rm -rf "$work"' EXIT
for i in $(seq 240); do grep -q "KvLab is running" "$work/log" && break; kill -0 $lab || { cat "$work/log"; exit 1; }; sleep 0.25; done
leader=$(curl -fsS "$page/api/cluster" | grep -o '"role":"leader"[^{}]*"url":"[^"]*"' | head -1 | sed 's/.*"url":"//; s/"$//') || { echo "hostile: no leader at $page/api/cluster"; exit 1; }

many() { head -c "$1" /dev/zero | sed "s/\x0/$2/g"; }
{ echo -n '{"key":"k","value":'; many 64000 '['; many 64000 ']'; echo -n '}'; } > "$work/deep"
{ echo -n '{"key":"k","value":'; many 130000 '['; } > "$work/open"
{ echo -n '{'; for i in $(seq 9000); do echo -n "\"field$i\":1,"; done; echo -n '"key":"k"}'; } > "$work/fields"
{ echo -n '{'; many 13000 '"key":"k",'; echo -n '"value":1}'; } > "$work/twice"
{ echo -n '{"'; many 130000 x; echo -n '":1}'; } > "$work/name"
{ echo -n '{"text":"# T'; many 30000 '\\na'; echo -n '"}'; } > "$work/lines"

wrong=0
cost() { # address, file: refused, and how fast
  local best
  best=$(for i in 1 2 3 4 5; do curl -s -o /dev/null -m 30 -w '%{time_total} %{http_code}\n' -X POST "$1" -H 'Content-Type: application/json' --data-binary "@$work/$2"; done | sort -n | head -1)
  echo "  ${best% *} s, ${best#* }: $2 at $1"
  awk -v t="${best% *}" -v c="${best#* }" -v m=$most 'BEGIN { exit !(t <= m && c >= 400 && c < 500) }' || wrong=1
}
for body in deep open fields twice name; do cost "$page/api/writes" $body; done
for body in deep open twice; do cost "$leader/write" $body; done
for body in deep fields lines; do cost "$page/api/scenarios" $body; done
[ $wrong = 0 ] && echo ok || { echo "hostile: slower than $most s, or not refused"; exit 1; }
