"""Reads a letter with Python's own mail parser and prints what it found, as JSON."""

import email
import email.policy
import json
import sys

with open(sys.argv[1], "rb") as file:
    letter = email.message_from_binary_file(file, policy=email.policy.default)

parts = list(letter.iter_parts())
print(
    json.dumps(
        {
            "headers": {name: str(value) for name, value in letter.items()},
            "type": letter.get_content_type(),
            "parts": [part.get_content_type() for part in parts],
            "text": letter.get_body(("plain",)).get_content(),
            "html": letter.get_body(("html",)).get_content(),
            "to": [address.addr_spec for address in letter["To"].addresses],
            "sent": letter["Date"].datetime.isoformat(),
            "defects": [repr(defect) for part in [letter, *parts] for defect in part.defects]
            + [repr(defect) for value in letter.values() for defect in value.defects],
        }
    )
)
