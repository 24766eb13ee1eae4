"""Fixtures for pytest: one sandbox for the session, a space of it for each test."""

from __future__ import annotations

import itertools
from typing import Any, Iterator

import pytest

from . import Space, Tacklebox, start

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def tacklebox_options() -> "dict[str, Any]":
    """Options of tacklebox.start; override it to change them."""
    return {}


@pytest.fixture(scope="session")
def tacklebox_process(tacklebox_options: "dict[str, Any]") -> Iterator[Tacklebox]:
    """The sandbox of the session."""
    with start(**tacklebox_options) as process:
        yield process


@pytest.fixture
def tacklebox(tacklebox_process: Tacklebox) -> Iterator[Space]:
    """A sandbox of the test's own: entries, accounts, inboxes and clock."""
    with tacklebox_process.space(f"test-{next(_numbers)}") as space:
        yield space
