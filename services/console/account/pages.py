"""Which pages are the way in, and which are one's own account?"""

from __future__ import annotations

from services.console.account.entrance import Entrance
from services.console.account.profile import Profile
from services.console.cookies import Cookies
from services.console.pages import Area, Page
from services.console.parts import Parts
from services.crypto import load_cipher
from services.staff.permissions import Permission

OPEN, HALF, OWN = Permission.ANYBODY, Permission.HALF_SIGNED_IN, Permission.SIGNED_IN


def make_area(parts: Parts) -> Area:
    """The account pages."""
    cipher = load_cipher(parts.settings.vault_key, parts.settings.data_path)
    cookies = Cookies(cipher=cipher, secure=parts.settings.console_url.startswith("https://"))
    way_in = Entrance(parts, cookies)
    own = Profile(parts, cookies)
    return Area(
        name="account",
        pages=(
            Page(method="GET", path="/sign-in", handler=way_in.show_sign_in, permission=OPEN),
            Page(method="POST", path="/sign-in", handler=way_in.sign_in, permission=OPEN),
            Page(method="GET", path="/sign-in/code", handler=way_in.show_code, permission=HALF),
            Page(method="POST", path="/sign-in/code", handler=way_in.confirm, permission=HALF),
            Page(method="GET", path="/invitation/{secret}", handler=way_in.show_invitation, permission=OPEN),
            Page(method="POST", path="/invitation/{secret}", handler=way_in.accept, permission=OPEN),
            Page(method="POST", path="/sign-out", handler=own.sign_out, permission=HALF),
            Page(method="GET", path="/profile", handler=own.show, permission=OWN),
            Page(method="POST", path="/profile/password", handler=own.change_password, permission=OWN),
            Page(method="GET", path="/profile/second-factor", handler=own.show_second_factor, permission=OWN),
            Page(method="POST", path="/profile/second-factor", handler=own.set_second_factor, permission=OWN),
            Page(method="POST", path="/profile/second-factor/remove", handler=own.remove_second_factor, permission=OWN),
            Page(method="POST", path="/profile/recovery-codes", handler=own.new_recovery_codes, permission=OWN),
            Page(method="POST", path="/profile/sessions/end", handler=own.end_sessions, permission=OWN),
            Page(method="GET", path="/files/{id}", handler=own.file, permission=OWN),
        ),
    )
