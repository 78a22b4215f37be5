"""Read a whole message: what it reports, and for each recipient what happened and why.

The way is always the same: take the message apart, read the machine-readable report (RFC 3464),
read what is written for people, let the more telling of the two be the diagnostic, and explain it
with the matcher that explains single lines.
"""

from __future__ import annotations

import collections
import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, final

import attrs

from ndrcodes._catalog import Catalog
from ndrcodes._content import Content
from ndrcodes._kind import MessageKind, kind_of_actions, kind_of_words
from ndrcodes._layout import ADDRESS, paragraphs
from ndrcodes._match import Explanation, Matcher
from ndrcodes._mime import Headers, Part, decode_words, flatten, parse
from ndrcodes._report import (
    FINAL,
    action_of,
    address_in,
    addresses_of,
    date_in,
    diagnostic_of,
    groups_of,
    host_in,
    is_about_a_recipient,
    one_line,
    status_in,
    status_of,
)
from ndrcodes._telling import Teller, basis_of, tells
from ndrcodes.records import Basis, Category, StatusCode

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["BounceMessage", "MessageKind", "RecipientReport", "read_message"]


@final
@attrs.frozen(kw_only=True)
class RecipientReport:
    """What a message reports of one recipient."""

    #: The address that delivery was tried to.
    address: str
    #: The address as the sender wrote it, or None if the report does not tell another one.
    original_address: str | None
    #: "failed", "delayed", "delivered", "relayed" or "expanded" (RFC 3464, section 2.3.3).
    action: str
    #: The enhanced status code, or None.
    status: StatusCode | None
    #: The SMTP reply code, or None.
    reply: int | None
    #: The text that explains it, unfolded: the rejecting server's own words where they are told.
    diagnostic: str
    #: The server that answered, or None.
    remote_mta: str | None
    #: What it means and what to do.
    explanation: Explanation


@final
@attrs.frozen(kw_only=True)
class BounceMessage:
    """What a whole message reports."""

    #: What the message is.
    kind: MessageKind
    #: In the order of the message; empty for an ordinary message.
    recipients: tuple[RecipientReport, ...] = ()
    #: The server that wrote the report, or None.
    reporting_mta: str | None = None
    #: When the original arrived there, or None.
    arrival_date: datetime.datetime | None = None
    #: The original's Message-ID with its angle brackets, or None; the next ones likewise.
    original_message_id: str | None = None
    original_subject: str | None = None
    original_from: str | None = None
    original_to: str | None = None
    original_list_id: str | None = None
    #: The type of an abuse report ("abuse", "fraud" ...), or None.
    feedback_type: str | None = None


#: How deep a bounce can stand in forwarded ones.
_INNER_MESSAGES: Final = 3
#: Characters of a line (RFC 5322, section 2.1.1), and so of a subject.
_LONGEST_SUBJECT: Final = 998
#: Characters of an automatic reply that are kept.
_LONGEST_ANSWER: Final = 4000
#: What happened to the recipients of a report without fields of its own.
_ACTIONS: Final = {MessageKind.DELAY: "delayed", MessageKind.DELIVERED: "delivered"}


def read_message(
    raw: bytes | bytearray | memoryview | Message,
    *,
    catalog: Catalog | None = None,
    verp: str | None = None,
) -> BounceMessage:
    r"""Read any message. Never raises for any bytes, nor for any parsed message.

    Args:
        raw: the message; of one larger than 2 MiB the rest is not read.
        catalog: the catalog to ask; by default the built-in one with every installed extension.
        verp: how variable envelope return paths are built, such as
            "bounces+{local}={domain}@lists.example.org": the recipient is then read from the
            address that the bounce came back to.

    Raises:
        TypeError: the message is neither bytes nor an `email.message.Message`.
        ValueError: the verp pattern lacks {local} or {domain}.

    Example:
        >>> bounce = read_message(b"From: MAILER-DAEMON@example.org\nSubject: failure notice\n\n"
        ...     b"<user@example.com>:\n550 5.1.1 User unknown\n")
        >>> bounce.recipients[0].address, str(bounce.recipients[0].explanation.category)
        ('user@example.com', 'recipient-unknown')
    """
    if not isinstance(raw, (bytes, bytearray, memoryview)):
        from email.message import Message  # noqa: PLC0415 - slow to import, and rarely given

        if not isinstance(raw, Message):
            msg = f"expected bytes or an email.message.Message, got {type(raw).__name__}"
            raise TypeError(msg)
        raw = flatten(raw)
    returned_to = None if verp is None else _verp_pattern(verp)
    catalog = Catalog.default() if catalog is None else catalog
    return _Reader(catalog, parse(bytes(raw)), returned_to).read()


def _verp_pattern(verp: str) -> re.Pattern[str]:
    if "{local}" not in verp or "{domain}" not in verp:
        msg = f"a verp pattern holds {{local}} and {{domain}}, got {verp!r}"
        raise ValueError(msg)
    pattern = re.escape(verp).replace(r"\{local\}", r"(?P<local>[^\s<>@]{1,64})")
    return re.compile(pattern.replace(r"\{domain\}", r"(?P<domain>[^\s<>@]{1,253})"), re.IGNORECASE)


