"""python -m local VERB: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from local import checks, commands, demo_data, locks, pictures, suites
from local.console import complain
from local.errors import SetUpError
from local.layout import Layout, layout_from_environment

_SERVICE = os.environ.get("SERVICE", "")

_VERBS: dict[str, Callable[[Layout], None]] = {
    "install": commands.install,
    "up": commands.up,
    "down": commands.down,
    "status": commands.status,
    "logs": lambda layout: commands.logs(layout, _SERVICE),
    "restart": lambda layout: commands.restart(layout, _SERVICE),
    "env": commands.env,
    "vendor": commands.vendor,
    "lock": locks.lock,
    "check": checks.check,
    "test": suites.test,
    "screenshots": pictures.take,
    "demo": lambda layout: demo_data.load_demo(
        os.environ.get("BASE_URL") or layout.url, python=layout.python, folder=layout.run_dir
    ),
}


def main() -> int:
    """The exit status: 0 where all went well, 1 after one line that says what did not."""
    parser = argparse.ArgumentParser(prog="local", description="Runs the platform here.")
    parser.add_argument("verb", choices=sorted(_VERBS))
    verb = parser.parse_args().verb
    try:
        _VERBS[verb](layout_from_environment())
    except SetUpError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
