"""When something was done, as people say it."""

from datetime import UTC, datetime

# Spelled out: the month's name must not depend on the language that Qt chose for the program.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def when_text(moment: datetime, now: datetime | None = None) -> str:
    """Return "today at 14:05", "on 3 May" or "on 3 May 2024", in this machine's time.

    Parameters
    ----------
    moment, now : datetime
        With their zones.
    """
    local, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    if local.date() == today.date():
        return f"today at {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"on {local.day} {_MONTHS[local.month - 1]}{year}"
