"""How does a page refuse? With a status and one helpful Chinese sentence."""

from __future__ import annotations


class Refusal(Exception):
    """Shown as an error page with this text. Other ServiceErrors get the general text of their status."""

    def __init__(self, status: int, text: str, *, retry_after: int | None = None) -> None:
        self.status = status
        self.text = text
        self.retry_after = retry_after
        super().__init__(text)


class SignInNeeded(Exception):
    """Nobody is signed in: the way in is shown, and afterwards the page that was asked for."""

    path = "/sign-in"


class CodeNeeded(Exception):
    """The password was right; the code of the second factor is missing."""

    path = "/sign-in/code"


class SecondFactorNeeded(Exception):
    """The account has to set up a second factor before anything else."""

    path = "/profile/second-factor"
