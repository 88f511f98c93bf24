"""Who may do what? Roles, permissions, and which role holds which. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum


class Role(str, Enum):
    """What an account is for; it may have several."""

    VIEWER = "viewer"
    EDITOR = "editor"
    TRAINER = "trainer"
    SCHEDULER = "scheduler"
    APPROVER = "approver"
    DESK = "desk"
    ADMINISTRATOR = "administrator"


class Permission(str, Enum):
    """What a page asks for. The first three ask for no role."""

    #: Nobody need be signed in: the way in.
    ANYBODY = "anybody"
    #: The password was right; the second factor may be missing yet.
    HALF_SIGNED_IN = "half-signed-in"
    #: Every member of the staff.
    SIGNED_IN = "signed-in"

    HOME_VIEW = "home.view"
    CONVERSATIONS_VIEW = "conversations.view"
    #: Read what identifiers were hidden, against a reason.
    CONVERSATIONS_UNMASK = "conversations.unmask"
    FAQ_VIEW = "faq.view"
    FAQ_EDIT = "faq.edit"
    #: Publish what somebody else has drafted.
    FAQ_PUBLISH = "faq.publish"
    #: Send a correction to who received a wrong answer.
    FAQ_RECALL = "faq.recall"
    TRAINING_VIEW = "training.view"
    TRAINING_EDIT = "training.edit"
    TRAINING_RUN = "training.run"
    TRAINING_PROMOTE = "training.promote"
    NOTICES_VIEW = "notices.view"
    NOTICES_WRITE = "notices.write"
    NOTICES_APPROVE = "notices.approve"
    CATALOGUE_VIEW = "catalogue.view"
    CATALOGUE_EDIT = "catalogue.edit"
    APPOINTMENTS_VIEW = "appointments.view"
    APPOINTMENTS_WORK = "appointments.work"
    CASES_VIEW = "cases.view"
    CASES_WORK = "cases.work"
    STAFF_MANAGE = "staff.manage"
    AUDIT_VIEW = "audit.view"


#: Asked of by pages that need no role.
WITHOUT_ROLE = frozenset({Permission.ANYBODY, Permission.HALF_SIGNED_IN, Permission.SIGNED_IN})

_VIEW = frozenset(
    {
        Permission.HOME_VIEW,
        Permission.FAQ_VIEW,
        Permission.TRAINING_VIEW,
        Permission.NOTICES_VIEW,
        Permission.CATALOGUE_VIEW,
    }
)

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEW | {Permission.CONVERSATIONS_VIEW},
    Role.EDITOR: _VIEW
    | {
        Permission.CONVERSATIONS_VIEW,
        Permission.FAQ_EDIT,
        Permission.FAQ_PUBLISH,
        Permission.FAQ_RECALL,
        Permission.TRAINING_EDIT,
        Permission.CATALOGUE_EDIT,
    },
    Role.TRAINER: _VIEW
    | {
        Permission.CONVERSATIONS_VIEW,
        Permission.FAQ_EDIT,
        Permission.TRAINING_EDIT,
        Permission.TRAINING_RUN,
        Permission.TRAINING_PROMOTE,
    },
    Role.SCHEDULER: _VIEW | {Permission.NOTICES_WRITE},
    Role.APPROVER: _VIEW | {Permission.NOTICES_APPROVE, Permission.FAQ_PUBLISH, Permission.FAQ_RECALL},
    Role.DESK: _VIEW
    | {
        Permission.APPOINTMENTS_VIEW,
        Permission.APPOINTMENTS_WORK,
        Permission.CASES_VIEW,
        Permission.CASES_WORK,
    },
    Role.ADMINISTRATOR: frozenset(Permission) - WITHOUT_ROLE,
}


def granted(roles: Collection[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))
