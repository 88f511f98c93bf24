"""Which words belong into the assistant's dictionary? `python -m services.words NAMES WORDS`

NAMES: a folder like data/city, or names as JSON, as a worker reads them out of the database. WORDS, written: one a
line. A process of its own, because the dictionary that cuts the names takes 60 MB.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import jieba
import msgspec

from services.words.names import names_of_folder
from services.words.rules import Names, words_of

HEAD = "# Made by `python -m services.words data/city data/words.txt`: names that stay whole. Not to be edited.\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.words", description=__doc__)
    parser.add_argument("names", type=Path)
    parser.add_argument("words", type=Path)
    arguments = parser.parse_args()
    words = make_words(arguments.names)
    arguments.words.write_text(HEAD + "".join(f"{word}\n" for word in words), encoding="utf-8")
    sys.stdout.write(f"{len(words)} words\n")
    return 0


def make_words(source: Path) -> list[str]:
    """The words of a folder, or of a file with names."""
    jieba.setLogLevel(logging.WARNING)
    names = names_of_folder(source) if source.is_dir() else msgspec.json.decode(source.read_bytes(), type=Names)
    everyday = jieba.Tokenizer()
    everyday.initialize()
    return words_of(names, lambda said: everyday.lcut(said, HMM=False))


if __name__ == "__main__":
    sys.exit(main())
