"""Runs a program on a pseudo terminal, by steps that come as JSON on standard input.

{"argv": [...], "size": [ROWS, COLUMNS], "steps": [{"expect": TEXT} | {"send": HEX} | {"signal": NUMBER} | {"settle": true}]}

Prints {"screen": TEXT, "code": N | null, "signal": N | null, "echo": BOOL, "line": BOOL}: what was on the
screen, how the program ended, and whether the terminal echoes and edits lines then. "settle" waits until
the program has taken what was sent.
"""
import fcntl, json, os, pty, select, struct, sys, termios, time

order = json.load(sys.stdin)
main, other = pty.openpty()
fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", *order["size"], 0, 0))
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(other, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(other, fd)
    os.close(main)
    os.close(other)
    os.execvp(order["argv"][0], order["argv"])

screen = b""


def read(seconds):
    global screen
    if not select.select([main], [], [], seconds)[0]:
        return False
    try:
        data = os.read(main, 65536)
    except OSError:
        return False
    screen += data
    return bool(data)


def waiting():
    """Bytes that the program has not read yet."""
    return struct.unpack("i", fcntl.ioctl(other, termios.FIONREAD, b"\0\0\0\0"))[0]


deadline = time.monotonic() + 60
seen = 0
for step in order["steps"]:
    if "expect" in step:
        wanted = step["expect"].encode()
        while wanted not in screen[seen:] and time.monotonic() < deadline:
            read(0.2)
        seen = screen.find(wanted, seen) + len(wanted)
    elif "send" in step:
        os.write(main, bytes.fromhex(step["send"]))
    elif "settle" in step:
        while waiting() > 0 and time.monotonic() < deadline:
            read(0.005)
    elif "signal" in step:
        os.kill(pid, step["signal"])

status = None
while status is None and time.monotonic() < deadline:
    read(0.05)
    ended, raw = os.waitpid(pid, os.WNOHANG)
    if ended:
        status = raw
if status is None:
    os.kill(pid, 9)
    status = os.waitpid(pid, 0)[1]
while read(0):
    pass
flags = termios.tcgetattr(other)[3]
json.dump(
    {
        "screen": screen.decode(errors="replace"),
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "echo": bool(flags & termios.ECHO),
        "line": bool(flags & termios.ICANON),
    },
    sys.stdout,
)
