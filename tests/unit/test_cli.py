import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
from typing import Any

import pytest

from ndrcodes.__main__ import main

from ..conftest import HEAD, RECORD

BOUNCE = b"""From: MAILER-DAEMON@example.org
To: sender@example.org
Subject: failure notice

<user@example.com>:
550 5.1.1 User unknown
"""
FULL = BOUNCE.replace(b"550 5.1.1 User unknown", b"552 5.2.2 Mailbox is full")
LETTER = b"From: a@example.org\nTo: b@example.org\nSubject: Lunch\n\nAt noon?\n"


class Run:
    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.patch = patch
        self.out = self.err = ""

    def __call__(self, *arguments: str, given: bytes = b"") -> int:
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main(arguments)
        self.out, self.err = self.capsys.readouterr()
        return code

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(capsys, monkeypatch)


def test_explain_a_text(run: Run) -> None:
    text = "550 5.7.705 Access denied, tenant has exceeded threshold"
    assert run("explain", text) == 0
    assert "exchange-online/5.7.705" in run.out
    assert run("explain", *text.split(), "--json") == 0
    assert run.json["category"] == "sender-suspended"
    assert run("explain", text, "--markdown") == 0
    assert run.out.startswith("### ")


def test_nothing_known(run: Run) -> None:
    assert run("explain", "hello") == 1
    assert "Nothing in this text is known" in run.out


def test_explain_standard_input(run: Run) -> None:
    assert run("explain", given=b"550 user unknown") == 0
    assert "generic/recipient-unknown" in run.out
    assert run("explain", "-", "--json", given=BOUNCE) == 0
    assert run.json["recipients"][0]["address"] == "user@example.com"


def test_explain_lines(run: Run) -> None:
    given = b"550 user unknown\n\n552 mailbox full\n"
    assert run("explain", "--lines", "--json", given=given) == 0
    found = [json.loads(line)["category"] for line in run.out.splitlines()]
    assert found == ["recipient-unknown", "mailbox-full"]
    assert run("explain", "--lines", given=given) == 0
    assert run.out.count("What happened") == 2
    assert run("explain", "--lines", "--summary", given=given) == 0
    assert run.out == "mailbox-full       1\nrecipient-unknown  1\n"


