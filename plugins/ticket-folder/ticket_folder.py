"""Writes each letter as a ticket: one JSON file in a folder that a ticket system watches. Only Python's own library is needed."""

import hashlib
import json
import os
import sys

PARTS = ["id", "to", "subject", "date", "text"]


def say(message):
    print(json.dumps(message), flush=True)


def write(folder, queue, letter):
    """Whole or not at all; the same letter has the same name, so a second attempt makes no second ticket."""
    number = hashlib.sha256(letter["id"].encode()).hexdigest()[:16]
    path = os.path.join(folder, f"ticket-{number}.json")
    ticket = {
        "external_id": letter["id"],
        "queue": queue,
        "assignee": letter["to"],
        "title": letter["subject"],
        "created": letter["date"],
        "description": letter["text"],
    }
    beside = os.path.join(folder, f".ticket-{number}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(ticket, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    return number


def main():
    hello = json.loads(sys.stdin.readline())
    say({"firstbell": 1, "needs": PARTS})
    settings = hello["settings"]
    folder = settings.get("folder") or os.path.join(hello["work"], "tickets")
    for line in sys.stdin:
        letter = json.loads(line)["letter"]
        if not letter.get("to") or not letter.get("id"):
            say({"refused": "a ticket needs somebody to go to"})
            continue
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            say({"accepted": write(folder, settings.get("queue", ""), letter)})
        except OSError as error:
            # A full disk or a share that is away: the same letter may be tried again.
            say({"later": f"the folder cannot be written: {error.strerror}"})


main()
