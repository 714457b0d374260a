"""The sentences that explain the order of a delivery's version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from common.contracts.appointment import Appointment


def modified_ahead_note(appointment: Appointment) -> str | None:
    """Return why the time of arrival replaces the last-modified time, or None."""
    reported = appointment.reported_modified_at
    if reported is None:
        return None
    return (
        f"The last-modified time that Dime.Scheduler reported, {reported}, was more than an hour "
        "ahead. The time of arrival replaces it."
    )


def sent_as_create_note(create_transaction: str) -> str:
    """Return why an update went out as a create."""
    return (
        "Sent as a create: the back office never got the create "
        f"(transaction {create_transaction})."
    )


def nothing_to_delete_note(create_transaction: str) -> str:
    """Return why a delete was not sent."""
    return (
        "There is nothing to delete: the back office never got the create "
        f"(transaction {create_transaction})."
    )
