"""What do citizens read where a code list has no text?"""

from __future__ import annotations

UNKNOWN_STATE = "正在办理"
