"""Reads text whose columns stand at fixed places. Only Python's own library is needed.

Lines of the export come in as JSON, one message per line; rows of canonical columns go out.
"""

import json
import sys


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")


def places(settings, table):
    """The slices of a table's columns: places are counted from 1, the last one is included."""
    layout = settings.get(table)
    if not isinstance(layout, dict):
        sys.exit(f"there is no [settings.{table}] in plugin.toml")
    slices = {}
    for column, (first, last) in layout.items():
        if not 1 <= first <= last:
            sys.exit(f"the places of {column} in [settings.{table}] are no places")
        slices[column] = slice(first - 1, last)
    return slices


def main():
    hello = json.loads(sys.stdin.readline())
    say({"firstbell": 1, "needs": ["export"]})
    sys.stdout.flush()
    wanted = json.loads(sys.stdin.readline())
    settings = hello["settings"]
    layout = places(settings, wanted["tables"][0])
    # A line that ends before its last column begins is a broken one; a short last column is not.
    shortest = max(place.start for place in layout.values()) + 1
    skip = settings.get("skip_lines", 0)
    rows = 0
    for message in map(json.loads, sys.stdin):
        if message.get("end"):
            break
        line, text = message["line"], message["text"]
        if line <= skip or not text.strip():
            continue
        if len(text) < shortest:
            say({"problem": "the line is too short", "line": line})
            continue
        row = {column: text[place].strip() for column, place in layout.items()}
        say({"row": row, "line": line})
        rows += 1
    say({"done": True, "rows": rows})


main()