def test_an_empty_text_is_no_folder(
    run: Run, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bounce.eml").write_bytes(BOUNCE)
    monkeypatch.chdir(tmp_path)
    assert run("explain", "") == 1
    assert (run.out, run.err) == ("", "")
    assert run("explain", ".") == 0
    assert run.out.startswith("bounce.eml: bounce\n")


def test_lines_end_at_line_feeds_alone(run: Run, tmp_path: pathlib.Path) -> None:
    lines = ["552 mailbox\u2028 full", "550 user\x0bunknown\x85"]
    path = tmp_path / "x.log"
    path.write_bytes("\r\n".join(lines).encode() + b"\n")
    for arguments in ([str(path)], ["\n".join(lines)]):
        assert run("explain", "--lines", "--json", *arguments) == 0
        assert [json.loads(line)["text"] for line in run.out.split("\n")[:-1]] == lines


def test_a_line_is_explained_before_the_next_one_comes() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ndrcodes", "explain", "--lines", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # If it waits for the end of its input, it is ended, and prints nothing.
        timer = threading.Timer(60, process.kill)
        timer.start()
        process.stdin.write(b"552 mailbox full\n")
        process.stdin.flush()
        line = process.stdout.readline()
        timer.cancel()
    assert json.loads(line)["category"] == "mailbox-full"


def test_the_host_names_the_provider(run: Run) -> None:
    assert run("explain", "--json", "--host", "mta5.am0.yahoodns.net", "554 no") == 0
    assert run.json["provider"] == "yahoo"


def test_explain_a_text_file(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "reply.txt"
    path.write_text("552 mailbox\n full", "utf-8")
    assert run("explain", "--json", str(path)) == 0
    assert run.json["category"] == "mailbox-full"
    assert run("explain", "--lines", "--json", str(path), str(path)) == 0


def test_a_message_file(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "bounce.eml"
    path.write_bytes(BOUNCE)
    assert run("explain", str(path)) == 0
    assert run.out.startswith(f"{path}: bounce\n  user@example.com: recipient-unknown, suppress\n")
    assert "(550 5.1.1)" in run.out
    path.write_bytes(LETTER)
    assert run("explain", str(path)) == 1
    assert run.out == f"{path}: not-a-bounce\n"


def test_mailboxes(run: Run, tmp_path: pathlib.Path) -> None:
    separator = b"From MAILER-DAEMON Wed Nov 25 00:00:00 2026\n"
    mbox = tmp_path / "box.mbox"
    mbox.write_bytes(separator + BOUNCE + b"From here on\n\n" + separator + FULL)
    assert run("explain", "--json", str(mbox)) == 0
    names = [json.loads(line)["file"] for line in run.out.splitlines()]
    assert names == [f"{mbox}:1", f"{mbox}:2"]
    maildir = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "new" / "1").write_bytes(BOUNCE)
    (maildir / "cur" / "2").write_bytes(FULL)
    (maildir / "cur" / ".hidden").write_bytes(FULL)
    (maildir / "tmp" / "3").write_bytes(FULL)
    assert run("explain", "--summary", str(maildir)) == 0
    assert run.out == (
        "mailbox-full       1\nrecipient-unknown  1\n"
        "\nretry:\n  user@example.com\n\nsuppress:\n  user@example.com\n"
    )
    assert run("explain", "--summary", "--json", str(maildir)) == 0
    assert run.json["causes"] == {"recipient-unknown": 1, "mailbox-full": 1}


def test_an_mbox_on_standard_input_is_read_as_in_a_file(run: Run, tmp_path: pathlib.Path) -> None:
    # The separators lie within, across and behind what tells that it is an mbox.
    padding = b"X-Padding: " + b"x" * 3800 + b"\n"
    content = b"".join(b"From x\n" + one + b"\n" for one in (padding + BOUNCE, FULL, LETTER) * 2)
    path = tmp_path / "box.mbox"
    for cut in range(0, 400, 7):
        path.write_bytes(content[:7] + content[7 + cut :])
        assert run("explain", str(path)) == 0
        printed = run.out
        assert printed.count(" bounce\n") == 4
        assert run("explain", given=path.read_bytes()) == 0
        assert run.out == printed.replace(str(path), "standard input")


def test_a_file_that_cannot_be_read_is_named(
    run: Run, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(BOUNCE)
    plain = pathlib.Path.open

    def refuse(path: pathlib.Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "a.eml":
            raise PermissionError(13, "Permission denied")
        return plain(path, *args, **kwargs)

    monkeypatch.setattr(pathlib.Path, "open", refuse)
    assert run("explain", str(tmp_path)) == 2
    assert "a.eml: Permission denied\nndrcodes: 1 could not be read" in run.err
    assert "b.eml: bounce" in run.out
    assert run("explain", str(tmp_path / "a.eml")) == 2
    assert run.err == "ndrcodes: [Errno 13] Permission denied\n"


def test_progress_on_a_terminal(
    run: Run, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        (tmp_path / f"{number}.eml").write_bytes(BOUNCE)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run("explain", "--summary", str(tmp_path)) == 0
    assert run.err == "\r50 messages\r\x1b[K"


def test_a_path_that_is_not_there(run: Run) -> None:
    assert run("explain", "./no/such/file.eml") == 2
    assert run.err == "ndrcodes: no such file: ./no/such/file.eml\n"
    assert run("explain", "x\0y") == 1
    assert run("explain", "x" * 5000) == 1


def test_an_empty_diagnostic(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(
        b"From: MAILER-DAEMON@example.org\nSubject: failure\nX-Failed-Recipients: a@example.com\n"
        b"Date: x\n\n"
    )
    assert run("explain", str(path)) == 0
    assert "a@example.com: unknown, fix" in run.out


def test_show(run: Run) -> None:
    assert run("show", "exchange-online/5.7.705") == 0
    assert run.out.startswith("exchange-online/5.7.705: ")
    assert run("show", "5.7.705", "--json") == 0
    assert run.json[0]["id"] == "exchange-online/5.7.705"
    assert run("show", "452", "--json") == 0
    assert [one["id"] for one in run.json] == ["smtp/452"]
    for unknown in ("no/such", "TSS04x", "199"):
        assert run("show", unknown) == 1
        assert f"no record '{unknown}'; try: ndrcodes search {unknown}" in run.err
    assert run("show", "5.7") == 2
    assert "expected three numbers" in run.err
    assert run("show", "4.9.9", "--language", "xx") == 2


def test_search(run: Run) -> None:
    assert run("search", "tenant", "threshold") == 0
    assert "exchange-online/5.7.705  " in run.out
    assert run("search", "tenant", "--json") == 0
    assert all(one["docs_url"] for one in run.json)
    assert run("search", "wordthatnobodyuses") == 1


def test_check(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(HEAD + RECORD, "utf-8")
    assert run("check", str(path)) == 0
    assert (run.out, run.err) == ("", "0 faults\n")
    path.write_text(HEAD + RECORD + "flavour = 1\n", "utf-8")
    assert run("check", str(path)) == 1
    assert run.out.startswith(f"{path}: acme/full.flavour: unknown key")
    assert run.err == "1 fault\n"
    assert run("check", str(path), "--json") == 1
    assert run.json[0]["field"] == "flavour"
    assert run("check", str(tmp_path / "none.toml")) == 2


def test_stats(run: Run) -> None:
    assert run("stats", "--json") == 0
    counts = run.json
    assert counts["records"] == sum(counts["records by category"].values())
    assert run("stats") == 0
    assert f"records: {counts['records']}\n" in run.out
    assert re.search(r"^phrases by language: .*\bde [0-9]+", run.out, re.MULTILINE)


def test_wrong_arguments(run: Run) -> None:
    for arguments in (["dance"], [], ["explain", "--colour"], ["explain", "--json", "--markdown"]):
        with pytest.raises(SystemExit) as caught:
            run(*arguments)
        assert caught.value.code == 2


def test_a_reader_that_has_seen_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as closed:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", closed)
        assert main(["stats"]) == 0


@pytest.mark.parametrize("arguments", [["explain", "552 mailbox full"], ["--help"]])
def test_a_closed_pipe_ends_the_command_in_silence(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "ndrcodes", *arguments],
        check=False,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_cannot_be_encoded_is_escaped(
    encoding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    address = "\N{SNOWMAN}ü\N{PILE OF POO}\udc80@example.com"
    text = f"552 5.2.2 <{address}> mailbox full"
    (tmp_path / "\udcff.eml").write_bytes(BOUNCE)
    for arguments in (["--json", text], [text], [str(tmp_path)]):
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding))
        assert main(["explain", *arguments]) == 0
        printed = out.getvalue().decode(encoding)
        if arguments[0] == "--json":
            assert json.loads(printed)["text"] == text
        elif arguments[0] == text:
            assert "generic/mailbox-full" in printed
        else:
            assert "\\udcff.eml: bounce" in printed


def test_control_characters_do_not_reach_the_terminal(run: Run, tmp_path: pathlib.Path) -> None:
    hostile, harmless = "/\x1b[2J\x9b1m\x7f", "/\ufffd[2J\ufffd1m\ufffd"
    text = (
        f"554-Reject due to policy restrictions. 554 For explanation visit https://a.org{hostile}"
    )
    assert run("explain", text) == 0
    assert harmless in run.out
    assert "\n" in run.out
    assert run("explain", "--markdown", text) == 0
    assert harmless.replace("[", r"\[") in run.out
    assert run("explain", "--json", text) == 0
    assert r"/\u001b[2J\u009b1m\u007f" in run.out
    assert run.json["text"] == text
    path = tmp_path / "bounce.eml"
    path.write_bytes(
        b"From: MAILER-DAEMON@example.org\nSubject: failure notice\n"
        b'X-Failed-Recipients: "a\x1b[2Jb"@example.com\n\n550 User unknown \x1b[2J\n'
    )
    assert run("explain", str(path)) == 0
    assert '  "a\ufffd[2Jb"@example.com: recipient-unknown' in run.out
    assert "User unknown \ufffd[2J\n" in run.out
    assert run("explain", "--summary", str(path)) == 0
    assert run.out.endswith('  "a\ufffd[2Jb"@example.com\n')


def test_a_standard_output_that_is_no_file() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["explain", "--json", "552 mailbox full"]) == 0
    assert json.loads(out.getvalue())["category"] == "mailbox-full"


def test_another_language(run: Run) -> None:
    assert run("explain", "--language", "de", "550 5.7.705 x") == 0
    assert "Was geschehen ist" in run.out


def test_a_message_without_codes_or_words(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(
        b"From: x\nTo: y\nContent-Type: message/delivery-status\n\n"
        b"Final-Recipient: rfc822; a@example.com\n"
    )
    assert run("explain", str(path)) == 0
    assert run.out == (f"{path}: bounce\n  a@example.com: unknown, fix\n    unknown\n")


def test_very_long_messages_and_empty_files(run: Run, tmp_path: pathlib.Path) -> None:
    (tmp_path / "empty.mbox").write_bytes(b"")
    assert run("explain", "--summary", str(tmp_path)) == 1
    assert run.out == ""
    box = tmp_path / "long.mbox"
    box.write_bytes(b"From x\n" + BOUNCE + b"x" * 1000 + b"\n" + (b"y" * 70 + b"\n") * 70_000)
    assert run("explain", "--json", str(box)) == 0


def test_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ndrcodes", "--version"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.startswith("ndrcodes ")
