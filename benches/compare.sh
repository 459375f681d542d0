#!/usr/bin/env bash
# firstbell's first night against DuckDB's bare indicators and rules, over the same files, one after the other.
#
#     cargo build --release
#     pip install duckdb                     # or PYTHON=/path/to/venv/bin/python
#     benches/compare.sh [FOLDER] [TIMES]    # by default a folder of its own, and 5 times
#
# The district is made where FOLDER has none: 100,000 students, 11.8 million attendance rows, 1.8 million marks; other
# sizes: run benches/district.py first. Believe the ratio of one run, never a time: machines drift. Both have two cores;
# both read the files warm. Prints each wall time and peak memory, the medians, and firstbell's share of DuckDB's time.
# Last looked at on two cores, nine times each: 0.99 s against 1.66 s (DuckDB 2.0.1), a ratio of 0.60 (0.596; in six looks that day 0.57 to
# 0.60, and 0.66 right after a build); peak memory 348 MB, over thirty nights 326 to 374. In processor time 1.63 s against 2.86 s.
# The script then holds the answers of both against each other, where the files have a row for every day. Needs GNU time.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
folder="${1:-}"
times="${2:-5}"
python="${PYTHON:-python3}"
firstbell="${FIRSTBELL:-$here/../target/release/firstbell}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
folder="${folder:-$work/district}"
[ -e "$folder/as-of" ] || "$python" "$here/district.py" "$folder"
as_of="$(cat "$folder/as-of")"
cat "$folder"/exports/*.csv > /dev/null

# Runs a command; appends "seconds kilobytes" to a file. An end of 3 says that something waits for a person: done too.
measure() {
    local figures="$1" code=0
    shift
    taskset -c 0,1 /usr/bin/time -q -f "%e %M" -o "$work/figures" "$@" > "$work/said" 2>&1 || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
        cat "$work/said" >&2
        exit "$code"
    fi
    tail -n 1 "$work/figures" >> "$figures"
}

for ((at = 1; at <= times; at++)); do
    home="$work/home"
    rm -rf "$home"
    "$firstbell" init "$home" > /dev/null
    cp "$folder/firstbell.toml" "$home/firstbell.toml"
    measure "$work/firstbell" "$firstbell" --home "$home" run --as-of "$as_of"
    measure "$work/duckdb" "$python" "$here/duckdb_night.py" "$folder/exports" "$as_of" dates "$work/answers.csv"
    printf '%2d  firstbell %s s %s KB   duckdb %s s %s KB\n' "$at" \
        $(tail -n 1 "$work/firstbell") $(tail -n 1 "$work/duckdb")
done

"$firstbell" --home "$work/home" verdicts --format csv > "$work/verdicts.csv"
"$python" - "$work" "$folder/firstbell.toml" <<'PYTHON'
import csv
import statistics
import sys

work, config = sys.argv[1:]


def figures(who):
    rows = [line.split() for line in open(f"{work}/{who}")]
    return statistics.median(float(row[0]) for row in rows), max(int(row[1]) for row in rows) // 1024


(ours, our_peak), (theirs, their_peak) = figures("firstbell"), figures("duckdb")
print(f"firstbell {ours:.2f} s, peak {our_peak} MB; duckdb {theirs:.2f} s, peak {their_peak} MB; ratio {ours / theirs:.2f}")

if 'rows = "all"' not in open(config).read():
    sys.exit()
levels = {"watch", "concern", "urgent"}
theirs = {(row["student_id"], row["rule"]): row["level"] for row in csv.DictReader(open(f"{work}/answers.csv"))}
rules = {rule for _, rule in theirs}
ours = {(row["student_id"], row["rule"]): row["verdict"] for row in csv.DictReader(open(f"{work}/verdicts.csv"))
        if row["verdict"] in levels and row["rule"] in rules}
differ = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
print(f"{len(theirs)} answers, {len(differ)} differ")
for key in differ[:10]:
    print(*key, "firstbell", ours.get(key), "duckdb", theirs.get(key))
sys.exit(1 if differ else 0)
PYTHON
