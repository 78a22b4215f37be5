"""What a message holds and who wrote it: its texts, reports, returned originals, and signs."""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Mapping
from typing import Final, final

from ndrcodes._layout import ADDRESS, Layouts, Words
from ndrcodes._mime import Headers, Part, decode_words, html_to_text
from ndrcodes._report import find_report, is_report

#: How the subject of an answer or forwarded message begins.
_ANSWERS: Final = ("re:", "aw:", "sv:", "fwd:", "fw:", "wg:", "tr:")
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
#: The fields of a header that may say what kind of message it is.
_TELLING_FIELDS: Final = ("auto-", "x-", "precedence", "content-type", "delivered-to")
_FIELD_LENGTH: Final = 200
_RCPT = re.compile(r">>>\s{0,4}RCPT TO:\s{0,4}", re.IGNORECASE)
_QUOTED = re.compile(r"^[ \t>]{1,4}(?=[!-9;-~]+:)", re.MULTILINE)


@final
class Content:
    """A message, sorted by what its parts are for."""

    def __init__(self, message: Part, layouts: Layouts) -> None:
        self._message = message
        self._layouts = layouts
        self.headers = message.headers
        #: What is written for people.
        self.texts: list[str] = []
        #: Reports in the fields of RFC 3464.
        self.reports: list[str] = []
        #: Returned originals, or their headers.
        self.originals: list[Part] = []
        #: The fields of an abuse report (RFC 5965).
        self.feedback: Headers | None = None
        self._sort()

    def _sort(self) -> None:
        html: list[str] = []
        for part in self._message.walk():
            if is_report(part) and not self._forwarded_by_a_person:
                self.reports.append(part.text())
            elif part.type == "message/feedback-report":
                self.feedback = Headers.parse(part.text())
            elif part.type in _ORIGINAL_TYPES:
                self.originals.append(part)
            elif part.parts or self.originals:
                continue  # what follows the original belongs to it
            elif part.type == "text/html":
                html.append(html_to_text(part.text()))
            elif part.type.startswith("text/"):
                self.texts.append(part.text())
        if not any(text.strip() for text in self.texts):
            self.texts = html
        if not self.reports:
            self._find_report_in_text()

    def _find_report_in_text(self) -> None:
        """Find a report that is not marked as one: a wrong type, a wrong boundary, JSON.

        What a person writes may hold the fields of a report too, as a quotation.
        """
        for at, text in enumerate(self.texts):
            if text.lstrip()[:1] == "{":
                notification = self._layouts.report_from_json(text)
                if notification:
                    self.reports.append(notification)
                    return
            start = find_report(text)
            if start is not None and self._by_a_program:
                self.texts[at] = text[:start]
                self.reports.append(text[start:])
                return

    @functools.cached_property
    def lines(self) -> list[str]:
        """What is written for people, up to the returned original."""
        return [line for text in self.texts for line in self._layouts.human_part(text)]

    @functools.cached_property
    def subject(self) -> str:
        """The subject in plain text."""
        return decode_words(self.headers.get("subject"))

    @property
    def report_type(self) -> str:
        """What the message says that it reports (RFC 6522, section 3), or an empty text."""
        return self._message.report_type

    # --- who wrote it

    @functools.cached_property
    def from_a_daemon(self) -> bool:
        """Whether the sender is called like a mail server."""
        sender = decode_words(self.headers.get("from"))
        return self._layouts.has("sender", "bounce", Words(sender))

    @functools.cached_property
    def by_a_daemon(self) -> bool:
        """Whether the message says that a mail server wrote it."""
        return (
            bool(self.headers.get("x-failed-recipients"))
            or self.report_type == "delivery-status"
            or self.from_a_daemon
        )

    @functools.cached_property
    def from_nobody(self) -> bool:
        """Whether it came from the null address (RFC 5321, section 4.5.5)."""
        senders = (self.headers.get("from"), self.headers.get("return-path"))
        return any(value.replace(" ", "") == "<>" for value in senders)

    @property
    def from_a_list(self) -> bool:
        """Whether a mailing list or newsletter sent it (RFC 2919, RFC 2369)."""
        return bool(self.headers.get("list-id") or self.headers.get("list-unsubscribe"))

    @property
    def is_notice(self) -> bool:
        """Whether it is automatic but answers no message (RFC 3834, section 5)."""
        generated = self.headers.get("auto-submitted").lower().startswith("auto-generated")
        return generated and not (self.headers.get("in-reply-to") or self.headers.get("references"))

    @functools.cached_property
    def about_failure(self) -> bool:
        """Whether the subject is that of a bounce and not of an answer to one."""
        asks = self.subject.rstrip().endswith("?") and ":" not in self.subject
        return self.subject_is("bounce") and not asks and not self._answers

    @property
    def _answers(self) -> bool:
        return self.subject.lower().startswith(_ANSWERS)

    @property
    def _by_a_program(self) -> bool:
        """Whether nothing says that a person wrote it."""
        unsigned = not self.headers.get("from")
        return self.by_a_daemon or self.from_nobody or unsigned or self.about_failure

    @functools.cached_property
    def _forwarded_by_a_person(self) -> bool:
        """Whether it is somebody's answer or forwarded message, whatever is attached to it."""
        by_somebody = self.headers.get("from") and not self.by_a_daemon and not self.from_nobody
        return bool(by_somebody) and self._answers and not self.headers.get("auto-submitted")

    # --- what it says it is

    @functools.cached_property
    def _subject_words(self) -> Words:
        return Words(self.subject)

    @functools.cached_property
    def _words(self) -> Words:
        return Words("\n".join(self.lines))

    def subject_is(self, kind: str) -> bool:
        """Tell whether the subject is one of this kind of message."""
        return self._layouts.has("subject", kind, self._subject_words)

    def says(self, kind: str) -> bool:
        """Tell whether the text has words of this kind of message."""
        return self._layouts.has("mark", kind, self._words)

    def has_header(self, kind: str) -> bool:
        """Tell whether a header field is one of this kind of message."""
        return any(
            self._layouts.has("header", kind, Words(f"{name} {value[:_FIELD_LENGTH]}"))
            for name, value in self.headers.fields
            if name.startswith(_TELLING_FIELDS)
        )

    # --- whom it is about

    @functools.cached_property
    def reasons(self) -> list[tuple[str, str]]:
        """The recipients that the text names, each with the words that belong to it."""
        own = ADDRESS.findall(self.headers.get("from"))
        found = self._layouts.recipients(self.lines, own)
        known = {address.lower() for address, _ in found}
        answers = _answers_in_transcript(self.lines)
        return found + [answer for answer in answers if answer[0].lower() in known]

    @functools.cached_property
    def reasons_of(self) -> Mapping[str, list[str]]:
        """The words that belong to a recipient, by its address in lower case."""
        reasons: collections.defaultdict[str, list[str]] = collections.defaultdict(list)
        for address, reason in self.reasons:
            if reason:
                reasons[address.lower()].append(reason)
        return reasons

    @functools.cached_property
    def named(self) -> dict[str, list[str]]:
        """The recipients that header or text names, each with all the words that belong to it."""
        header = ADDRESS.findall(self.headers.get("x-failed-recipients"))
        named: dict[str, list[str]] = {address: [] for address in header}
        spelling = {address.lower(): address for address in header}
        returned_to = self.headers.get("to").lower()
        others = [one for one in self.reasons if one[0].lower() not in returned_to]
        for found, reason in self.reasons if header else others or self.reasons:
            address = spelling.get(found.lower())
            if address is None and not header:
                address = spelling[found.lower()] = found
            if address is not None:
                named.setdefault(address, []).append(reason)
        return named

    def original_recipients(self) -> list[str]:
        """Return the recipients that the returned original names."""
        for name in ("x-failed-recipients", "to", "delivered-to", "x-original-to"):
            found = dict.fromkeys(ADDRESS.findall(decode_words(self.original.get(name))))
            if found:
                return list(found) if name == "to" else list(found)[:1]
        return []

    @functools.cached_property
    def original(self) -> Headers:
        """The header of the returned original, empty if none is returned."""
        for part in self.originals:
            headers = Headers.parse(part.text().partition("\n\n")[0])
            if headers.fields:
                return headers
        for text in self.texts:
            headers = Headers.parse(_QUOTED.sub("", self._layouts.original_in(text)))
            if headers.get("message-id") or headers.get("to") or headers.get("from"):
                return headers
        return Headers(())


def _answers_in_transcript(lines: list[str]) -> list[tuple[str, str]]:
    """Find what a server answered to each `RCPT TO`, where a session is quoted."""
    answers: list[tuple[str, str]] = []
    address = ""
    for line in map(str.strip, lines):
        if line.startswith(">>>"):
            asked = _RCPT.match(line)
            found = ADDRESS.match(line, asked.end()) if asked else None
            address = found[1] if found else ""
        elif line.startswith("<<<") and address:
            answers.append((address, line[3:].strip()))
    return answers
