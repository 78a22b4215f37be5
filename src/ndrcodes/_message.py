"""Read a whole message: what it reports, and for each recipient what happened and why.

The way is always the same: take the message apart, read the machine-readable report (RFC 3464),
read what is written for people, let the more telling of the two be the diagnostic, and explain it
with the matcher that explains single lines.
"""

from __future__ import annotations

import datetime
import enum
import functools
import re
from typing import TYPE_CHECKING, Final, final

import attrs

from ndrcodes._catalog import Catalog
from ndrcodes._layout import ADDRESS, Words, paragraphs
from ndrcodes._match import Explanation, Matcher
from ndrcodes._mime import Headers, Part, decode_words, html_to_text, parse
from ndrcodes._report import (
    FINAL,
    action_of,
    address_in,
    addresses_of,
    date_in,
    diagnostic_of,
    find_report,
    groups_of,
    host_in,
    is_about_a_recipient,
    is_report,
    one_line,
    status_in,
    status_of,
)
from ndrcodes.records import Basis, StatusCode

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["BounceMessage", "MessageKind", "RecipientReport", "read_message"]


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


#: How the subject of an answer or forwarded message begins.
_ANSWERS: Final = ("re:", "aw:", "sv:", "fwd:", "fw:", "wg:", "tr:")
_LONGEST_DIAGNOSTIC: Final = 4000
_PARAGRAPHS: Final = 40
#: What happened to the recipients of a report without fields of its own.
_ACTIONS: Final = {MessageKind.DELAY: "delayed", MessageKind.DELIVERED: "delivered"}
_NOT_FAILED: Final = frozenset({"delivered", "relayed", "expanded"})
_ORIGINAL_TYPES: Final = frozenset(
    {
        "message/rfc822",
        "text/rfc822-headers",
        "text/rfc822",
        "message/rfc822-headers",
        "message/global",
        "message/global-headers",
        "message/partial",
    }
)


