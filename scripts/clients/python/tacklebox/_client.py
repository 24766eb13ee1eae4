"""The control API in Python's words."""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Dict, List, Optional, Union

Entry = Dict[str, Any]
"""One entry of the journal, as the control API gives it: seq, time, kind, request, response, signature, …"""

Replies = Union[str, int, List[Dict[str, Any]]]


class TackleboxError(Exception):
    """What the sandbox refused, or why it could not be asked."""

    def __init__(self, message: str, status: int = 0, code: str = "", hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.status = status
        self.code = code
        self.hint = hint


class ExpectationError(TackleboxError, AssertionError):
    """An expectation that was not met; nearest is the entry that came closest, and why it is not one."""

    def __init__(self, result: Dict[str, Any]) -> None:
        super().__init__(_explain(result), 417, "not_met")
        self.result = result
        self.nearest: Optional[Dict[str, Any]] = result.get("nearest")


def _explain(result: Dict[str, Any]) -> str:
    lines = [result.get("error", {}).get("message") or f"wanted {result.get('wanted')}"]
    near = result.get("nearest")
    if near:
        lines.append(f"nearest: entry {near['seq']} ({near['summary']})")
        lines += [f"  - {reason}" for reason in near.get("reasons") or []]
    return "\n".join(lines)


_REPLY = re.compile(r"(\d{3})(?:x(\d+))?(?:@([\w.]+))?")


def parse_replies(replies: Replies) -> List[Dict[str, Any]]:
    """Read "500x2,200@3s", the notation of the command line; lists are taken as they are."""
    if isinstance(replies, list):
        return replies
    parsed = []
    for part in filter(None, str(replies).split(",")):
        match = _REPLY.fullmatch(part.strip())
        if not match:
            raise TackleboxError(f"reply {part!r}: want STATUS[xTIMES][@DELAY], as in 500x2,200@3s")
        status, times, delay = match.groups()
        one: Dict[str, Any] = {"status": int(status)}
        if times:
            one["times"] = int(times)
        if delay:
            one["delay"] = delay
        parsed.append(one)
    return parsed


def _duration(d: Union[str, float]) -> str:
    """Return a duration as the sandbox reads it: numbers are seconds, texts are taken as they are."""
    return d if isinstance(d, str) else f"{round(d * 1000)}ms"


class Sandbox:
    """A sandbox that runs somewhere: the whole process, or one space of it."""

    def __init__(self, url: str, token: str = "", ended: Optional[Callable[[], Optional[str]]] = None) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._ended = ended or (lambda: None)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call of the control API; what is refused is raised."""
        status, text = self._ask(method, path, body)
        answer = _read(text)
        if status >= 400:
            raise _refusal(status, answer, f"{method} {path}: {status} {text[:200]}")
        return answer

    def _ask(self, method: str, path: str, body: Any) -> "tuple[int, str]":
        try:
            request = urllib.request.Request(self.url + path, method=method)
        except ValueError as cause:
            raise TackleboxError(f"{self.url!r} is no URL of a sandbox: want one like http://127.0.0.1:4780") from cause
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with _opener.open(request) as response:
                return response.status, response.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as cause:
            why = self._ended() or f"no sandbox answers at {self.url}: {getattr(cause, 'reason', cause)}"
            raise TackleboxError(why) from cause

    def provider(self, name: str) -> str:
        """Return the base URL of a provider's mock API."""
        url: str = self.call("GET", f"/_/providers/{_quote(name)}")["base_url"]
        return url

    def inbox(self, name: str) -> "Inbox":
        """Return an inbox of the receiver, by name."""
        return Inbox(self, name)

    def fire(self, provider: str, type: str, **options: Any) -> List[Dict[str, Any]]:
        """Let an event happen. Options: set, unset, merge, body, to, account, context, count, faults."""
        events: List[Dict[str, Any]] = self.call("POST", "/_/events", {"provider": provider, "type": type, **options})["events"]
        return events

    def expect(self, q: str, *, within: Union[str, float] = "5s", **options: Any) -> List[Entry]:
        """Wait until entries match and return them. Options: count, at_most, ordered, after.

        Raises ExpectationError, which names the nearest miss.
        """
        status, text = self._ask("POST", "/_/expect", {"q": q, "within": _duration(within), **options})
        result = _read(text)
        if status == 417:
            raise ExpectationError(result)
        if status >= 400:
            raise _refusal(status, result, text)
        return [self.entry(seq) for seq in result.get("entries") or []]

    def entries(self, q: str = "", **options: Any) -> List[Entry]:
        """Return the entries that match, oldest first. Options: limit, after, before, order."""
        query = {k: v for k, v in {"q": q, **options}.items() if v not in ("", None)}
        found: List[Entry] = self.call("GET", "/_/entries?" + urllib.parse.urlencode(query))["entries"]
        return found

    def entry(self, seq: int) -> Entry:
        """Return one entry, by its number."""
        one: Entry = self.call("GET", f"/_/entries/{seq}")
        return one

    def replay(self, seq: int, **options: Any) -> Any:
        """Send an entry's request again. Options: to, set, unset, body, resign, new_id."""
        return self.call("POST", f"/_/entries/{seq}/replay", options)

    def subscribe(self, provider: str, account: str, url: str, types: List[str]) -> List[Dict[str, Any]]:
        """Subscribe a URL at a provider, as a client with that credential would."""
        made: List[Dict[str, Any]] = self.call(
            "POST", "/_/subscriptions", {"provider": provider, "account": account, "url": url, "types": types}
        )
        return made

    def secrets(self, provider: str = "", account: str = "") -> List[Dict[str, Any]]:
        """Return the signing keys and callback credentials in force."""
        query = {k: v for k, v in (("provider", provider), ("account", account)) if v}
        keys: List[Dict[str, Any]] = self.call("GET", "/_/secrets?" + urllib.parse.urlencode(query))
        return keys

    def settings(self, provider: str, values: Dict[str, Any], account: str = "") -> Any:
        """Change a provider's settings, for all accounts or one."""
        query = "?" + urllib.parse.urlencode({"account": account}) if account else ""
        return self.call("PUT", f"/_/providers/{_quote(provider)}/settings{query}", values)

    def faults(self, rules: List[Dict[str, Any]]) -> Any:
        """Say what deliveries suffer on purpose, from now on; [] ends it."""
        return self.call("PUT", "/_/faults", rules)

    def verify(self, **request: Any) -> Dict[str, Any]:
        """Check a signature: provider, secret, headers, body."""
        verdict: Dict[str, Any] = self.call("POST", "/_/verify", request)
        return verdict

    def clock(self) -> Dict[str, Any]:
        """Return where the provider side's clock stands."""
        at: Dict[str, Any] = self.call("GET", "/_/clock")
        return at

    def advance(self, by: Union[str, float]) -> Dict[str, Any]:
        """Move the clock ("15m", or seconds); returns when everything that fell due has been attempted."""
        at: Dict[str, Any] = self.call("POST", "/_/clock", {"advance": _duration(by)})
        return at

    def next(self) -> Dict[str, Any]:
        """Move the clock to the next due attempt."""
        at: Dict[str, Any] = self.call("POST", "/_/clock", {"to": "next"})
        return at

    def reset(self) -> None:
        """Forget entries, subscriptions, settings, inboxes and faults."""
        self.call("POST", "/_/reset")

    def snapshot(self) -> Dict[str, Any]:
        """Return subscriptions, settings, inboxes, faults and the clock, as one document for restore."""
        document: Dict[str, Any] = self.call("POST", "/_/snapshot")
        return document

    def restore(self, snapshot: Dict[str, Any]) -> None:
        """Bring back what a snapshot holds; entries stay."""
        self.call("POST", "/_/restore", snapshot)

    def space(self, name: str, **options: Any) -> "Space":
        """Return a sandbox of its own in the same process. Options: clock, start, seed, keep, ttl, token."""
        self.call("PUT", f"/_/spaces/{_quote(name)}", options)
        return Space(self, name, options.get("token") or self.token)


class Space(Sandbox):
    """A space; end() forgets it and all that is in it, and so does the end of a with block."""

    def __init__(self, root: Sandbox, name: str, token: str) -> None:
        super().__init__(f"{root.url}/~{name}", token, root._ended)
        self.name = name
        self._root = root

    def end(self) -> None:
        """End the space."""
        self._root.call("DELETE", f"/_/spaces/{_quote(self.name)}")

    def __enter__(self) -> "Space":
        return self

    def __exit__(self, *exc: Any) -> None:
        self.end()


class Inbox:
    """One inbox of the receiver."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.name = name
        self.url = f"{sandbox.url}/in/{_quote(name)}"
        self._sandbox = sandbox
        self._path = f"/_/inboxes/{_quote(name)}"

    def settings(self) -> Dict[str, Any]:
        """Return what it does: reply, forward, verify."""
        is_: Dict[str, Any] = self._sandbox.call("GET", self._path)
        return is_

    def set(self, **changes: Any) -> Any:
        """Change what it does; what is not named stays as it is."""
        if "reply" in changes:
            changes["reply"] = parse_replies(changes["reply"])
        return self._sandbox.call("PUT", self._path, {**self.settings(), **changes})

    def reply(self, replies: Replies) -> Any:
        """Answer so from now on: "500x1,200" fails once; the last answer repeats."""
        return self.set(reply=replies)

    def forward(self, url: str) -> Any:
        """Pass everything on to url."""
        return self.set(forward=url)

    def forget(self) -> None:
        """Forget how it answers."""
        self._sandbox.call("DELETE", self._path)

    def captures(self) -> List[Entry]:
        """Return what it captured, oldest first."""
        return self._sandbox.entries(f"kind:capture inbox:{self.name}")


def connect(url: str = "", token: str = "") -> Sandbox:
    """Return the sandbox that runs already: url, else TACKLEBOX_URL, else port 4780."""
    return Sandbox(
        url or os.environ.get("TACKLEBOX_URL") or "http://127.0.0.1:4780",
        token or os.environ.get("TACKLEBOX_TOKEN", ""),
    )


def _refusal(status: int, answer: Any, otherwise: str) -> TackleboxError:
    e = answer.get("error", {}) if isinstance(answer, dict) else {}
    return TackleboxError(e.get("message") or otherwise, status, e.get("code", ""), e.get("hint", ""))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _quote(text: str) -> str:
    return urllib.parse.quote(text, safe="")


# No proxy stands between a test and its own machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
