"""Which release of the program is this, as far as a model is concerned?

A model fits the rules, the domain and the components that it was made with; with others its predictions mean nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

#: Everything that a model is made from, besides the examples.
SOURCES = ("config.yml", "domain.yml", "data/rules", "data/stories", "data/words.txt", "bot/rasa", "uv.lock")
SUFFIXES = frozenset({".yml", ".py", ".txt"})


def digest_of(root: Path, sources: Sequence[str]) -> str:
    """A digest of these files and folders, names and contents."""
    digest = hashlib.sha256()
    for path in _files(root, sources):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def release_digest(root: Path) -> str:
    """The same for every copy of one release."""
    return digest_of(root, SOURCES)


def _files(root: Path, sources: Sequence[str]) -> Iterable[Path]:
    for source in sources:
        path = root / source
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES)
        elif path.exists():
            yield path
