"""A sandbox in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import tempfile
import time
from datetime import datetime
from typing import IO, Any, List, Optional, Union

from ._client import Sandbox, TackleboxError


class Tacklebox(Sandbox):
    """A sandbox in a process of its own; stop() ends it, and so does the end of a with block or of this process."""

    def __init__(self, url: str, token: str, process: "_Process") -> None:
        super().__init__(url, token, process.ended)
        self._process = process

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.popen.pid

    def stop(self) -> None:
        """Stop the process and wait for its end."""
        self._process.stop()

    def __enter__(self) -> "Tacklebox":
        return self

    def __exit__(self, *exc: Any) -> None:
        self.stop()


class _Process:
    """The process: its folder, what it said, and how it ended."""

    def __init__(self, command: List[str], folder: str) -> None:
        self.folder = folder
        self.messages: IO[bytes] = open(os.path.join(folder, "messages.txt"), "w+b")
        try:
            self.popen = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self.messages
            )
        except OSError as cause:
            self.messages.close()
            shutil.rmtree(folder, ignore_errors=True)
            where = "the binary is the argument binary, else TACKLEBOX_BINARY, else tacklebox on the PATH"
            raise TackleboxError(f"cannot start {command[0]}: {cause}; {where}") from cause
        self._left = ""
        atexit.register(self.stop)

    def said(self) -> str:
        if self.messages.closed:
            return self._left
        self.messages.seek(0)
        return self.messages.read()[-4000:].decode("utf-8", "replace").strip()

    def ended(self) -> Optional[str]:
        code = self.popen.poll()
        return None if code is None else f"the sandbox ended with exit code {code}: {self.said()}"

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        if self.popen.stdin:
            self.popen.stdin.close()
        if not self.messages.closed:
            self._left = self.said()
            self.messages.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(
    binary: str = "",
    *,
    clock: str = "manual",
    seed: int = 1,
    start: Union[str, datetime, None] = None,
    token: str = "",
    args: Optional[List[str]] = None,
    timeout: float = 10,
) -> Tacklebox:
    """Start a sandbox on a free port, in memory, with a manual clock, and wait until it serves.

    The binary is binary, else TACKLEBOX_BINARY, else tacklebox on the PATH.
    """
    folder = tempfile.mkdtemp(prefix="tacklebox-")
    ready = os.path.join(folder, "ready.json")
    command = [binary or os.environ.get("TACKLEBOX_BINARY") or "tacklebox", "up", "--memory", "--no-tui", "--quiet", "--until-eof"]
    command += ["--port", "0", "--ready-file", ready, "--clock", clock, "--seed", str(seed)]
    if start:
        command += ["--start", start if isinstance(start, str) else start.astimezone().isoformat()]
    if token:
        command += ["--token", token]
    process = _Process(command + (args or []), folder)
    until = time.monotonic() + timeout
    while process.ended() is None and time.monotonic() < until:
        try:
            with open(ready, encoding="utf-8") as file:
                return Tacklebox(json.load(file)["url"], token, process)
        except FileNotFoundError:
            time.sleep(0.005)
    why = process.ended() or f"the sandbox was not ready within {timeout} s: {process.said()}"
    process.stop()
    raise TackleboxError(why)