@final
class _Reader:
    """Reads one message."""

    def __init__(
        self,
        catalog: Catalog,
        message: Part,
        returned_to: re.Pattern[str] | None,
        depth: int = _INNER_MESSAGES,
    ) -> None:
        self._catalog = catalog
        self._depth = depth
        self._teller = Teller(Matcher(catalog))
        self._content = Content(message, catalog.layouts)
        self._returned_to = returned_to

    def read(self) -> BounceMessage:
        content = self._content
        if content.feedback is not None or content.report_type == "feedback-report":
            return self._complaint(content.feedback or Headers(()))
        groups = [group for text in content.reports for group in groups_of(text)]
        about = [group for group in groups if is_about_a_recipient(group)]
        general = groups[0] if groups and groups[0] not in about else Headers(())
        feedback = [group for group in groups if group.get("feedback-type")]
        if feedback:
            fields = (field for group in [*feedback, *about] for field in group.fields)
            return self._complaint(Headers(tuple(fields)))
        if about:
            reports = [self._from_group(group, len(about)) for group in about]
            kind = kind_of_actions(report.action for report in reports)
            return self._finish(kind, _merged(reports), general)
        kind = kind_of_words(content, reported=bool(groups))
        if kind is MessageKind.COMPLAINT:
            return self._complaint(Headers(()))
        if kind is MessageKind.AUTO_REPLY:
            return self._auto_reply()
        if kind is MessageKind.NOT_A_BOUNCE:
            return self._inner() or BounceMessage(kind=kind)
        inner = None if content.named else self._inner()
        return inner or self._finish(kind, _merged(self._from_text(kind)), general)

    def _inner(self) -> BounceMessage | None:
        """Read a bounce that was forwarded as an attachment by a program."""
        if not self._content.from_a_daemon or self._depth == 0:
            return None
        for original in self._content.originals:
            message = parse(original.body)
            inner = _Reader(self._catalog, message, self._returned_to, self._depth - 1).read()
            if inner.kind in (MessageKind.BOUNCE, MessageKind.DELAY) and inner.recipients:
                return inner
        return None

    # --- a report in fields

    def _from_group(self, group: Headers, count: int) -> RecipientReport:
        teller = self._teller
        address, other = addresses_of(group)
        code, comment = status_of(group)
        remote = host_in(group.get("remote-mta")) or host_in(group.get("x-remote-mta"))
        machine = diagnostic_of(group)
        hint = remote or address.rpartition("@")[2] or None
        candidates = [machine] if machine else []
        if code and not machine:
            candidates = [f"{code} {comment}".strip()]
        best = teller.best(candidates, hint)
        if best is None or basis_of(best) < Basis.WORDS:
            mine, rest = self._human_texts(address, other, count)
            best = teller.more_telling(best, mine, rest, hint)
        if best is None:
            best = teller.explain(code, hint)
        status = _more_exact(status_in(code), best.status)
        done = "delivered" if _says_delivered(status, best.reply) else "failed"
        explanation = best
        if status is not None and status != best.status and basis_of(best) < Basis.CODE:
            explanation = teller.explain(f"{status} {best.text}".strip(), hint)
        replies = [machine, *(paragraphs(self._content.lines) if count == 1 else ())]
        return RecipientReport(
            address=address,
            original_address=other if other and other != address else None,
            action=action_of(group) or done,
            status=status,
            reply=best.reply or teller.first_reply(replies),
            diagnostic=one_line(best.text),
            remote_mta=remote,
            explanation=explanation,
        )

    def _human_texts(self, address: str, other: str, count: int) -> tuple[list[str], list[str]]:
        """Collect what the report says in words about a recipient, and what else it says."""
        told = self._content.reasons_of
        mine = [
            reason
            for name in dict.fromkeys((address.lower(), other.lower()))
            for reason in told.get(name, ())
        ]
        return mine, [] if mine or count > 1 else paragraphs(self._content.lines)

    # --- a report in words

    def _from_text(self, kind: MessageKind) -> list[RecipientReport]:
        """Report on the recipients of a report that is written for people only."""
        content, teller = self._content, self._teller
        named = content.named
        addresses = list(named) or self._verp_address() or content.original_recipients()
        everything = paragraphs(content.lines)
        if len(addresses) == 1:
            about: Mapping[str, list[str]] = {addresses[0]: everything}
        else:
            about = _mentioned_alone(addresses, everything)
        found = {}
        for address in addresses:
            mine = [reason for reason in named.get(address, ()) if reason.strip()]
            rest = about.get(address, [])
            found[address] = teller.more_telling(None, mine, rest, address.rpartition("@")[2])
        if len(found) > 1 and not any(best and tells(best) for best in found.values()):
            # Nothing is told of one of them, so what is told is told of all.
            found = dict.fromkeys(found, teller.best(everything, None))
        subject = content.subject[:_LONGEST_SUBJECT]
        reports = []
        for address, told in found.items():
            best = told
            if best is None or not tells(best) or best.category is Category.UNKNOWN:
                by_subject = teller.explain(subject, address.rpartition("@")[2])
                if best is None or basis_of(by_subject) >= Basis.WORDS or by_subject.status:
                    best = by_subject
            texts = everything if len(found) == 1 else named.get(address, [])
            reports.append(
                RecipientReport(
                    address=address,
                    original_address=None,
                    action=_ACTIONS.get(kind, "failed"),
                    status=best.status or teller.first_status(texts),
                    reply=best.reply or teller.first_reply(texts),
                    diagnostic=one_line(best.text),
                    remote_mta=None,
                    explanation=best,
                )
            )
        return reports

    def _verp_address(self) -> list[str]:
        if self._returned_to is None:
            return []
        for name in ("to", "delivered-to", "x-original-to", "envelope-to"):
            for value in self._content.headers.all(name):
                found = self._returned_to.search(value)
                if found:
                    return [f"{found['local']}@{found['domain']}"]
        return []

    # --- messages that are no failure

    def _complaint(self, feedback: Headers) -> BounceMessage:
        content = self._content
        kind = feedback.get("feedback-type") or "abuse"
        told = [
            *feedback.all("original-rcpt-to"),
            *feedback.all("removal-recipient"),
            *feedback.all(FINAL),
            content.headers.get("x-hmxmroriginalrecipient"),
            content.original.get("x-hmxmroriginalrecipient"),
        ]
        found = {address_in(value).lower(): address_in(value) for value in reversed(told)}
        addresses = [address for address in reversed(found.values()) if address]
        addresses = addresses or self._verp_address() or content.original_recipients()
        explanation = self._teller.explain(f"Feedback-Type: {kind}")
        reports = [_no_failure(address, explanation) for address in addresses]
        message = self._finish(MessageKind.COMPLAINT, reports, feedback)
        return attrs.evolve(message, feedback_type=kind.lower())

    def _auto_reply(self) -> BounceMessage:
        content = self._content
        explanation = self._teller.explain("Auto-Submitted: auto-replied")
        addresses = ADDRESS.findall(content.headers.get("from"))[:1]
        text = " ".join(line.strip() for line in content.lines if line.strip())
        reports = [
            attrs.evolve(_no_failure(address, explanation), diagnostic=text[:_LONGEST_ANSWER])
            for address in addresses
        ]
        return self._finish(MessageKind.AUTO_REPLY, reports, Headers(()))

    def _finish(
        self, kind: MessageKind, reports: list[RecipientReport], general: Headers
    ) -> BounceMessage:
        def told(name: str) -> str | None:
            return decode_words(self._content.original.get(name)) or None

        return BounceMessage(
            kind=kind,
            recipients=tuple(reports),
            reporting_mta=host_in(general.get("reporting-mta")),
            arrival_date=date_in(general.get("arrival-date")),
            original_message_id=told("message-id"),
            original_subject=told("subject"),
            original_from=told("from"),
            original_to=told("to"),
            original_list_id=told("list-id"),
        )


