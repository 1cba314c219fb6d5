"""Server-Sent Events (WHATWG HTML §9.2.6), as far as nodes send them."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class Block:
    id: str | None = None  # behind which to go on, whether there is data or not
    event: str = "message"
    data: str | None = None  # none: a comment, or a place alone


class BlockReader:
    """Takes bytes as they come, and gives whole blocks."""

    def __init__(self) -> None:
        self._rest = b""
        self._block = Block()

    def read(self, some: bytes) -> Iterator[Block]:
        *lines, self._rest = (self._rest + some).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            if text:
                self._take(text)
                continue
            whole, self._block = self._block, Block()
            if whole.id is not None or whole.data is not None:
                yield whole

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            self._block.id = value
        elif name == "event":
            self._block.event = value
        elif name == "data":
            before = self._block.data
            self._block.data = value if before is None else f"{before}\n{value}"
