"""What can go wrong on the platform?

SimulatorError
├── SettingsError     the environment does not say what is needed: the start stops
├── ApiError          a call under /cgi-bin/ is answered with an errcode
├── ReplyRefused      the edge's answer to a callback is not one that the platform takes
└── ControlRefused    a request under /sim/ cannot be done
"""

from __future__ import annotations

from collections.abc import Mapping


class SimulatorError(Exception):
    """Base of everything that the simulator raises itself."""


class SettingsError(SimulatorError):
    """A setting is missing or has a value that cannot be used."""


#: The platform's own words by errcode; a `rid` is put behind them.
MESSAGES: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button depth",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40031: "invalid openid list",
    40032: "invalid openid list size",
    40037: "invalid template_id",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40059: "invalid msg id",
    40066: "invalid url",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45056: "the count of tags exceeds the limit",
    45059: "the tags of one user exceed the limit",
    45065: "clientmsgid exist",
    45083: "set speed index error",
    45110: "author size out of limit",
    45157: "invalid tag name: it exists",
    45158: "invalid tag name: too long",
    45159: "invalid tag id",
    45166: "invalid content",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48006: "api forbid to clear quota because of reaching the limit",
}


class ApiError(SimulatorError):
    """A call is answered with `errcode`; `detail` follows the platform's words, `extra` joins the answer."""

    def __init__(self, errcode: int, detail: str = "", **extra: object) -> None:
        words = MESSAGES[errcode]
        super().__init__(f"{words}: {detail}" if detail else words)
        self.errcode = errcode
        self.extra = extra


class ReplyRefused(SimulatorError):
    """The edge answered a callback with something that the platform does not take."""


class ControlRefused(SimulatorError):
    """A request under /sim/ cannot be done; `status` is the HTTP status that says so."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status
