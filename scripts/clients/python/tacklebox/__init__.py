"""Client of the tacklebox webhook sandbox: start it, fire events, expect what your handler does.

    with tacklebox.start() as sandbox:
        sandbox.fire("shoptet", "order:create", to=sandbox.inbox("orders").url)
        sandbox.expect("inbox:orders")
"""

from ._client import (
    Entry,
    ExpectationError,
    Inbox,
    Sandbox,
    Space,
    TackleboxError,
    connect,
    parse_replies,
)
from ._process import Tacklebox, start

__all__ = [
    "Entry",
    "ExpectationError",
    "Inbox",
    "Sandbox",
    "Space",
    "Tacklebox",
    "TackleboxError",
    "connect",
    "parse_replies",
    "start",
]
