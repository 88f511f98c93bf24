"""What do citizens read where no code list has a text?"""

from __future__ import annotations

UNKNOWN_STATE = "正在办理"
STEP_UNDER_WAY = "进行中"
STEP_DONE = "已完成"
