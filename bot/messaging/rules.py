"""Which times and numbers rule the messaging? Pure.

The platform gives us 5 s for an answer and asks three times. A slow reply is therefore not acknowledged but waited for
by its next request; on the last one it is acknowledged, and the reply is pushed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: The platform drops a request after this time and asks again.
PLATFORM_SECONDS = 5.0
PLATFORM_TRIES = 3
#: A try reaches our books within a second, so the next one does not come before this time after it.
NEXT_TRY_FROM = timedelta(seconds=PLATFORM_SECONDS - 1)
#: Without another request for so long after the last one, the platform does not ask again.
PLATFORM_GIVES_UP = timedelta(seconds=15)
#: Older than this at its first arrival, a message was not sent by a clock that can be compared with ours.
COMPARABLE = timedelta(seconds=60)

#: Somebody who works on a conversation says so more often than this.
LEASE = timedelta(seconds=6)
LEASE_RENEWAL_SECONDS = 2.0
#: A message on which so many began to work, and none finished, gets the apology.
MOST_TURNS = 6

#: A push takes less than this, or its end was not seen.
PUSH_SECONDS = 15.0
PUSH_LEASE = timedelta(seconds=30)
MOST_PUSHES = 12
#: So many fit into the ten minutes for which the platform remembers a message's key.
MOST_REPEATS = 7
#: What follows a passive answer leaves this much later, so that it does not overtake it.
HEAD_START = timedelta(seconds=0.3)
#: Who has not heard the platform's silence itself waits longer for one who has.
HEARSAY = timedelta(seconds=15)


def platform_try(deliveries: int, sent_at: datetime, received_at: datetime) -> int:
    """Which of the platform's tries this is: as many as we have seen, or as the message's age tells where a try did
    not get as far as our books."""
    age = received_at - sent_at
    if not timedelta(0) <= age <= COMPARABLE:
        return deliveries
    return max(deliveries, 1 + int(age.total_seconds() // PLATFORM_SECONDS))


def push_again_after(tries: int) -> timedelta:
    """How long to wait after the n-th push that the platform was too busy for."""
    return timedelta(seconds=min(2**tries, 120))
