"""A mail server that is not ours: aiosmtpd, which keeps every letter it is sent as a file.

Usage: smtp_server.py FOLDER [CERTIFICATE KEY]
Prints its port on the first line and serves until its standard input is closed. With a certificate it
requires STARTTLS and the login `bell` / `a secret`.
"""

import asyncio
import logging
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Keeper:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.count += 1
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {','.join(envelope.rcpt_tos)}\r\n"
        (self.folder / f"{self.count}.eml").write_bytes(head.encode() + envelope.content)
        return "250 2.0.0 kept"


def login(server, session, envelope, mechanism, data) -> AuthResult:
    # Not "handled": aiosmtpd itself then answers 535.
    return AuthResult(success=(data.login, data.password) == (b"bell", b"a secret"), handled=False)


async def main() -> None:
    keeper = Keeper(pathlib.Path(sys.argv[1]))
    # A client that hangs up on a certificate it does not trust is part of the test, and no news.
    logging.disable(logging.CRITICAL)
    options = {}
    if len(sys.argv) > 2:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        options = dict(tls_context=context, require_starttls=True, auth_required=True, authenticator=login)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
