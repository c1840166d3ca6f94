# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Fixtures: see novelgen.py.
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from novelgen import Home, Simulator  # noqa: E402

# Who starts the tests in the background has these ignored, and what the tests start would ignore them too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def home(tmp_path):
    h = Home(tmp_path)
    yield h
    h.close()


@pytest.fixture
def simulator():
    """simulator(*arguments) starts one; all of a test's end with it."""
    running = []

    def start(*args):
        running.append(Simulator(*args))
        return running[-1]

    yield start
    for s in running:
        s.close()
