"""The command `ndrcodes`; the only module that prints.

Exit codes: 0 done; 1 nothing known, not found, or faults in a catalog; 2 wrong arguments or a
file that cannot be read.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import os
import pathlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from ndrcodes import __version__
from ndrcodes._catalog import Catalog
from ndrcodes._mailbox import messages, messages_in
from ndrcodes._match import Explanation, explain
from ndrcodes._message import BounceMessage, MessageKind, read_message
from ndrcodes._render import code_as_dict, docs_url
from ndrcodes.errors import InvalidStatusCode, UnknownLanguage
from ndrcodes.records import Action, NdrCode, StatusCode
from ndrcodes.testing import check_catalog

_DONE: Final = 0
_NOTHING: Final = 1
_USAGE: Final = 2
#: How often the progress line is renewed, in messages.
_PROGRESS_STEP: Final = 50
#: How much of an input tells whether it is a message, in bytes.
_HEAD: Final = 4096
#: Control characters, except tab and newline.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # what it cannot encode is escaped
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            options = _parser().parse_args(arguments)
            return int(options.run(options))
        finally:
            print(end="", flush=True)  # here, where a closed pipe is caught, and not at exit
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
    except (UnknownLanguage, InvalidStatusCode, OSError) as error:
        return _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ndrcodes", description="Explain mail rejections and bounce messages."
    )
    parser.add_argument("--version", action="version", version=f"ndrcodes {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = commands.add_parser(
        "explain",
        help="explain a rejection, a bounce message, or a mailbox of them",
        description="Explain a rejection text, a message file, an mbox file or a Maildir folder; "
        "without an argument, or with -, what comes on standard input.",
    )
    one.add_argument("what", nargs="*", metavar="TEXT | FILE | -", default=["-"])
    one.add_argument("--host", help="the server that answered, if you know it")
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, one line a result")
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    one.add_argument(
        "--lines", action="store_true", help="explain each line of the input by itself"
    )
    one.add_argument(
        "--summary", action="store_true", help="print a table of causes and what to do with whom"
    )
    one.add_argument("--language", metavar="TAG", help="print in another language, such as de")
    one.set_defaults(run=_explain)

    show = commands.add_parser("show", help="show a record, or the records of a code")
    show.add_argument("what", metavar="ID-OR-CODE")
    show.add_argument("--json", action="store_true", help="print JSON")
    show.add_argument("--language", metavar="TAG", help="print in another language, such as de")
    show.set_defaults(run=_show)

    search = commands.add_parser("search", help="find records by words")
    search.add_argument("words", nargs="+", metavar="WORDS")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.set_defaults(run=_search)

    check = commands.add_parser("check", help="check catalog files")
    check.add_argument("files", nargs="+", metavar="FILE", type=pathlib.Path)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_check)

    stats = commands.add_parser("stats", help="count what the catalog holds")
    stats.add_argument("--json", action="store_true", help="print JSON")
    stats.set_defaults(run=_stats)
    return parser


def _fail(message: str) -> int:
    print(f"ndrcodes: {message}", file=sys.stderr)
    return _USAGE


def _catalog(options: argparse.Namespace) -> Catalog:
    catalog = Catalog.default()
    return catalog.translated(options.language) if options.language else catalog


def _print_json(value: Any) -> None:
    # Another encoding than UTF-8 may lack letters, which only JSON itself can escape as JSON.
    utf8 = (getattr(sys.stdout, "encoding", None) or "utf-8").lower() == "utf-8"
    text = json.dumps(value, ensure_ascii=not utf8)
    print(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _print_text(text: str) -> None:
    """Print for people: what a stranger wrote must not steer the terminal."""
    print(_CONTROLS.sub("\ufffd", text))


# --- explain


def _explain(options: argparse.Namespace) -> int:
    if all(_exists(one) for one in options.what):
        return _explain_files(options, [pathlib.Path(one) for one in options.what])
    if options.what == ["-"]:
        return _explain_input(options, sys.stdin.buffer)
    text = " ".join(options.what)
    if len(options.what) == 1 and _looks_like_path(text):
        return _fail(f"no such file: {text}")
    return _explain_texts(options, text.split("\n") if options.lines else [text])


def _explain_input(options: argparse.Namespace, file: BinaryIO) -> int:
    if options.lines:
        return _explain_texts(options, _lines(file))
    head = file.read(_HEAD)
    if _looks_like_message(head):
        return _report(options, messages_in(file, "standard input", head))
    return _explain_texts(options, [(head + file.read()).decode("utf-8", "replace")])


def _explain_texts(options: argparse.Namespace, texts: Iterable[str]) -> int:
    """Explain texts one by one: they may be the lines of a log that still grows."""
    catalog = _catalog(options)
    causes: collections.Counter[str] = collections.Counter()
    known = False
    for text in texts:
        if not text.strip():
            continue
        explanation = explain(text, remote_host=options.host, catalog=catalog)
        if not options.summary:
            _print_explanation(explanation, options, first=not causes)
        known = known or explanation.code is not None
        causes[str(explanation.category)] += 1
    if options.summary:
        _print_summary(causes, {}, 0, options)
    return _DONE if known else _NOTHING


def _lines(file: Iterable[bytes]) -> Iterator[str]:
    # Lines end at "\n" alone: str.splitlines would cut a reply at U+2028 and others, too.
    for line in file:
        yield line.rstrip(b"\r\n").decode("utf-8", "replace")


def _lines_of_files(paths: list[pathlib.Path]) -> Iterator[str]:
    for path in paths:
        with path.open("rb") as file:
            yield from _lines(file)


def _exists(name: str) -> bool:
    if name in {"", "-"}:  # an empty path would be the current folder
        return False
    try:
        return pathlib.Path(name).exists()
    except (OSError, ValueError):  # a text that is too long for a path, or holds a NUL
        return False


def _looks_like_path(text: str) -> bool:
    return "/" in text and " " not in text and not text.startswith("http")


def _looks_like_message(head: bytes) -> bool:
    """Tell a message from a pasted reply: it begins with header fields."""
    head = head.replace(b"\r\n", b"\n").lstrip(b"\n")
    if head.startswith(b"From "):
        return True
    fields = [line.partition(b":") for line in head.split(b"\n\n")[0].split(b"\n")]
    names = {name.lower() for name, colon, _ in fields if colon and b" " not in name}
    return len(names & {b"from", b"to", b"subject", b"date", b"received", b"return-path"}) > 1


def _explain_files(options: argparse.Namespace, paths: list[pathlib.Path]) -> int:
    if options.lines:
        return _explain_texts(options, _lines_of_files(paths))
    if len(paths) == 1 and paths[0].is_file() and _is_text(paths[0]):
        return _explain_texts(options, [paths[0].read_bytes().decode("utf-8", "replace")])
    return _report(options, (found for path in paths for found in messages(path)))


def _is_text(path: pathlib.Path) -> bool:
    with path.open("rb") as file:
        return not _looks_like_message(file.read(_HEAD))


def _report(options: argparse.Namespace, found: Any) -> int:
    catalog = _catalog(options)
    causes: collections.Counter[str] = collections.Counter()
    whom: dict[str, set[str]] = {str(action): set() for action in Action}
    unreadable = 0
    known = False
    for name, content in _with_progress(found, options):
        if isinstance(content, OSError):
            unreadable += 1
            print(f"ndrcodes: {name}: {content.strerror or content}", file=sys.stderr)
            continue
        message = read_message(content, catalog=catalog)
        known = known or message.kind is not MessageKind.NOT_A_BOUNCE
        if options.summary:
            for one in message.recipients:
                causes[str(one.explanation.category)] += 1
                whom[one.explanation.action].add(one.address)
        else:
            _print_message(name, message, options)
    if options.summary:
        _print_summary(causes, whom, unreadable, options)
    if unreadable:
        print(f"ndrcodes: {unreadable} could not be read", file=sys.stderr)
        return _USAGE
    return _DONE if known else _NOTHING


def _with_progress(found: Any, options: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    """Count on the terminal while a long run prints nothing else there."""
    shown = sys.stderr.isatty() and (options.summary or not sys.stdout.isatty())
    for number, one in enumerate(found, 1):
        if shown and number % _PROGRESS_STEP == 0:
            print(f"\r{number} messages", end="", file=sys.stderr, flush=True)
        yield one
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print_explanation(
    explanation: Explanation, options: argparse.Namespace, *, first: bool
) -> None:
    if options.json:
        _print_json(explanation.to_dict())
    else:
        if not first:
            print()
        _print_text(explanation.to_markdown() if options.markdown else str(explanation))
    print(end="", flush=True)  # the next line of a stream may be long in coming


def _print_message(name: str, message: BounceMessage, options: argparse.Namespace) -> None:
    if options.json:
        _print_json({"file": name, **_message_as_dict(message)})
        return
    _print_text(f"{name}: {message.kind}")
    for one in message.recipients:
        reason = (
            one.explanation.code.title if one.explanation.code else str(one.explanation.category)
        )
        codes = " ".join(str(code) for code in (one.reply, one.status) if code is not None)
        _print_text(f"  {one.address}: {one.explanation.category}, {one.explanation.action}")
        _print_text(f"    {reason}{f' ({codes})' if codes else ''}")
        if one.diagnostic:
            _print_text(f"    {one.diagnostic[:300]}")


def _message_as_dict(message: BounceMessage) -> dict[str, Any]:
    return {
        "kind": str(message.kind),
        "reporting_mta": message.reporting_mta,
        "arrival_date": message.arrival_date.isoformat() if message.arrival_date else None,
        "original_message_id": message.original_message_id,
        "original_subject": message.original_subject,
        "original_from": message.original_from,
        "original_to": message.original_to,
        "original_list_id": message.original_list_id,
        "feedback_type": message.feedback_type,
        "recipients": [
            {
                "address": one.address,
                "original_address": one.original_address,
                "action": one.action,
                "status": None if one.status is None else str(one.status),
                "reply": one.reply,
                "diagnostic": one.diagnostic,
                "remote_mta": one.remote_mta,
                "explanation": one.explanation.to_dict(),
            }
            for one in message.recipients
        ],
    }


def _print_summary(
    causes: collections.Counter[str],
    whom: dict[str, set[str]],
    unreadable: int,
    options: argparse.Namespace,
) -> None:
    addresses = {action: sorted(names) for action, names in whom.items() if names}
    if options.json:
        counts = dict(causes.most_common())
        _print_json({"causes": counts, "addresses": addresses, "unreadable": unreadable})
        return
    width = max((len(category) for category in causes), default=0)
    for category, count in sorted(causes.items(), key=lambda one: (-one[1], one[0])):
        _print_text(f"{category:<{width}}  {count}")
    for action, names in addresses.items():
        _print_text(f"\n{action}:")
        _print_text("\n".join(f"  {name}" for name in names))


# --- the catalog


def _show(options: argparse.Namespace) -> int:
    catalog = _catalog(options)
    what: str = options.what
    records: tuple[NdrCode, ...]
    if what in catalog:
        records = (catalog[what],)
    elif re.fullmatch(r"[0-9]{3}", what):
        records = tuple(catalog[identity] for identity in catalog.index.by_reply(int(what)))
    elif "/" not in what and "." in what:
        records = catalog.lookup(StatusCode.parse(what))
    else:
        records = ()
    if not records:
        print(f"ndrcodes: no record {what!r}; try: ndrcodes search {what}", file=sys.stderr)
        return _NOTHING
    if options.json:
        _print_json([code_as_dict(one) for one in records])
        return _DONE
    print("\n\n".join(_record_as_text(one) for one in records))
    return _DONE


def _record_as_text(record: NdrCode) -> str:
    facts = [str(record.category), str(record.permanence), *map(str, record.status)]
    facts += [str(reply) for reply in record.replies] + [record.vendor_code or ""]
    lines = [f"{record.id}: {record.title}", f"  {', '.join(filter(None, facts))}"]
    lines += ["", f"  {record.summary}"]
    lines += [f"  - {cause}" for cause in record.causes]
    lines += [f"  {number}. {fix.who}: {fix.do}" for number, fix in enumerate(record.fixes, 1)]
    lines += [f"  sample: {sample}" for sample in record.samples]
    lines += [f"  see {link}" for link in (*record.links, docs_url(record))]
    return "\n".join(lines)


def _search(options: argparse.Namespace) -> int:
    records = Catalog.default().search(" ".join(options.words))
    if options.json:
        _print_json([code_as_dict(one) for one in records])
    else:
        for one in records:
            print(f"{one.id}  {one.title}")
    return _DONE if records else _NOTHING


def _check(options: argparse.Namespace) -> int:
    missing = [str(path) for path in options.files if not path.exists()]
    if missing:
        return _fail(f"no such file: {', '.join(missing)}")
    faults = check_catalog(*options.files)
    if options.json:
        _print_json(
            [dict(zip(("file", "record", "field", "message"), one, strict=True)) for one in faults]
        )
    else:
        for fault in faults:
            _print_text(str(fault))
        print(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}", file=sys.stderr)
    return _NOTHING if faults else _DONE


def _stats(options: argparse.Namespace) -> int:
    data = Catalog.default().data
    languages: collections.Counter[str] = collections.Counter()
    for table in data.records.values():
        languages["en"] += len(table.get("phrases", ()))
        for language, phrases in table.get("localized", {}).items():
            languages[language] += len(phrases)
    counts = {
        "records": len(data.records),
        "providers": len(data.providers),
        "phrases": languages.total(),
        "samples": sum(len(table.get("samples", ())) for table in data.records.values()),
        "blocklists": len(data.blocklists),
        "taxonomies": len(data.taxonomies),
        "languages": len(languages),
        "phrases by language": dict(sorted(languages.items())),
        "records by category": dict(
            sorted(collections.Counter(one["category"] for one in data.records.values()).items())
        ),
    }
    if options.json:
        _print_json(counts)
        return _DONE
    for name, count in counts.items():
        if isinstance(count, dict):
            print(f"{name}: {', '.join(f'{key} {value}' for key, value in count.items())}")
        else:
            print(f"{name}: {count}")
    return _DONE


if __name__ == "__main__":
    sys.exit(main())
