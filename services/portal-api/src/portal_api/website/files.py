"""The files of the built website, which are read into memory once. They are a few megabytes."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

PAGE = "index.html"
API_DOCS = "api-docs.html"
PAGES = frozenset({PAGE, API_DOCS})
"""The pages. Each has a policy with a nonce, so it is never answered as a file."""
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The encodings of the compressed copies that the build writes, the smallest first."""
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file, plain and by encoding. ``tag`` is its ETag."""

    content_type: str
    plain: bytes
    tag: str
    compressed: dict[str, bytes] = field(default_factory=dict)

    def body_for(self, accepted: str) -> tuple[str | None, bytes]:
        """Return the encoding and the body for the header Accept-Encoding (RFC 9110, 12.5.3)."""
        wanted = {
            part.partition(";")[0].strip()
            for part in accepted.split(",")
            if not part.replace(" ", "").endswith(";q=0")
        }
        for encoding, body in self.compressed.items():
            if encoding in wanted:
                return encoding, body
        return None, self.plain


def built_website() -> Path | None:
    """Return the folder of the website that `make install` builds in a checkout, or None."""
    built = Path(__file__).parents[5] / "services" / "portal-web" / "dist"
    return built if (built / PAGE).is_file() else None


def read_files(folder: Path) -> dict[str, File]:
    """Return the files of the folder by their relative paths, without the pages."""
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in {suffix for _, suffix in ENCODINGS}
    }
    return {name: read_file(path) for name, path in paths.items() if name not in PAGES}


def read_file(path: Path) -> File:
    """Return the file with its compressed copies."""
    plain = path.read_bytes()
    content_type = (
        _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    compressed = {
        encoding: copy.read_bytes()
        for encoding, suffix in ENCODINGS
        if (copy := path.with_name(path.name + suffix)).is_file()
    }
    return File(content_type, plain, f'"{hashlib.sha256(plain).hexdigest()[:16]}"', compressed)
