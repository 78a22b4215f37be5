"""The values of the catalog: enumerations, status codes and frozen records.

Everything here is immutable, hashable, picklable and safe to share between threads.
"""

from __future__ import annotations

import datetime
import enum
import re
from typing import Self, final

import attrs

from ndrcodes.errors import InvalidStatusCode

__all__ = [
    "Action",
    "Basis",
    "Blocklist",
    "Category",
    "Confidence",
    "Fix",
    "NdrCode",
    "Party",
    "Permanence",
    "Provider",
    "ProviderKind",
    "StatusCode",
    "StatusPattern",
    "Taxonomy",
]


class Category(enum.StrEnum):
    """The cause of a failure as the sender must understand it.

    The rule for choosing one is in the documentation, under "What the categories mean".
    """

    # the recipient
    RECIPIENT_UNKNOWN = "recipient-unknown"
    RECIPIENT_INACTIVE = "recipient-inactive"
    RECIPIENT_MOVED = "recipient-moved"
    RECIPIENT_RESTRICTED = "recipient-restricted"
    RECIPIENT_BUSY = "recipient-busy"
    MAILBOX_FULL = "mailbox-full"
    # the route
    DOMAIN_UNKNOWN = "domain-unknown"
    DOMAIN_REJECTS_MAIL = "domain-rejects-mail"
    RELAY_DENIED = "relay-denied"
    ROUTING_ERROR = "routing-error"
    CONNECTION_FAILED = "connection-failed"
    EXPIRED = "expired"
    # the sender
    SENDER_INVALID = "sender-invalid"
    SENDER_SUSPENDED = "sender-suspended"
    SENDER_NOT_ALLOWED = "sender-not-allowed"
    SMTP_AUTH_FAILED = "smtp-auth-failed"
    DOMAIN_AUTH_FAILED = "domain-auth-failed"
    TLS_FAILED = "tls-failed"
    HOST_IDENTITY = "host-identity"
    # reputation, content and policy
    IP_BLOCKED = "ip-blocked"
    DOMAIN_BLOCKED = "domain-blocked"
    SPAM = "spam"
    MALWARE = "malware"
    CONTENT_POLICY = "content-policy"
    MESSAGE_MALFORMED = "message-malformed"
    MESSAGE_TOO_LARGE = "message-too-large"
    TOO_MANY_RECIPIENTS = "too-many-recipients"
    RATE_LIMITED = "rate-limited"
    GREYLISTED = "greylisted"
    POLICY = "policy"
    # the system, and the rest
    SERVER_ERROR = "server-error"
    PROTOCOL_ERROR = "protocol-error"
    SUPPRESSED = "suppressed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto-reply"
    COMPLAINT = "complaint"
    UNKNOWN = "unknown"


