"""What goes wrong, as types."""

import json
from typing import Any, TypedDict, cast


class FieldError(TypedDict):
    field: str
    code: str
    message: str


class Problem(TypedDict):
    """What a node says when it refuses a request (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str  # one sentence for people
    error: str  # a word for programs
    errors: list[FieldError]


class LithairError(Exception):
    """Whatever a client raises by itself."""


class Refused(LithairError):
    """A node has refused a request: nothing was done."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem['status']} {problem['error']}: {problem['detail']}")
        self.problem = problem

    @property
    def status(self) -> int:
        return self.problem["status"]


class NotAllowed(Refused):
    """401, 403: whoever asks may not do that."""


class NotFound(Refused):
    """404"""


class Conflict(Refused):
    """409: a key or unique value is taken, or something refers to the item."""


class Gone(Refused):
    """410: what is behind an event or index is not kept, or it is none of this log."""


class Stale(Refused):
    """412: the item has another version, or an index is from before data were restored."""


class Invalid(Refused):
    """400, 413, 415, 422: the request is wrong; `problem["errors"]` names the fields."""


class Unavailable(LithairError):
    """No node served the call before its deadline. A write has certainly not taken effect."""


class UnknownOutcome(LithairError):
    """Nobody knows whether a write took effect. A call with the same key and words finds out."""

    def __init__(self, message: str, key: str | None) -> None:
        super().__init__(message)
        self.key = key


_KINDS: dict[int, type[Refused]] = {
    400: Invalid,
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Stale,
    413: Invalid,
    415: Invalid,
    422: Invalid,
}


def refusal_of(status: int, body: bytes) -> Refused:
    """The error that an answer tells of, whoever has written it."""
    text = body.decode("utf-8", "replace")
    problem: Problem = {
        "type": "about:blank",
        "title": "",
        "status": status,
        "detail": text[:200],
        "error": "unknown",
        "errors": [],
    }
    try:
        said: Any = json.loads(text)
    except ValueError:
        said = None  # not a node's words, but a proxy's
    if isinstance(said, dict):
        problem = cast(Problem, problem | cast(dict[str, Any], said) | {"status": status})
    return _KINDS.get(status, Refused)(problem)
