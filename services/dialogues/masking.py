"""How are identifiers hidden from who reads a conversation, and shown to who has given a reason?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from services.privacy import mask_identifiers
from services.vault.service import TokenUnknown, VaultService
from services.vault.types import Redemption

#: What the edge has put in the place of an identifier (services.vault).
TOKEN = re.compile(r"(IDCARD|IDWRONG|MOBILE|BANKCARD)[A-Z2-7]{8}")
NAMES: Mapping[str, str] = {
    "IDCARD": "身份证号",
    "IDWRONG": "写错的身份证号",
    "MOBILE": "手机号",
    "BANKCARD": "银行卡号",
}


def masked(text: str) -> str:
    """Tokens as what they stand for, numbers with stars."""
    return mask_identifiers(TOKEN.sub(lambda token: f"〔{NAMES[token[1]]}〕", text))


async def unmasked(text: str, citizen_id: UUID, vault: VaultService) -> str:
    """Tokens as the numbers they stand for, where these are still kept."""
    pieces: list[str] = []
    place = 0
    for token in TOKEN.finditer(text):
        try:
            value = (await vault.redeem(Redemption(citizen_id=citizen_id, token=token[0]))).value
        except TokenUnknown:
            value = f"〔{NAMES[token[1]]}，已删除〕"
        pieces += [text[place : token.start()], value]
        place = token.end()
    return "".join([*pieces, text[place:]])
