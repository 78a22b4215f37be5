"""Measure what the performance page of the documentation states.

    nox -s bench                 everything, on the built wheel
    python benchmarks/run.py lines startup

Each figure is the median of several runs; quote ratios rather than single times on a busy machine.
"""

from __future__ import annotations

import functools
import pathlib
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import ndrcodes
from ndrcodes import Catalog, Matcher

REPLIES = [
    "550 5.1.1 <{}@example.com>: Recipient address rejected: User unknown in local recipient table"
    " (in reply to RCPT TO command)",
    "smtp;550 5.2.1 The email account that you tried to reach is disabled. For more information, go"
    " to https://support.google.com/mail/?p=DisabledUser {} - gsmtp",
    "452 4.2.2 The email account that you tried to reach is over quota, {}. Please direct the"
    " recipient to make room and try again",
    "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or"
    " user complaints - {}; see https://postmaster.yahooinc.com/error-codes",
    "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org;"
    " https://www.spamhaus.org/query/ip/192.0.2.7 {}",
    "550 5.7.705 Access denied, tenant has exceeded threshold. Please visit the support page for"
    " more details {} [AB1PR01MB0001.eurprd01.prod.exchangelabs.com]",
    "451 4.7.500 Server busy. Please try again later from [192.0.2.7]. ({})"
    " [AB1EUR01FT003.eop-EUR01.prod.protection.outlook.com]",
    "host mx.example.com[192.0.2.7] said: 450 4.2.0 <{}@example.com>: Recipient address rejected:"
    " Greylisted for 5 minutes (in reply to RCPT TO command)",
    "552 5.3.4 Message size exceeds fixed limit of 10485760 bytes for {}; reduce the size of the"
    " attachments and send the message again",
    "550-5.7.26 This mail has been blocked because the sender {} is unauthenticated. Gmail requires"
    " all senders to authenticate with either SPF or DKIM.",
]
MESSAGES = pathlib.Path(__file__).parent.parent / "tests" / "messages" / "samples"


