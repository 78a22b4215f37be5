"""Tell bounces, delays, delivery notices, automatic replies, complaints and other mail apart."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

from ndrcodes._content import Content


class MessageKind(enum.StrEnum):
    """What a message is."""

    #: It says that delivery failed.
    BOUNCE = "bounce"
    #: It says that delivery is late and still being tried.
    DELAY = "delay"
    #: It says that delivery worked.
    DELIVERED = "delivered"
    #: A vacation notice or another automatic reply (RFC 3834).
    AUTO_REPLY = "auto-reply"
    #: An abuse report (RFC 5965).
    COMPLAINT = "complaint"
    #: An ordinary message.
    NOT_A_BOUNCE = "not-a-bounce"


_NOT_FAILED: Final = frozenset({"delivered", "relayed", "expanded"})


def kind_of_actions(actions: Iterable[str]) -> MessageKind:
    """Tell what a report is by what was done for its recipients (RFC 3464, section 2.3.3)."""
    every = set(actions)
    if every <= _NOT_FAILED:
        return MessageKind.DELIVERED
    if "failed" not in every and "delayed" in every:
        return MessageKind.DELAY
    return MessageKind.BOUNCE


def kind_of_words(content: Content, *, reported: bool) -> MessageKind:
    """Tell what a message is that has no fields about a recipient.

    Args:
        content: the message.
        reported: whether it has fields of a report all the same.
    """
    if (
        (content.originals and content.subject_is("complaint"))
        or content.says("complaint")
        or content.has_header("complaint")
    ):
        return MessageKind.COMPLAINT
    tells_of_failure = content.subject_is("bounce") and bool(
        content.says("bounce") or content.originals or content.named
    )
    is_answer = content.subject_is("auto-reply") or (
        not tells_of_failure
        and not content.from_a_list
        and not content.is_notice
        and content.has_header("auto-reply")
    )
    if is_answer and not (content.by_a_daemon or reported):
        return MessageKind.AUTO_REPLY
    told = bool(content.headers.get("x-failed-recipients") or content.report_type)
    if (
        (content.by_a_daemon and (told or not content.from_a_list))
        or content.from_nobody
        or reported
    ):
        found = _kind_by_a_daemon(content, told=told or reported)
    else:
        found = _kind_by_anybody(content)
    if found is MessageKind.NOT_A_BOUNCE and is_answer:
        return MessageKind.AUTO_REPLY
    return found


def _kind_by_a_daemon(content: Content, *, told: bool) -> MessageKind:
    for kind in (MessageKind.DELAY, MessageKind.DELIVERED):
        if content.subject_is(kind) and content.says(kind):
            return kind
    failed = content.says("bounce")
    if content.says("delay") and not failed:
        return MessageKind.DELAY
    if told or failed or content.subject_is("bounce"):
        return MessageKind.BOUNCE
    return MessageKind.NOT_A_BOUNCE


def _kind_by_anybody(content: Content) -> MessageKind:
    """Tell what a message is that says of itself that it is no server's."""
    if not content.about_failure or content.from_a_list:
        return MessageKind.NOT_A_BOUNCE
    if content.originals or (
        content.says("bounce") and (content.named or content.original_recipients())
    ):
        return MessageKind.BOUNCE
    return MessageKind.NOT_A_BOUNCE