class Permanence(enum.StrEnum):
    """Whether the same message would fail again (RFC 3463, section 3.1)."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    SUCCESS = "success"
    UNKNOWN = "unknown"


class Action(enum.StrEnum):
    """What the sending program should do next."""

    #: Send the same message again later.
    RETRY = "retry"
    #: Send again later, and less at a time.
    SLOW_DOWN = "slow-down"
    #: Stop mailing this address.
    SUPPRESS = "suppress"
    #: A person must change something before it is sent again.
    FIX = "fix"
    #: Nothing: it is not a failure.
    NONE = "none"


class Party(enum.StrEnum):
    """Who can carry out a fix."""

    #: The person who wrote the message.
    SENDER = "sender"
    #: Who runs the sender's mail system, domain or account.
    SENDER_ADMIN = "sender-admin"
    #: The person the message is for.
    RECIPIENT = "recipient"
    #: Who runs the recipient's mail system or domain.
    RECIPIENT_ADMIN = "recipient-admin"
    #: The support of the provider whose server rejected the message.
    PROVIDER_SUPPORT = "provider-support"


class Basis(enum.IntEnum):
    """What an answer rests on; the higher one wins."""

    #: The SMTP reply code's meaning.
    REPLY = 0
    #: The meaning of the status code's subject or class.
    SUBJECT = 1
    #: Words or a code that only wrap another server's error.
    WRAPPER = 2
    #: A code that says little about the cause, such as 5.7.1.
    VAGUE_CODE = 3
    #: Words that name a symptom.
    SYMPTOM = 4
    #: A code that names a cause.
    CODE = 5
    #: Words that name a cause.
    WORDS = 6


class Confidence(enum.StrEnum):
    """How well the text supports the answer."""

    #: The words, or a code that names a cause, decided.
    HIGH = "high"
    #: Words that name a symptom, or a code that says little about the cause, decided.
    MEDIUM = "medium"
    #: Only the subject or class of the code, or the SMTP reply code, was known.
    LOW = "low"
    #: Nothing in the text is known.
    NONE = "none"


class ProviderKind(enum.StrEnum):
    """What sort of origin a group of records has."""

    #: A mailbox provider, gateway or sending service: its servers have host names.
    SERVICE = "service"
    #: A program that anyone can run.
    SOFTWARE = "software"
    #: DNS blocklists.
    BLOCKLIST = "blocklist"
    #: Texts that belong to no one server.
    GENERIC = "generic"
    #: The meaning of codes in a public standard.
    REGISTRY = "registry"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_GRAMMAR = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)")
_MAX_DIGITS = 3


@final
@attrs.frozen(order=True)
class StatusCode:
    """An enhanced status code, `class.subject.detail` (RFC 3463, section 2).

    Raises:
        InvalidStatusCode: a number is out of its range, or no `int`.

    Example:
        >>> StatusCode.parse("5.7.705")
        StatusCode(klass=5, subject=7, detail=705)
        >>> str(StatusCode(4, 2, 2))
        '4.2.2'
    """

    #: 2 success, 4 persistent transient failure, 5 permanent failure.
    klass: int = attrs.field()
    #: What the code is about: 0 to 999; RFC 3463 defines 0 to 7.
    subject: int = attrs.field()
    #: The condition: 0 to 999.
    detail: int = attrs.field()

    @klass.validator
    def _check_class(self, _: attrs.Attribute[int], value: int) -> None:
        if not _is_number(value) or value not in (2, 4, 5):
            raise InvalidStatusCode(
                str(self), f"the class must be the int 2, 4 or 5, got {value!r}"
            )

    @subject.validator
    @detail.validator
    def _check_number(self, field: attrs.Attribute[int], value: int) -> None:
        if not _is_number(value) or not 0 <= value <= 999:  # noqa: PLR2004 - RFC 3463: 1*3digit
            raise InvalidStatusCode(
                str(self), f"the {field.name} must be an int, 0 to 999, got {value!r}"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read exactly one code, strictly by the grammar of RFC 3463, section 2.

        Raises:
            InvalidStatusCode: the text is anything else; the error says what is wrong.
            TypeError: the argument is no `str`.
        """
        if not isinstance(text, str):
            msg = f"a status code is read from a str, got {type(text).__name__}"
            raise TypeError(msg)
        found = _GRAMMAR.fullmatch(text)
        if found is None:
            raise InvalidStatusCode(text, "expected three numbers joined by dots, like 5.1.1")
        for name, digits in zip(("class", "subject", "detail"), found.groups(), strict=True):
            if len(digits) > _MAX_DIGITS:
                raise InvalidStatusCode(text, f"the {name} has more than three digits")
            if len(digits) > 1 and digits[0] == "0":
                raise InvalidStatusCode(text, f"the {name} has a leading zero")
        klass, subject, detail = map(int, found.groups())
        if klass not in (2, 4, 5):
            raise InvalidStatusCode(text, f"the class must be 2, 4 or 5, got {klass}")
        return cls(klass, subject, detail)

    @property
    def permanence(self) -> Permanence:
        """What the class says of trying again."""
        return CLASS_PERMANENCE[self.klass]

    def __str__(self) -> str:
        return f"{self.klass}.{self.subject}.{self.detail}"


#: The meaning of the first digit, of enhanced status codes and SMTP reply codes alike.
CLASS_PERMANENCE = {
    2: Permanence.SUCCESS,
    4: Permanence.TRANSIENT,
    5: Permanence.PERMANENT,
}

_NUMBER = "(?:0|[1-9][0-9]{0,2})"  # as in a code, without leading zeros
_PATTERN = re.compile(rf"([245x])\.(x|{_NUMBER})\.(x|{_NUMBER})(?:-({_NUMBER}))?")


