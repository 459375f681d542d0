"""Takes letters: one JSON message per line comes in, one answer per line goes out."""

import json
import sys


def say(message):
    print(json.dumps(message), flush=True)


def main():
    json.loads(sys.stdin.readline())
    say({"firstbell": 1, "needs": ["id", "to", "subject"]})
    for line in sys.stdin:
        letter = json.loads(line)["letter"]
        if "@" in letter["to"]:
            # Hand it on here, and answer when it is safe with whoever takes it.
            say({"accepted": letter["id"]})
        else:
            say({"refused": "there is no address"})


main()