def _mentioned_alone(addresses: list[str], texts: list[str]) -> Mapping[str, list[str]]:
    """Return for each address the texts that mention it and no other."""
    lowered = [(address, address.lower()) for address in addresses]
    alone: collections.defaultdict[str, list[str]] = collections.defaultdict(list)
    for text in texts:
        lower_text = text.lower()
        names = [address for address, lower in lowered if lower in lower_text]
        if len(names) == 1:
            alone[names[0]].append(text)
    return alone


def _no_failure(address: str, explanation: Explanation) -> RecipientReport:
    return RecipientReport(
        address=address,
        original_address=None,
        action="delivered",
        status=None,
        reply=None,
        diagnostic=explanation.text,
        remote_mta=None,
        explanation=explanation,
    )


def _says_delivered(status: StatusCode | None, reply: int | None) -> bool:
    """Tell what became of a message whose report leaves out the action."""
    if status is not None:
        return status.klass == 2  # noqa: PLR2004 - the digit of success (RFC 3463)
    return reply is not None and 200 <= reply < 300  # noqa: PLR2004 - likewise (RFC 5321)


def _more_exact(told: StatusCode | None, found: StatusCode | None) -> StatusCode | None:
    """Choose between the Status field and the code in the diagnostic's own words."""
    if told is None or found is None:
        return told or found
    return found if _vagueness(found) <= _vagueness(told) else told


def _vagueness(status: StatusCode) -> int:
    """Tell how little a code says: x.0.0 nothing, x.3.0 only its subject."""
    return (status.subject == 0) + (status.detail == 0)


def _merged(reports: list[RecipientReport]) -> list[RecipientReport]:
    """Merge reports of one address; the one that says more stays."""
    merged: dict[str, RecipientReport] = {}
    for report in reports:
        key = report.address.lower()
        known = merged.get(key)
        if known is None:
            merged[key] = report
            continue
        better = max(known, report, key=lambda one: basis_of(one.explanation))
        merged[key] = attrs.evolve(
            better, original_address=known.original_address or report.original_address
        )
    return list(merged.values())
