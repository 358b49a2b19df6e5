"""The command: see `topology.cli.app`."""

from __future__ import annotations

import signal

# While modules are loaded, Ctrl-C ends all without a traceback. Later, what was begun is put right.
_later = signal.signal(signal.SIGINT, signal.SIG_DFL)

from .cli.app import main  # noqa: E402


def run() -> None:
    """What the console script calls."""
    signal.signal(signal.SIGINT, _later)
    main()


if __name__ == "__main__":
    run()
