"""Runs a program at a terminal of its own and answers its questions.

The first argument is the text with which a question ends, the second the answers, parted by bars, with backslash escapes; the rest is the
program and its arguments. What the terminal showed goes out; the program's error stream, which bears its log, is passed on as it is. A
question beyond the last answer finds the input's end. The exit code is the program's, or 128 and the signal that ended it.
"""

import os
import pty
import select
import signal
import sys
import time

end = sys.argv[1].encode()
answers = [answer.encode().decode("unicode_escape").encode() for answer in sys.argv[2].split("|") if answer]
beside = os.dup(2)
process, terminal = pty.fork()
if process == 0:
    os.dup2(beside, 2)
    # Whoever started the tests in the background had Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.argv[3], sys.argv[3:])
shown, asked, limit = b"", 0, time.monotonic() + 120
while time.monotonic() < limit:
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if shown[asked:].endswith(end):
        asked = len(shown)
        os.write(terminal, answers.pop(0) if answers else b"\x04")
else:
    os.kill(process, signal.SIGKILL)
_, status = os.waitpid(process, 0)
sys.stdout.buffer.write(shown)
code = os.waitstatus_to_exitcode(status)
sys.exit(128 - code if code < 0 else code)
