"""Gives a number for each student: their words come in as JSON, one message per line; numbers go out."""

import json
import sys


def number(values):
    """The number, or None where there is none; a word that cannot be had is None."""
    work, marks = values["missing_work"], values["marks"]
    if work is None or not marks:
        return None
    return work / marks


def main():
    json.loads(sys.stdin.readline())
    print(json.dumps({"firstbell": 1, "needs": ["missing_work", "marks"]}), flush=True)
    json.loads(sys.stdin.readline())  # which word is wanted, and of how many
    answers = 0
    for message in map(json.loads, sys.stdin):
        if message.get("end"):
            break
        answer = {"student": message["student"], "day": message["day"], "value": number(message["values"])}
        print(json.dumps(answer))
        answers += 1
    print(json.dumps({"done": True, "answers": answers}))


main()