@final
@attrs.frozen
class StatusPattern:
    """A set of enhanced status codes: `5.7.705`, `5.7.606-649`, `x.7.26`, `x.1.x`, `5.x.x`.

    Example:
        >>> StatusCode.parse("5.7.610") in StatusPattern.parse("5.7.606-649")
        True
    """

    #: The class, or None for any.
    klass: int | None
    #: The subject, or None for any.
    subject: int | None
    #: The lowest and highest detail, or None for any.
    details: tuple[int, int] | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern.

        Raises:
            ValueError: the text is no pattern.
        """
        found = _PATTERN.fullmatch(text)
        if found is None:
            msg = f"not a status pattern: {text!r}; write 5.7.1, 5.7.606-649, x.7.26 or x.1.x"
            raise ValueError(msg)
        klass, subject, low, high = found.groups()
        if low == "x":
            details = None
        else:
            details = (int(low), int(high or low))
            if details[0] > details[1]:
                msg = f"the range of {text!r} runs backwards"
                raise ValueError(msg)
        return cls(
            None if klass == "x" else int(klass),
            None if subject == "x" else int(subject),
            details,
        )

    def __contains__(self, status: object) -> bool:
        return (
            isinstance(status, StatusCode)
            and self.klass in (None, status.klass)
            and self.subject in (None, status.subject)
            and (self.details is None or self.details[0] <= status.detail <= self.details[1])
        )

    def __str__(self) -> str:
        klass = "x" if self.klass is None else self.klass
        subject = "x" if self.subject is None else self.subject
        if self.details is None:
            return f"{klass}.{subject}.x"
        low, high = self.details
        return f"{klass}.{subject}.{low}" if low == high else f"{klass}.{subject}.{low}-{high}"


@final
@attrs.frozen
class Fix:
    """One step that helps, and who can take it."""

    #: Who can take it.
    who: Party
    #: An instruction; `{ip|the sending IP address}` is filled from the explained text.
    do: str


@final
@attrs.frozen(kw_only=True)
class NdrCode:
    """One record of the catalog: a rejection that servers send, and what it means."""

    #: "provider/slug"; never reused for another meaning.
    id: str
    #: The id of the provider.
    provider: str
    #: What happened, in a line.
    title: str
    #: What happened, in a sentence or two.
    summary: str
    #: The cause.
    category: Category
    #: Whether the same message would fail again; UNKNOWN: the text decides.
    permanence: Permanence = Permanence.UNKNOWN
    #: The enhanced status codes it is sent with; empty: none, or any.
    status: tuple[StatusPattern, ...] = ()
    #: The SMTP reply codes it is sent with; empty: none, or any.
    replies: tuple[int, ...] = ()
    #: The provider's own code, such as "TSS04"; None: it has none.
    vendor_code: str | None = None
    #: True: the text only wraps another server's error.
    wrapper: bool = False
    #: True: the text names a symptom, not a cause.
    symptom: bool = False
    #: How the text is recognised; see the catalog format.
    phrases: tuple[str, ...] = ()
    #: Verbatim texts as servers send them.
    samples: tuple[str, ...] = ()
    #: Why it happens, the most likely first.
    causes: tuple[str, ...] = ()
    #: What helps, in the order to try.
    fixes: tuple[Fix, ...] = ()
    #: Pages for the person who must act.
    links: tuple[str, ...] = ()
    #: Where the facts are from.
    sources: tuple[str, ...] = ()
    #: When the facts were last checked; None: not recorded.
    reviewed: datetime.date | None = None

    def covers(self, status: StatusCode) -> bool:
        """Tell whether the record is sent with this code."""
        return any(status in pattern for pattern in self.status)


@final
@attrs.frozen(kw_only=True)
class Provider:
    """Whose server rejected the mail, or whose words a group of records are."""

    id: str
    name: str
    kind: ProviderKind = ProviderKind.SERVICE
    #: Suffixes of its servers' host names.
    hosts: tuple[str, ...] = ()
    #: Mailbox domains that it serves.
    domains: tuple[str, ...] = ()
    #: Words that stand only in its replies.
    marks: tuple[str, ...] = ()
    #: Its page for senders; None: it has none.
    postmaster: str | None = None


@final
@attrs.frozen(kw_only=True)
class Blocklist:
    """A DNS blocklist that servers ask and name in their replies (RFC 5782)."""

    id: str
    name: str
    #: The DNS zones that are asked.
    zones: tuple[str, ...] = ()
    #: Hosts of the pages that replies point to.
    hosts: tuple[str, ...] = ()
    #: "ip", "domain" or "both": what it lists.
    lists: str = "ip"
    #: Where to ask for removal; None: nowhere.
    removal: str | None = None
    #: False: it has stopped answering, and a rejection by it is the recipient's to mend.
    active: bool = True
    #: What gets listed.
    what: str = ""
    sources: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class Taxonomy:
    """Another system's bounce classes, and the categories they correspond to.

    Example:
        >>> from ndrcodes import Catalog
        >>> sparkpost = Catalog.builtin().taxonomies["sparkpost"]
        >>> sparkpost.class_of("mailbox-full"), sparkpost.categories_of("22")[0]
        ('22', <Category.MAILBOX_FULL: 'mailbox-full'>)
    """

    id: str
    name: str
    #: Their class, its name, and our categories, the best first.
    classes: tuple[tuple[str, str, tuple[Category, ...]], ...]
    #: Our category and their class for it.
    categories: tuple[tuple[Category, str], ...]
    sources: tuple[str, ...] = ()

    def categories_of(self, theirs: str) -> tuple[Category, ...]:
        """Return our categories for their class, the best first; empty if they have no such."""
        return next((ours for key, _, ours in self.classes if key == theirs), ())

    def class_of(self, category: Category | str) -> str | None:
        """Return their class for our category, or None if they have nothing like it."""
        return next((theirs for ours, theirs in self.categories if ours == category), None)
