# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What `make install` puts where, for packages too, and that the installed program works from there. What a supervisor
# such as systemd is told.
import json
import os
import pathlib
import plistlib
import re
import shutil
import socket
import subprocess

import pytest
from novelgen import BUILD, Home

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAKE = shutil.which("gmake") or "make"


def make(*args):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return subprocess.run([MAKE, "--no-print-directory", "-s", f"B={BUILD}", *args], cwd=ROOT, env=clean,
                          capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    dest = tmp_path_factory.mktemp("install")
    make("install", f"DESTDIR={dest}", "PREFIX=/usr")
    return dest


def test_everything_has_its_place(tree):
    for path in ("bin/novelgen", "bin/novelgen-sim", "share/man/man1/novelgen.1", "share/man/man5/novelgen-spec.5",
                 "share/bash-completion/completions/novelgen", "share/zsh/site-functions/_novelgen",
                 "share/fish/vendor_completions.d/novelgen.fish", "lib/systemd/user/novelgen.service",
                 "lib/systemd/user/novelgen-strict.service", "share/novelgen/launchd/io.github.novelgen.plist",
                 "share/novelgen/docs/spec.schema.json", "share/novelgen/templates/novel/chunk.txt",
                 "share/novelgen/languages/pl.txt", "share/doc/novelgen/README.md"):
        assert (tree / "usr" / path).is_file(), path
    assert [p.name for p in tree.iterdir()] == ["usr"]
    for job in (tree / "usr/share/novelgen/jobs").glob("*.json"):  # "../docs/spec.schema.json"
        assert "../docs/spec.schema.json" in job.read_text()


def test_the_last_line_says_what_is_where(tmp_path):
    said = make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr").stdout
    assert said.splitlines()[-1].startswith(f"installed {tmp_path}/usr/bin/novelgen, ") and "PATH" not in said


def test_nothing_installed_names_where_it_was_installed_to(tree):
    for path in tree.rglob("*"):
        if path.is_file() and path.name not in ("novelgen", "novelgen-sim"):
            text = path.read_bytes()
            assert str(tree).encode() not in text and b"@BINDIR@" not in text, path


def test_an_installed_program_writes_a_book(tree, tmp_path):
    home = Home(tmp_path)
    got = subprocess.run([tree / "usr/bin/novelgen", "submit", "--premise", "A clockmaker loses an hour.", "--words", "300",
                          "--backend", "sim"], env=home.env, cwd=home.out, capture_output=True, text=True, timeout=60, check=False)
    assert got.returncode == 0, got.stderr


@pytest.mark.parametrize("name", ["stage", "my stage"])
def test_uninstall_leaves_nothing(tmp_path, name):
    (tmp_path / "my").write_text("not ours")
    make("install", f"DESTDIR={tmp_path / name}", "PREFIX=/opt/it")
    assert (tmp_path / name / "opt/it/bin/novelgen").is_file()
    make("uninstall", f"DESTDIR={tmp_path / name}", "PREFIX=/opt/it")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["my"]


def test_a_prefix_in_a_users_own_folder_has_units_where_systemd_looks(tmp_path):
    """`systemd-analyze --user unit-paths` has ~/.local/share/systemd/user, and nothing of ~/.local/lib."""
    make("install", f"HOME={tmp_path}", f"PREFIX={tmp_path}/.local")
    assert (tmp_path / ".local/share/systemd/user/novelgen.service").is_file()
    assert not (tmp_path / ".local/lib").exists()
    make("uninstall", f"HOME={tmp_path}", f"PREFIX={tmp_path}/.local")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_without_a_home_units_are_where_packages_have_them():
    """With HOME not set, as builders of packages may have it, every prefix was below it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "HOME"}
    got = subprocess.run([MAKE, "-n", f"B={BUILD}", "install", "PREFIX=/usr"], cwd=ROOT, env=clean, capture_output=True,
                         text=True, check=True)
    assert "/usr/lib/systemd/user" in got.stdout and "/usr/share/systemd/user" not in got.stdout


def test_the_flags_of_a_distribution_are_taken_without_a_warning(tmp_path):
    flags = {"CPPFLAGS": "-Wdate-time -D_FORTIFY_SOURCE=2 -DMINE", "CFLAGS": "-O2 -Werror", "LDFLAGS": "-Wl,-z,relro"}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    got = subprocess.run([MAKE, f"B={tmp_path}", "V=1", f"{tmp_path}/obj/src/base/buf.o"], cwd=ROOT, env={**clean, **flags},
                         capture_output=True, text=True, check=False)
    assert got.returncode == 0 and "warning" not in got.stderr, got.stderr
    line, = [x for x in got.stdout.splitlines() if "-c src/base/buf.c" in x]
    assert "-Wall" in line and line.index("-Wall") < line.index("-DMINE") < line.index("-Werror -MMD")


def test_a_build_does_not_know_when_it_was_made():
    for path in (*ROOT.glob("src/*/*.[ch]"), *ROOT.glob("include/*/*.h")):
        assert not re.search(r"__(DATE|TIME|TIMESTAMP)__", path.read_text(encoding="utf-8")), path


# ---- units -----------------------------------------------------------------------------------------------------------

def test_units_start_what_is_installed(tree):
    for name in ("novelgen", "novelgen-strict"):
        unit = (tree / f"usr/lib/systemd/user/{name}.service").read_text()
        assert "ExecStart=/usr/bin/novelgen run " in unit
        for line in ("Type=notify", "Restart=on-failure", "RestartPreventExitStatus=2"):
            assert f"\n{line}\n" in unit
    assert "PrivateDevices" not in (tree / "usr/lib/systemd/user/novelgen.service").read_text()
    plist = plistlib.loads((tree / "usr/share/novelgen/launchd/io.github.novelgen.plist").read_bytes())
    assert "/usr/bin/novelgen run" in plist["ProgramArguments"][2]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("name", ["novelgen", "novelgen-strict"])
def test_systemd_understands_a_unit(name, tmp_path):
    text = (ROOT / f"contrib/systemd/{name}.service").read_text().replace("@BINDIR@", str(BUILD))
    (tmp_path / f"{name}.service").write_text(text.replace("Documentation=man:novelgen(1)\n", ""))
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    got = subprocess.run(["systemd-analyze", "verify", "--user", tmp_path / f"{name}.service"], env=env,
                         capture_output=True, text=True, check=False)
    about = [line for line in got.stderr.splitlines() if f"{name}.service" in line]
    assert about == [], got.stderr


def test_a_supervisor_hears_how_it_goes(tmp_path):
    home = Home(tmp_path)
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.settimeout(30)
        home.env["NOTIFY_SOCKET"] = str(path)
        terminal = home.start("submit", "--premise", "A clockmaker loses an hour.", "--words", "600", "--backend", "sim")
        heard = []
        while not heard or heard[-1] != "STOPPING=1":
            heard.append(ear.recv(4096).decode())
        assert terminal.wait() == 0
    assert heard[0] == "READY=1"
    assert any(re.fullmatch(r"STATUS=job 1: .* words.*", line) for line in heard)
    assert heard.count("READY=1") == 1


def demo(folder):
    return subprocess.run([ROOT / "scripts/demo", folder], cwd=ROOT, env={**os.environ, "B": str(BUILD)},
                          capture_output=True, text=True, timeout=240, check=False)


def test_a_second_demo_keeps_the_book_of_the_first(tmp_path):
    """`make demo` twice: the second time began by removing the folder, and with it the book and its home."""
    assert demo(tmp_path).returncode == 0
    first = tmp_path / "books/1-the-last-post-to-hallan-ridge/book.md"
    text = first.read_text()
    again = demo(tmp_path)
    assert again.returncode == 0, again.stderr
    assert str(first) in again.stdout.split("read it here")[0] and first.read_text() == text
    assert (tmp_path / "books/2-the-last-post-to-hallan-ridge/book.md").is_file()


def test_a_second_demo_goes_on_with_a_book_that_was_broken_off(tmp_path):
    def novelgen(*args):
        return subprocess.run([BUILD / "novelgen", *args, "--home", tmp_path / "home"], cwd=ROOT, capture_output=True,
                              text=True, timeout=60, check=True).stdout

    novelgen("submit", "jobs/story-short.json", "--backend", "sim", "--out", tmp_path, "--detach")
    novelgen("pause", "1")
    got = demo(tmp_path)
    assert got.returncode == 0, got.stderr
    assert [(j["id"], j["state"]) for j in json.loads(novelgen("list", "--json"))] == [(1, "done")]
