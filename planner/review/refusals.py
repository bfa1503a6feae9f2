"""How a request in a review ends that cannot be granted, each with the status of its answer."""

from __future__ import annotations

from typing import Any


class ReviewError(Exception):
    """The root of what a request may end with on purpose.

    Parameters
    ----------
    message
        For the person who asked; default: the class's own.
    details
        Further values for scripts.
    """

    status_code = 400
    message = "This request cannot be answered."

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.message)
        self.details = details


class NotSignedInError(ReviewError):
    """Raised when a request has no session in force."""

    status_code = 401
    message = "Sign in first."


class NotAllowedError(ReviewError):
    """Raised when a role may not do something."""

    status_code = 403
    message = "Your role does not allow this."


class NotFoundError(ReviewError):
    """Raised when something is not there, or not for this person to see: both look alike."""

    status_code = 404
    message = "There is no such page, or it is not for you to see."


class ChangedError(ReviewError):
    """Raised when somebody else changed the same thing in between; shows both sides."""

    status_code = 409
    message = "Somebody else changed this in between. Nothing was overwritten."


class RefusedError(ReviewError):
    """Raised when what is asked for makes no sense as things stand."""

    status_code = 422
    message = "This cannot be done."


def changed(
    who: str, theirs: dict[str, Any], yours: dict[str, Any], **details: Any
) -> ChangedError:
    """Return the error that tells the second of two editors what the first one wrote.

    Parameters
    ----------
    who
        Who was first.
    theirs, yours
        What stands now and what was to be written, by the name of each part.
    details
        Further values for scripts, such as the revision that stands.
    """
    difference = [
        {"what": what, "theirs": theirs.get(what), "yours": value}
        for what, value in yours.items()
        if theirs.get(what) != value
    ]
    message = f"{who} changed this in between. Nothing was overwritten; this is the difference."
    return ChangedError(message, difference=difference, **details)
