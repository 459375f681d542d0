"""Reads an export: its lines come in as JSON, one message per line; rows of canonical columns go out."""

import json
import sys


def say(message):
    print(json.dumps(message))


def main():
    json.loads(sys.stdin.readline())
    print(json.dumps({"firstbell": 1, "needs": ["export"]}), flush=True)
    json.loads(sys.stdin.readline())  # which tables and columns are wanted
    rows = 0
    for message in map(json.loads, sys.stdin):
        if message.get("end"):
            break
        parts = [part.strip() for part in message["text"].split("|")]
        if parts == [""]:
            continue
        if len(parts) != 5:
            say({"problem": "a line needs five parts", "line": message["line"]})
            continue
        names = ["student_id", "last_name", "first_name", "grade", "school_id"]
        say({"row": dict(zip(names, parts)), "line": message["line"]})
        rows += 1
    say({"done": True, "rows": rows})


main()