def read_message(
    raw: bytes | bytearray | memoryview | Message,
    *,
    catalog: Catalog | None = None,
    verp: str | None = None,
) -> BounceMessage:
    r"""Read any message. Never raises for any bytes.

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
        raw = raw.as_bytes()
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
        self, catalog: Catalog, message: Part, returned_to: re.Pattern[str] | None
    ) -> None:
        self._matcher = Matcher(catalog)
        self._layouts = catalog.layouts
        self._message = message
        self._returned_to = returned_to
        self._texts: list[str] = []
        self._reports: list[str] = []
        self._originals: list[Part] = []
        self._feedback: Headers | None = None
        self._collect()

    # --- what the message is made of

    def _collect(self) -> None:
        html: list[str] = []
        seen_original = False
        for part in self._message.walk():
            if is_report(part) and not self._forwarded_by_a_person:
                self._reports.append(part.text())
            elif part.type == "message/feedback-report":
                self._feedback = Headers.parse(part.text())
            elif part.type in _ORIGINAL_TYPES:
                self._originals.append(part)
                seen_original = True
            elif part.parts or seen_original:
                continue
            elif part.type == "text/html":
                html.append(html_to_text(part.text()))
            elif part.type.startswith("text/"):
                self._texts.append(part.text())
        if not any(text.strip() for text in self._texts):
            self._texts = html
        if not self._reports:
            self._find_report_in_text()

    def _find_report_in_text(self) -> None:
        """Find a report that is not marked as one: a wrong type, a wrong boundary, JSON.

        What a person writes may hold the fields of a report too, as a quotation.
        """
        for at, text in enumerate(self._texts):
            if text.lstrip()[:1] == "{":
                notification = self._layouts.report_from_json(text)
                if notification:
                    self._reports.append(notification)
                    return
            start = find_report(text)
            if start is not None and self._by_a_program:
                self._texts[at] = text[:start]
                self._reports.append(text[start:])
                return

    @functools.cached_property
    def _lines(self) -> list[str]:
        """What is written for people, up to the returned original."""
        return [line for text in self._texts for line in self._layouts.human_part(text)]

    # --- what it is

    @functools.cached_property
    def _subject_words(self) -> Words:
        return Words(decode_words(self._message.headers.get("subject")))

    @functools.cached_property
    def _from_a_daemon(self) -> bool:
        """Whether the sender is called like a mail server."""
        sender = decode_words(self._message.headers.get("from"))
        return self._layouts.has("sender", "bounce", Words(sender))

    @functools.cached_property
    def _by_a_daemon(self) -> bool:
        """Whether the message says that a mail server wrote it."""
        headers = self._message.headers
        return (
            bool(headers.get("x-failed-recipients"))
            or self._message.report_type == "delivery-status"
            or self._from_a_daemon
        )

    @functools.cached_property
    def _from_nobody(self) -> bool:
        """Whether it came from the null address (RFC 5321, section 4.5.5)."""
        headers = self._message.headers
        senders = (headers.get("from"), headers.get("return-path"))
        return any(value.replace(" ", "") == "<>" for value in senders)

    @functools.cached_property
    def _by_a_program(self) -> bool:
        """Whether nothing says that a person wrote it."""
        unsigned = not self._message.headers.get("from")
        return self._by_a_daemon or self._from_nobody or unsigned or self._about_failure

    @functools.cached_property
    def _forwarded_by_a_person(self) -> bool:
        """Whether it is somebody's answer or forwarded message, whatever is attached to it."""
        headers = self._message.headers
        subject = decode_words(headers.get("subject")).lower()
        named = headers.get("from") and not self._by_a_daemon and not self._from_nobody
        return bool(named) and subject.startswith(_ANSWERS) and not headers.get("auto-submitted")

    @functools.cached_property
    def _names_a_recipient(self) -> bool:
        """Whether it says in words, or by the original it returns, who did not get it."""
        return bool(self._named_in_text() or self._original_recipients())

    @functools.cached_property
    def _notice(self) -> bool:
        """Whether it is automatic but answers no message (RFC 3834, section 5)."""
        headers = self._message.headers
        generated = headers.get("auto-submitted").lower().startswith("auto-generated")
        return generated and not (headers.get("in-reply-to") or headers.get("references"))

    @functools.cached_property
    def _about_failure(self) -> bool:
        """Whether the subject is that of a bounce and not of an answer to one."""
        subject = decode_words(self._message.headers.get("subject"))
        asks = subject.rstrip().endswith("?") and ":" not in subject
        return (
            self._layouts.has("subject", "bounce", self._subject_words)
            and not asks
            and not subject.lower().startswith(_ANSWERS)
        )

    def read(self) -> BounceMessage:
        headers = self._message.headers
        if self._feedback is not None or self._message.report_type == "feedback-report":
            return self._complaint()
        groups = [group for text in self._reports for group in groups_of(text)]
        about = [group for group in groups if is_about_a_recipient(group)]
        general = groups[0] if groups and groups[0] not in about else Headers(())
        feedback = [group for group in groups if group.get("feedback-type")]
        if feedback:
            self._feedback = Headers(
                tuple(field for group in [*feedback, *about] for field in group.fields)
            )
            return self._complaint()
        if about:
            reports = [self._from_group(group, len(about)) for group in about]
            kind = _kind_of(reports)
        else:
            found_kind = self._judge(headers, reported=bool(groups))
            if found_kind is MessageKind.COMPLAINT:
                return self._complaint()
            if found_kind is MessageKind.NOT_A_BOUNCE:
                return self._inner() or BounceMessage(kind=found_kind)
            if found_kind is MessageKind.AUTO_REPLY:
                return self._auto_reply()
            kind = found_kind
            named = self._named_in_text()
            inner = None if named else self._inner()
            if inner is not None:
                return inner
            reports = self._from_text(kind, named)
        return self._finish(kind, _merged(reports), general)

    def _judge(self, headers: Headers, *, reported: bool) -> MessageKind:
        """Tell what a message without recipient fields is."""
        layouts = self._layouts
        subject = self._subject_words
        text = Words("\n".join(self._lines))
        if (
            (self._originals and layouts.has("subject", "complaint", subject))
            or layouts.has("mark", "complaint", text)
            or self._has_header("complaint")
        ):
            return MessageKind.COMPLAINT
        about_failure = layouts.has("subject", "bounce", subject)
        from_list = bool(headers.get("list-id") or headers.get("list-unsubscribe"))
        is_answer = layouts.has("subject", "auto-reply", subject) or (
            not about_failure
            and not from_list
            and not self._notice
            and self._has_header("auto-reply")
        )
        if is_answer and not (self._by_a_daemon or reported):
            return MessageKind.AUTO_REPLY
        told = headers.get("x-failed-recipients") or self._message.report_type
        if (self._by_a_daemon and (told or not from_list)) or self._from_nobody or reported:
            for kind in (MessageKind.DELAY, MessageKind.DELIVERED):
                if layouts.has("subject", kind, subject) and layouts.has("mark", kind, text):
                    return kind
            failed = layouts.has("mark", "bounce", text)
            if layouts.has("mark", "delay", text) and not failed:
                return MessageKind.DELAY
            if reported or told or about_failure or failed:
                return MessageKind.BOUNCE
        elif (
            self._about_failure
            and not from_list
            and (
                self._originals or (layouts.has("mark", "bounce", text) and self._names_a_recipient)
            )
        ):
            return MessageKind.BOUNCE
        return MessageKind.AUTO_REPLY if is_answer else MessageKind.NOT_A_BOUNCE

    def _has_header(self, kind: str) -> bool:
        return any(
            self._layouts.has("header", kind, Words(f"{name} {value[:200]}"))
            for name, value in self._message.headers.fields
            if name.startswith(("auto-", "x-", "precedence", "content-type", "delivered-to"))
        )

    def _inner(self) -> BounceMessage | None:
        """Read a bounce that was forwarded as an attachment by a program."""
        for original in self._originals if self._from_a_daemon else ():
            inner = _Reader(self._matcher.catalog, parse(original.body), self._returned_to).read()
            if inner.kind in (MessageKind.BOUNCE, MessageKind.DELAY) and inner.recipients:
                return inner
        return None

    # --- its recipients

    def _from_group(self, group: Headers, count: int) -> RecipientReport:
        address, other = addresses_of(group)
        code, comment = status_of(group)
        remote = host_in(group.get("remote-mta")) or host_in(group.get("x-remote-mta"))
        machine = diagnostic_of(group)
        hint = remote or address.rpartition("@")[2] or None
        candidates = [machine] if machine else []
        if code and not machine:
            candidates = [f"{code} {comment}".strip()]
        best = self._best(candidates, hint)
        if best is None or self._basis(best) < Basis.WORDS:
            mine, rest = self._human_texts(address, other, count)
            best = self._more_telling(best, mine, rest, hint)
        if best is None:
            best = self._explain(code, hint)
        status = _telling(status_in(code), best.status)
        done = "delivered" if _says_delivered(status, best.reply) else "failed"
        explanation = best
        if explanation.status is None and status is not None and self._basis(best) < Basis.SYMPTOM:
            explanation = self._explain(f"{status} {best.text}".strip(), hint)
        return RecipientReport(
            address=address,
            original_address=other if other and other != address else None,
            action=action_of(group) or done,
            status=status,
            reply=best.reply
            or self._any_reply([machine], 1)
            or self._any_reply(paragraphs(self._lines), count),
            diagnostic=one_line(best.text),
            remote_mta=remote,
            explanation=explanation,
        )

    def _human_texts(self, address: str, other: str, count: int) -> tuple[list[str], list[str]]:
        """Collect what the report says in words about a recipient, and what else it says."""
        found = self._layouts.recipients(self._lines, self._own_addresses())
        names = {address.lower(), other.lower()}
        mine = [one.reason for one in found if one.address.lower() in names and one.reason]
        return mine, [] if mine or count > 1 else paragraphs(self._lines)

    def _more_telling(
        self, best: Explanation | None, mine: list[str], rest: list[str], hint: str | None
    ) -> Explanation | None:
        """Look for a text that explains more than the best one so far.

        A text about this very recipient wins if it says more. One about the whole message wins
        only if it names a cause, since reports hold much that names none.
        """
        for text in mine:
            explanation = self._explain(text, hint)
            if best is None or _telling_power(explanation) > _telling_power(best):
                best = explanation
        if best is None or self._basis(best) < Basis.CODE:
            other = self._best(rest, hint)
            if other is not None and (
                best is None
                or self._basis(other) == Basis.WORDS
                or (_only_wraps(best) and other.reply is not None)
            ):
                best = other
        return best

    def _named_in_text(self) -> dict[str, list[str]]:
        """Find the recipients of a report that is written for people only, with their reasons."""
        found = self._layouts.recipients(self._lines, self._own_addresses())
        header = ADDRESS.findall(self._message.headers.get("x-failed-recipients"))
        named: dict[str, list[str]] = {address: [] for address in header}
        spelling = {address.lower(): address for address in header}
        returned_to = self._message.headers.get("to").lower()
        others = [one for one in found if one.address.lower() not in returned_to]
        for one in found if header else others or found:
            address = spelling.get(one.address.lower())
            if address is None and not header:
                address = spelling[one.address.lower()] = one.address
            if address is not None:
                named.setdefault(address, []).append(one.reason)
        return named

    def _from_text(self, kind: MessageKind, named: dict[str, list[str]]) -> list[RecipientReport]:
        """Report on the recipients of a report that is written for people only."""
        addresses = list(named) or self._verp_address() or self._original_recipients()
        everything = paragraphs(self._lines)
        mentioned = {
            text: {address for address in addresses if address.lower() in text.lower()}
            for text in everything
        }
        found = {}
        for address in addresses:
            mine = [reason for reason in named.get(address, ()) if reason.strip()]
            only = [text for text, names in mentioned.items() if names == {address}]
            rest = everything if len(addresses) == 1 else only
            found[address] = self._more_telling(None, mine, rest, address.rpartition("@")[2])
        if len(found) > 1 and not any(best and _tells(best) for best in found.values()):
            # Nothing is told of one of them, so what is told is told of all.
            found = dict.fromkeys(found, self._best(everything, None))
        reports = []
        for address, told in found.items():
            subject = decode_words(self._message.headers.get("subject"))
            best = told
            if best is None or not _tells(best):
                by_subject = self._explain(subject, address.rpartition("@")[2])
                if best is None or self._basis(by_subject) >= Basis.WORDS or by_subject.status:
                    best = by_subject
            texts = everything if len(found) == 1 else named.get(address, [])
            reports.append(
                RecipientReport(
                    address=address,
                    original_address=None,
                    action=_ACTIONS.get(kind, "failed"),
                    status=best.status or self._any_status(texts),
                    reply=best.reply or self._any_reply(texts, 1),
                    diagnostic=one_line(best.text),
                    remote_mta=None,
                    explanation=best,
                )
            )
        return reports

    def _any_status(self, texts: list[str]) -> StatusCode | None:
        explained = (self._explain(text, None).status for text in texts)
        return next((status for status in explained if status is not None), None)

    def _any_reply(self, texts: list[str], count: int) -> int | None:
        explained = (self._explain(text, None).reply for text in texts if count == 1)
        return next((reply for reply in explained if reply is not None), None)

    def _own_addresses(self) -> list[str]:
        """Return the addresses of the report's own sender, which are no recipients."""
        return ADDRESS.findall(self._message.headers.get("from"))

    def _verp_address(self) -> list[str]:
        if self._returned_to is None:
            return []
        for name in ("to", "delivered-to", "x-original-to", "envelope-to"):
            for value in self._message.headers.all(name):
                found = self._returned_to.search(value)
                if found:
                    return [f"{found['local']}@{found['domain']}"]
        return []

    def _original_recipients(self) -> list[str]:
        headers = self._original_headers()
        for name in ("x-failed-recipients", "to", "delivered-to", "x-original-to"):
            found = ADDRESS.findall(decode_words(headers.get(name)))
            if found:
                return (
                    list(dict.fromkeys(found))[:1] if name != "to" else list(dict.fromkeys(found))
                )
        return []

    # --- choosing the text that explains

    def _explain(self, text: str, hint: str | None) -> Explanation:
        return self._matcher.explain(text[:_LONGEST_DIAGNOSTIC], remote_host=hint)

    def _basis(self, explanation: Explanation) -> int:
        return -1 if explanation.basis is None else explanation.basis

    def _best(self, texts: list[str], hint: str | None) -> Explanation | None:
        """Return the explanation of the most telling text; among equals the first."""
        best: Explanation | None = None
        for text in texts[:_PARAGRAPHS]:
            explanation = self._explain(text, hint)
            if best is None or _telling_power(explanation) > _telling_power(best):
                best = explanation
        return best

    # --- messages that are no failure

    def _complaint(self) -> BounceMessage:
        feedback = self._feedback or Headers(())
        kind = feedback.get("feedback-type") or "abuse"
        explanation = self._matcher.explain(f"Feedback-Type: {kind}")
        told = [
            *feedback.all("original-rcpt-to"),
            *feedback.all("removal-recipient"),
            *feedback.all(FINAL),
            self._message.headers.get("x-hmxmroriginalrecipient"),
            self._original_headers().get("x-hmxmroriginalrecipient"),
        ]
        found = {address_in(value).lower(): address_in(value) for value in reversed(told)}
        addresses = [address for address in reversed(found.values()) if address]
        addresses = addresses or self._verp_address() or self._original_recipients()
        reports = [self._no_failure(address, "delivered", explanation) for address in addresses]
        message = self._finish(MessageKind.COMPLAINT, reports, feedback)
        return attrs.evolve(message, feedback_type=kind.lower())

    def _auto_reply(self) -> BounceMessage:
        explanation = self._matcher.explain("Auto-Submitted: auto-replied")
        addresses = ADDRESS.findall(self._message.headers.get("from"))[:1]
        text = " ".join(line.strip() for line in self._lines if line.strip())[:_LONGEST_DIAGNOSTIC]
        reports = [
            attrs.evolve(self._no_failure(address, "delivered", explanation), diagnostic=text)
            for address in addresses
        ]
        return self._finish(MessageKind.AUTO_REPLY, reports, Headers(()))

    def _no_failure(self, address: str, action: str, explanation: Explanation) -> RecipientReport:
        return RecipientReport(
            address=address,
            original_address=None,
            action=action,
            status=None,
            reply=None,
            diagnostic=explanation.text,
            remote_mta=None,
            explanation=explanation,
        )

    # --- the returned original, and the whole

    def _original_headers(self) -> Headers:
        for part in self._originals:
            text = part.text()
            headers = Headers.parse(text.partition("\n\n")[0])
            if headers.fields:
                return headers
        for text in self._texts:
            block = self._layouts.original_in(text)
            headers = Headers.parse(
                re.sub(r"^[ \t>]{1,4}(?=[!-9;-~]+:)", "", block, flags=re.MULTILINE)
            )
            if headers.get("message-id") or headers.get("to") or headers.get("from"):
                return headers
        return Headers(())

    def _finish(
        self, kind: MessageKind, reports: list[RecipientReport], general: Headers
    ) -> BounceMessage:
        original = self._original_headers()

        def told(name: str) -> str | None:
            return decode_words(original.get(name)) or None

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