def median(run: Callable[[], object], repeat: int = 7) -> float:
    """Return the median seconds of a call."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def texts(count: int) -> list[str]:
    return [REPLIES[number % len(REPLIES)].format(f"u{number}") for number in range(count)]


def lines() -> None:
    matcher = Matcher(Catalog.builtin())
    some = texts(5000)
    assert all(110 <= len(text) <= 200 for text in some)
    print("one distinct reply of 110 to 200 characters")
    seconds = median(lambda: [matcher.explain(text).category for text in some])
    print(f"  explained                      {seconds / len(some) * 1e6:8.1f} us")
    shown = texts(300)
    seconds = median(lambda: [str(matcher.explain(text)) for text in shown])
    print(f"  explained and printed          {seconds / len(shown) * 1e6:8.1f} us")


def growth() -> None:
    builtin = Catalog.builtin()
    records = list(builtin)
    some = texts(2000)
    base = median(lambda: [Matcher(builtin).explain(text) for text in some])
    print("growth with the catalog (records: relative time of a reply)")
    print(f"  {len(builtin):6}: 1.00")
    larger = builtin
    for copies in (4, 9):
        import attrs

        synthetic = [
            attrs.evolve(
                record,
                id=f"{record.provider}-{copy}/{record.id.partition('/')[2]}",
                provider=f"{record.provider}-{copy}",
                phrases=tuple(f"{phrase} variant {copy}" for phrase in record.phrases)
                or ("no phrase of its own",),
                status=(),
                vendor_code=None,
                samples=(),
            )
            for copy in range(1, copies + 1)
            for record in records
        ]
        unique = {record.phrases[0]: record for record in synthetic}
        larger = builtin | Catalog.of(unique.values())
        matcher = Matcher(larger)
        for text in some[:20]:
            matcher.explain(text)
        seconds = median(functools.partial(explain_all, matcher, some))
        print(f"  {len(larger):6}: {seconds / base:.2f}")


def explain_all(matcher: Matcher, some: list[str]) -> None:
    for text in some:
        matcher.explain(text)


def hostile() -> None:
    matcher = Matcher(Catalog.builtin())
    every = " ".join(sorted({word for record in Catalog.builtin() for word in record.phrases}))
    codes = " ".join(f"5.{detail // 900}.{detail % 900 + 100}" for detail in range(7000))
    floods = {
        "distinct codes": f"550 5.1.1 {codes} ",
        "codes in turn": "550 5.1.1 " + "5.1.2 " * 10_000,
        "letters": "a",
        "digits": "5",
        "codes": "5.1.1 ",
        "replies": "550-5.1.1 ",
        "dots": "5.",
        "user unknown": "user unknown ",
        "blocked using": "blocked using see ",
        "addresses": "a@b.c ",
        "at signs": "@",
        "addresses without end": "a.",
        "tags": "<b ",
        "entities": "&#5",
        "brackets": "[(<",
        "colons": "1:",
        "urls": "http://",
        "hosts": "host a.",
        "kanji": "宛先不明",
        "surrogates": "\ud800",
        "all phrases": f"{every} ",
        "line ends": "\r\n",
    }
    print("hostile text (seconds for 1 MB; ratio of 2 MB to 1 MB; of 64 K to 32 K characters)")
    for name, piece in floods.items():
        sizes = (32_000, 64_000, 1_000_000, 2_000_000)
        small, limit, one, two = (
            flood(matcher, (piece * (size // len(piece) + 1))[:size]) for size in sizes
        )
        print(f"  {name:24} {one:6.3f}  {two / one:5.2f}  {limit / small:5.2f}")

    print("hostile messages (seconds for 1 MB; ratio of 2 MB to 1 MB)")
    for name, (start, more) in MESSAGE_FLOODS.items():
        one, two = (
            median(functools.partial(ndrcodes.read_message, start + more * (size // len(more))), 3)
            for size in (1_000_000, 2_000_000)
        )
        print(f"  {name:24} {one:6.3f}  {two / one:5.2f}")


_BOUNCE = b"From: MAILER-DAEMON@example.org\nSubject: failure notice\n"
_REPORT = _BOUNCE + b"Content-Type: message/delivery-status\n\n"
#: Messages that begin with the first and go on with any number of the second.
MESSAGE_FLOODS = {
    "recipients in words": (_BOUNCE + b"\n", b"<bob@example.com>:\n550 5.1.1 User unknown\n\n"),
    "recipients in fields": (
        _REPORT,
        b"Final-Recipient: rfc822; bob@example.com\nStatus: 5.1.1\nAction: failed\n\n",
    ),
    "a session": (_BOUNCE + b"\n", b">>> RCPT TO:<bob@example.com>\n<<< 552 full\n"),
    "fields": (_BOUNCE, b"X-Field: value\n"),
    "encoded words": (b"From: MAILER-DAEMON@example.org\nSubject: ", b"=?utf-8?q?=41?= "),
    "addresses": (_BOUNCE + b"X-Failed-Recipients: ", b"bob@example.com, "),
    "parts": (_BOUNCE + b"Content-Type: multipart/mixed; boundary=b\n\n", b"--b\n\nx\n"),
    "parts in parts": (b"", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
    "messages in messages": (b"", b"Content-Type: message/rfc822\n\n"),
    "HTML": (_BOUNCE + b"Content-Type: text/html\n\n", b"<td><style "),
    "JSON": (_BOUNCE + b"\n", b'{"a":['),
    "punycode": (_BOUNCE + b"Content-Type: text/plain; charset=punycode\n\n\xff-", b"zz9"),
}


def flood(matcher: Matcher, text: str) -> float:
    """Return the seconds that a text takes to be explained, printed and parsed."""

    def read() -> None:
        str(matcher.explain(text))
        ndrcodes.parse(text)

    return median(read, 3)


def process(code: str) -> float:
    """Return the median seconds of a fresh interpreter that runs the code."""
    return median(lambda: subprocess.run([sys.executable, "-c", code], check=True), 15)


#: What a first explanation needs beside the package's own modules and data.
LIBRARIES = """
import json, attrs, importlib_resources
from importlib.metadata import entry_points
(importlib_resources.files("ndrcodes") / "catalog" / "builtin.json").is_file()
entry_points(group="ndrcodes.catalogs")
"""


def startup() -> None:
    bare = process("pass")
    print("start-up (milliseconds over the bare interpreter)")
    for name, code in {
        "import ndrcodes": "import ndrcodes",
        "all of its modules": "from ndrcodes import *",
        "import flufl.bounce": "import flufl.bounce",
        "import attrs": "import attrs",
        "the libraries needed": LIBRARIES,
        "first explanation": "import ndrcodes\nndrcodes.explain('550 5.7.705 tenant').code",
    }.items():
        print(f"  {name:24} {(process(code) - bare) * 1000:6.1f}")


def memory() -> None:
    tracemalloc.start()
    from ndrcodes._load import read_builtin

    catalog = Catalog(*read_builtin())
    loaded = tracemalloc.get_traced_memory()[0]
    for record in catalog:
        catalog.traits(record.id)
    for text in texts(1000):
        Matcher(catalog).explain(text)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"memory: catalog loaded {loaded / 1e6:.1f} MB; all records made {used / 1e6:.1f} MB")


def messages() -> None:
    given = [path for path in sys.argv[1:] if pathlib.Path(path).is_dir()]
    folder = pathlib.Path(given[0]) if given else MESSAGES
    raws = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    seconds = median(lambda: [ndrcodes.read_message(raw) for raw in raws])
    print(f"messages of {folder.name}: {len(raws) / seconds:.0f} a second")
    large = raws[0] + b"x" * 76 * 700_000
    seconds = median(lambda: ndrcodes.read_message(large), 3)
    print(f"a message of {len(large) / 1e6:.0f} MB: {seconds:.3f} s")


FIGURES = {
    "lines": lines,
    "growth": growth,
    "hostile": hostile,
    "startup": startup,
    "memory": memory,
    "messages": messages,
}


def main() -> None:
    print(f"Python {sys.version.split()[0]}, ndrcodes {ndrcodes.__version__}, {ndrcodes.__file__}")
    chosen = [name for name in sys.argv[1:] if name in FIGURES] or list(FIGURES)
    for name in chosen:
        FIGURES[name]()


if __name__ == "__main__":
    main()
