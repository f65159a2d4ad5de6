"""Runs the AWS CLI in forks of one process, which has imported it and read its models already.

    python aws-server.py SOCKET

Serves aws-client.py, and prints "ready" once it does. Ends with its standard input, and removes the folder
of the socket. A call has the arguments, the environment, the folder and the standard streams of its client,
and leaves nothing behind.
"""

import functools
import marshal
import os
import select
import shutil
import signal
import socket
import sys

import awscli.clidriver
import awscli.customizations.assumerole
import botocore.credentials
import botocore.session
import botocore.tokens

# Sessions with the same search path share a loader, which keeps the models that it has read.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)
loader = awscli.clidriver.create_clidriver().session.get_component("data_loader")
# Set by awscli when it is imported: the search path.
data_path = os.environ["AWS_DATA_PATH"]


def warm(argv):
    """Reads here, for all calls to come, what a call of this service reads."""
    for service in argv[:1]:
        try:
            loader.load_service_model(service, "service-2")
            loader.load_service_model(service, "endpoint-rule-set-1")
            loader.load_service_model(service, "paginators-1")
        except Exception:
            pass


def use_home():
    """What was looked up in the home folder of this process is looked up in that of the call."""
    home = os.path.expanduser("~")
    awscli.customizations.assumerole.CACHE_DIR = os.path.join(home, ".aws", "cli", "cache")
    sso = os.path.join(home, ".aws", "sso", "cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = sso
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = sso


def run(connection, fds, argv, env, folder):
    """One call, in a process of its own. Does not return."""
    code = 255
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        sys.stdin, sys.stdout, sys.stderr = (open(n, "r" if n == 0 else "w") for n in range(3))
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env, AWS_DATA_PATH=data_path)
        use_home()
        sys.argv = ["aws", *argv]
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code or 0]))
        os._exit(0)


def serve(connection):
    length, fds, _, _ = socket.recv_fds(connection, 8, 3)
    with connection.makefile("rb") as stream:
        text = stream.read(int.from_bytes(length, "big"))
    argv, env, folder = marshal.loads(text)
    warm(argv)
    if os.fork() == 0:
        run(connection, fds, argv, env, folder)
    for fd in fds:
        os.close(fd)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
loader.load_data("endpoints")
loader.load_data("partitions")
loader.load_data("cli")
loader.list_available_services("service-2")
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen(16)
    print("ready", flush=True)
    try:
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                try:
                    serve(connection)
                except (OSError, EOFError, ValueError):
                    # Its client went away.
                    pass
    finally:
        shutil.rmtree(os.path.dirname(sys.argv[1]))
