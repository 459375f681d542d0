#!/usr/bin/env bash
# How long sixty nights take to look at again, by one rule and by the whole library.
#
#     cargo build --release
#     benches/preview.sh [FOLDER] [TIMES]    # by default a folder of its own, and 3 times
#
# The district is made where FOLDER has none: 10,000 students, 118 school days in exceptions form. Figures are for comparing two
# versions on one machine, one after the other; never a timed test. Aims on two idle cores: one rule under a second, the library
# under five, either under 300 MB. Needs GNU time.
# Last looked at on an idle machine of two cores (61 nights): 0.45 s, with the rule at work beside it 0.7 s, the library 2.1 s; 246 MB.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
folder="${1:-}"
times="${2:-3}"
python="${PYTHON:-python3}"
firstbell="${FIRSTBELL:-$here/../target/release/firstbell}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
folder="${folder:-$work/district}"
[ -e "$folder/as-of" ] || "$python" "$here/district.py" "$folder" --students 10000 --rows exceptions
as_of="$(cat "$folder/as-of")"
home="$work/home"
"$firstbell" init "$home" > /dev/null
cp "$folder/firstbell.toml" "$home/firstbell.toml"
"$firstbell" --home "$home" run --as-of "$as_of" > "$work/said" 2>&1 || [ "$?" -eq 3 ]
from="$("$python" - "$as_of" <<'PYTHON'
import datetime
import sys

# Sixty school days with a winter's holidays between them.
print(datetime.date.fromisoformat(sys.argv[1]) - datetime.timedelta(days=108))
PYTHON
)"
sed 's/concern: 10.0/concern: 9.0/' "$home/rules/attendance/chronic_absence.rhai" > "$work/chronic_absence.rhai"

measure() {
    local name="$1"
    shift
    /usr/bin/time -q -f "%e s  %U s of processor  %M KB" -o "$work/figures" "$firstbell" --home "$home" "$@" --format json > "$work/answer" 2> "$work/said"
    printf '%-44s %s\n' "$name" "$(tail -n 1 "$work/figures")"
}

for ((at = 1; at <= times; at++)); do
    measure "verdicts of one night (everything around it)" verdicts
    measure "one rule as it is at work" preview --rule chronic_absence --from "$from"
    measure "one rule and the one at work beside it" preview --rule "$work/chronic_absence.rhai" --from "$from"
    measure "the whole library" preview --from "$from"
done
"$python" -c 'import json, sys; answer = json.load(open(sys.argv[1])); print(len(answer["nights"]), "nights,", answer["enrolled"], "students")' "$work/answer"
