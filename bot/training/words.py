"""How does a training hear of other words than the release's? By a config.yml of its own; pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def with_vocabulary(config: str, words: Path) -> str:
    """The text of a config.yml in which every component that keeps words whole reads them from this file."""
    content: dict[str, Any] = yaml.safe_load(config)
    for step in content["pipeline"]:
        if "vocabulary" in step:
            step["vocabulary"] = str(words)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
