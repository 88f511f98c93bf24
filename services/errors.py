"""What can go wrong in a service, and how is it told over HTTP?

ServiceError
├── BadRequest          400  the caller's input is wrong; detail says which field and why
├── Unauthorized        401  no or wrong service token
├── Forbidden           403  known caller, not allowed
├── NotFound            404  nothing there (or: not for this caller)
├── Conflict            409  the state does not allow it; `type` says which rule
├── TooLarge            413
├── TooManyAttempts     429  with Retry-After
└── Unavailable         503  a dependency is down

A topic subclasses these with its own `type`, a stable name that callers may branch on.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Something went wrong in a service."""

    status: ClassVar[int] = 500
    #: Stable name of the problem, last part of its problem+json `type`; callers branch on it.
    type: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None) -> None:
        self.detail = detail or (self.__doc__ or self.title).strip().splitlines()[0]
        self.retry_after = retry_after
        super().__init__(self.detail)


class BadRequest(ServiceError):
    """The request cannot be understood."""

    status = 400
    type = "bad-request"
    title = "Bad request"


class Unauthorized(ServiceError):
    """A valid service token is needed."""

    status = 401
    type = "unauthorized"
    title = "Unauthorized"


class Forbidden(ServiceError):
    """This caller may not do that."""

    status = 403
    type = "forbidden"
    title = "Forbidden"


class NotFound(ServiceError):
    """There is no such thing."""

    status = 404
    type = "not-found"
    title = "Not found"


class Conflict(ServiceError):
    """The present state does not allow it."""

    status = 409
    type = "conflict"
    title = "Conflict"


class TooLarge(ServiceError):
    """The request is larger than allowed."""

    status = 413
    type = "too-large"
    title = "Too large"


class TooManyAttempts(ServiceError):
    """Too many attempts; try again later."""

    status = 429
    type = "too-many-attempts"
    title = "Too many attempts"


class Unavailable(ServiceError):
    """A part that this needs is not available now."""

    status = 503
    type = "unavailable"
    title = "Unavailable"
