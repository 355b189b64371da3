#!/usr/bin/env bash
# Reads generated logs with creditscope and with whatever other programs are installed, side by side in one run:
# wall seconds (warm cache, the best of three), the ratio to `wc -l` of the same file, and peak memory.
#
#   benches/compare.sh [BYTES]      size of the large logs; default 1073741824
#
# Two tables a kind of log: a large one for programs that can take it, and one of 100 MB for all. The logs go to
# $TMPDIR (or /tmp) and are deleted at the end: there must be room for BYTES and 100 MB.
set -u
cd "$(dirname "$0")/.." || exit 1

bytes=${1:-1073741824}
small=100000000
folder=$(mktemp -d "${TMPDIR:-/tmp}/creditscope-compare.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT

have() { command -v "$1" >/dev/null 2>&1; }
gnu_time=$(type -P time) || { echo "GNU time is needed (the package 'time')" >&2; exit 1; }

cargo build --release --quiet || exit 1
scale=$(cargo bench --bench scale --no-run --message-format=json 2>/dev/null |
    grep -o '"executable":"[^"]*/scale-[^"]*"' | tail -1 | cut -d'"' -f4)
[ -x "$scale" ] || { echo "the bench 'scale' does not build" >&2; exit 1; }
creditscope=${CARGO_TARGET_DIR:-target}/release/creditscope
peers=$folder/peers-target/release/peers
CARGO_TARGET_DIR=$folder/peers-target cargo build --release --quiet --manifest-path benches/peers/Cargo.toml \
    2>/dev/null || peers=

# run NAME COMMAND... : one row
run() {
    local name=$1 best= took rss began
    shift
    for _ in 1 2 3; do
        began=$EPOCHREALTIME
        "$gnu_time" -q -o "$folder/time" -f '%M' "$@" >/dev/null 2>&1 </dev/null ||
            { printf '  %-34s failed\n' "$name"; return; }
        took=$(awk "BEGIN { print $EPOCHREALTIME - $began }")
        read -r rss <"$folder/time"
        if [ -z "$best" ] || awk "BEGIN { exit !($took < $best) }"; then best=$took; fi
    done
    [ "$name" = "wc -l" ] && base=$best
    awk -v name="$name" -v best="$best" -v base="$base" -v rss="$rss" 'BEGIN {
        printf "  %-34s %8.3f s %8.1f x %8.1f MB\n", name, best, best / base, rss / 1024 }'
}

fast() {
    run "wc -l" wc -l "$1"
    run "creditscope index, 1 thread" "$scale" index "$1" 1
    run "creditscope index, 2 threads" "$scale" index "$1" 2
    run "creditscope report" "$creditscope" report "$1" --format json
    if [ -n "$peers" ]; then
        run "sonic-rs, borrowed" "$peers" sonic-rs "$1"
        run "serde_json, borrowed" "$peers" serde_json "$1"
    fi
}

slow() {
    have grep && run "grep -c (a word)" grep -c '"episode_end"' "$1"
    have hl && run "hl" hl -P "$1"
    have lnav && run "lnav -n" lnav -n -c ':goto 0' "$1"
    have jless && have script && run "jless" sh -c "printf q | script -qec 'jless $1' /dev/null"
    have duckdb && run "duckdb" duckdb -c \
        "select type, count(*) from read_json('$1', format='newline_delimited') group by 1"
    python3 -c 'import polars' 2>/dev/null && run "polars" python3 -c "
import polars
polars.scan_ndjson('$1', infer_schema_length=None, ignore_errors=True).group_by('type').len().collect()"
    have jq && run "jq (type of each)" jq -c .type "$1"
    have python3 && run "python3 json" python3 -c '
import json, sys
print(sum(1 for line in open(sys.argv[1]) if json.loads(line).get("type")))' "$1"
}

for kind in short llm foreign other-short other-llm python-short python-llm; do
    for size in "$bytes" "$small"; do
        log=$folder/$kind.jsonl
        "$scale" generate "$kind" "$size" "$log" || exit 1
        cat "$log" >/dev/null
        printf '\n%s records, %d bytes, %d lines\n' "$kind" "$(stat -c %s "$log")" "$(wc -l <"$log")"
        fast "$log"
        if [ "$size" = "$small" ]; then slow "$log"; else "$scale" first "$log" | sed 's/^/  first screen: /'; fi
        rm -f "$log"
    done
done