def _telling_power(explanation: Explanation) -> tuple[int, int]:
    """Rank what a text tells: by what the answer rests on, then by how much was found of it."""
    if explanation.basis is None:
        return -1, 0
    return explanation.basis, explanation.points


def _only_wraps(explanation: Explanation) -> bool:
    """Tell whether a text says that it failed, and nothing of why."""
    told = explanation.status is not None or explanation.reply is not None
    return not told and explanation.basis is Basis.WRAPPER


def _tells(explanation: Explanation) -> bool:
    """Tell whether a text says anything of why."""
    told = explanation.status is not None or explanation.reply is not None
    return told or (explanation.basis is not None and explanation.basis >= Basis.SYMPTOM)


def _says_delivered(status: StatusCode | None, reply: int | None) -> bool:
    """Tell what became of a message whose report leaves out the action."""
    if status is not None:
        return status.klass == 2  # noqa: PLR2004 - the digit of success (RFC 3463)
    return reply is not None and 200 <= reply < 300  # noqa: PLR2004 - likewise (RFC 5321)


def _telling(told: StatusCode | None, found: StatusCode | None) -> StatusCode | None:
    """Choose between the Status field and the code in the diagnostic's own words."""
    if told is None or found is None:
        return told or found
    return found if _vagueness(found) <= _vagueness(told) else told


def _vagueness(status: StatusCode) -> int:
    """Tell how little a code says: x.0.0 nothing, x.3.0 only its subject."""
    return (status.subject == 0) + (status.detail == 0)


def _kind_of(reports: list[RecipientReport]) -> MessageKind:
    actions = {report.action for report in reports}
    if actions <= _NOT_FAILED:
        return MessageKind.DELIVERED
    if "failed" not in actions and "delayed" in actions:
        return MessageKind.DELAY
    return MessageKind.BOUNCE


def _merged(reports: list[RecipientReport]) -> list[RecipientReport]:
    """Merge reports of one address; the one that says more stays."""
    merged: dict[str, RecipientReport] = {}
    for report in reports:
        key = report.address.lower()
        known = merged.get(key)
        if known is None:
            merged[key] = report
            continue
        better = max(
            known,
            report,
            key=lambda one: -1 if one.explanation.basis is None else one.explanation.basis,
        )
        merged[key] = attrs.evolve(
            better, original_address=known.original_address or report.original_address
        )
    return list(merged.values())
