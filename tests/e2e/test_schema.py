# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
"""docs/spec.schema.json and docs/config.schema.json say the same as the program's own checkers.

The same good and bad documents go to python3-jsonschema and to build/tests/spec_check; what a JSON schema cannot say
(duplicate keys, comments, lengths in bytes, one key's relation to another) is listed apart, as the checker's own.
"""

import json
import os
import pathlib
import subprocess

import pytest

jsonschema = pytest.importorskip("jsonschema")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("NOVELGEN_BUILD", ROOT / "build"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
CHECK = BUILD / "tests" / "spec_check"
SCHEMAS = {name: json.loads((ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8")) for name in ("spec", "config")}

MISSING = object()


def spec(**changes):
    """A small good spec with some keys changed, or taken away by MISSING."""
    whole = {"premise": "A tale.", "words": 5000, **changes}
    return {key: value for key, value in whole.items() if value is not MISSING}


def nested(group, **keys):
    return spec(**{group: keys})


def chapter(**keys):
    return spec(outline=[{"title": "A", **keys}])


GOOD = [
    spec(),
    spec(words=100),
    spec(words=5000000),
    spec(words=5000.0),
    spec(chapters=1),
    spec(words=100000, chapters=2000),
    *[spec(kind=kind) for kind in ("novel", "story", "textbook", "report", "./my-templates", "a/b", "mine/", "./..a")],
    spec(title="t" * 300),
    spec(title=""),
    spec(title="  "),
    spec(premise="p" * 100000),
    spec(premise="two\nlines\tand a tab"),
    spec(premise="?"),
    spec(premise="日本"),
    spec(style="", notes=""),
    spec(style="s" * 20000, notes="n" * 20000, description="d" * 20000),
    spec(language="pl"),
    spec(language="hsb"),
    spec(characters=[]),
    spec(characters=[{"name": "Mara", "note": "tall"}, {"name": "Ola"}]),
    spec(characters=[{"name": "a"}] * 64),
    spec(outline=[], opening=[]),
    chapter(),
    chapter(chapter=7, summary="a\nb", pov="A", purpose="p", beats=["a", "b; c"], ends_on="e", weight=0.5),
    chapter(words=50, beats=[]),
    chapter(summary="s" * 4000, purpose="p" * 1000, ends_on="e" * 1000, pov="o" * 200, beats=["b" * 500] * 40),
    spec(outline=[{"title": "A", "chapter": 3}, {"title": "B"}, {"title": "C", "chapter": 1}]),
    spec(words=100000, outline=[{"title": "A"}] * 2000),
    spec(opening=[{"text": "a"}, {"title": "B", "file": "sub/2.md"}]),
    spec(words=5000000, opening=[{"text": "a" * 2000000}]),
    spec(seed=0),
    spec(seed=2**53 - 1),
    spec(model="org/model:7b-q4"),
    *[spec(backend=name) for name in ("auto", "sim", "my-gpu_2.local", "http://127.0.0.1:8080", "https://a.b/v1/",
                                      "http://[::1]:11434", "HTTP://Host", "http://a:80/x%20y;z=1,(2)")],
    nested("sampling"),
    nested("sampling", temperature=0, top_p=1, min_p=0.05, top_k=0),
    nested("sampling", repetition_penalty=0.5, presence_penalty=-2, frequency_penalty=2),
    nested("sampling", dry_multiplier=0, dry_base=1, dry_allowed_length=1, xtc_probability=0, xtc_threshold=0),
    nested("sampling", dry_multiplier=5, dry_base=10, dry_allowed_length=1000, xtc_probability=1, xtc_threshold=1),
    spec(fallback=[]),
    spec(fallback=["gpu2", "http://127.0.0.1:8080", {"backend": "b"}, {"backend": "https://a/v1", "model": "m"}]),
    spec(fallback=["a"] * 16),
    nested("limits", first_token_s=1, stall_s=86400, attempts=100),
    spec(approve_outline=True),
    spec(approve_outline=False),
    spec(export=["md"]),
    spec(export=[]),
    spec(export=["epub", "md", "txt", "html", "docx", "archive"]),
    spec(**{"$schema": "../docs/spec.schema.json"}),
    spec(author="A", subtitle="B", series="C", description="D\nE", rights="F", cover="img/cover.png"),
    spec(cover="..a/b..c/d"),
]

BAD = [
    [],
    None,
    "text",
    7,
    {},
    spec(premise=MISSING),
    spec(words=MISSING),
    spec(wrods=5000),
    spec(command=["rm"]),
    spec(api_key="sk"),
    *[spec(words=words) for words in (99, 5000001, -1, 5000.5, "5000", True, None, [], 1e300)],
    *[spec(chapters=chapters) for chapters in (0, 2001, 1.5, "3", None)],
    *[spec(kind=kind) for kind in ("Novel", "nvoel", "my-templates", "", None, 1, "/etc", "../ours", "a/..", "~/a",
                                     "a/\n", "./a\\b", "C:/a", "./" + "a" * 999)],
    *[spec(title=title) for title in ("t" * 301, "a\nb", "a\tb", "a\x00b", "a\x7fb", "a\x85b", 7, None)],
    *[spec(premise=text) for text in ("", " \n\t", "\u3000\u00a0", "p" * 100001, "a\rb", "a\x1b[31m", 7, None, ["a"])],
    spec(style="s" * 20001),
    spec(notes="n" * 20001),
    spec(description="\x08"),
    *[spec(language=tag) for tag in ("", "e", "EN", "Polish", "pt-BR", "engl", 1, "en\n")],
    *[spec(characters=who) for who in ({}, "Mara", ["Mara"], [{}], [{"note": "a"}], [{"name": ""}], [{"name": 1}],
                                       [{"name": "a", "age": 3}], [{"name": "a\nb"}], [{"name": "a" * 201}],
                                       [{"name": "a", "note": "n" * 2001}], [{"name": "a"}] * 65)],
    *[spec(outline=what) for what in ({}, "A", ["A"], [{}], [{"title": ""}], [{"title": "a\nb"}],
                                      [{"title": "A"}, {"tilte": "B"}])],
    *[chapter(**{key: value}) for key, value in (
        ("title", "t" * 301), ("chapter", 0), ("chapter", 2001), ("chapter", "1"), ("chapter", 1.5), ("summary", "s" * 4001),
        ("summary", 1), ("summary", "a\x1b"), ("pov", "a\nb"), ("pov", "o" * 201), ("purpose", "p" * 1001), ("ends_on", "e" * 1001),
        ("beats", "b"), ("beats", [1]), ("beats", [" "]), ("beats", ["a\nb"]), ("beats", ["b" * 501]), ("beats", ["b"] * 41),
        ("weight", 0.4), ("weight", 2.1), ("weight", "1"), ("words", 49), ("words", 5000001), ("words", 50.5))],
    chapter(weight=1, words=500),
    *[spec(opening=what) for what in ({}, "a", ["a"], [{}], [{"title": "A"}], [{"text": "a", "file": "b"}], [{"text": " \n"}],
                                      [{"text": 1}], [{"text": "a\x00"}], [{"file": ""}], [{"file": "../a"}], [{"file": "/a"}],
                                      [{"file": "a" * 1001}], [{"text": "a", "title": "t" * 301}], [{"texts": "a"}])],
    *[spec(seed=seed) for seed in (-1, 2**53, 0.5, "7", None)],
    spec(model="m" * 301),
    spec(model="a\nb"),
    *[spec(backend=name) for name in ("", " ", "-x", "a b", "localhost:8080", "a" * 65, "ftp://a", "http://", "http://u:p@a",
                                      "http://a?x", "http://a/#x", "http://a b", "http://a:0", "http://a:", "http://ä", 1)],
    spec(sampling=[]),
    nested("sampling", temprature=1),
    *[nested("sampling", **{key: value}) for key, value in (
        ("temperature", -0.1), ("temperature", 5.1), ("temperature", "hot"), ("top_p", 1.01), ("min_p", -0.01),
        ("top_k", -1), ("top_k", 1.5), ("top_k", 100001), ("repetition_penalty", 0.4), ("presence_penalty", 2.1),
        ("frequency_penalty", -2.1), ("temperature", True), ("temperature", None), ("dry_multiplier", -0.1),
        ("dry_base", 0.9), ("dry_allowed_length", 0), ("dry_allowed_length", 1.5), ("xtc_probability", 1.1),
        ("xtc_threshold", -0.1), ("dry", 1))],
    *[spec(fallback=what) for what in ({}, "gpu2", [7], [None], [""], ["a b"], ["auto"], ["sim"], ["http://u:p@a"], ["a\nb"],
                                       [{}], [{"backend": "sim"}], [{"backend": " "}], [{"model": "m"}], ["a"] * 17,
                                       [{"backend": "a", "model": 7}], [{"backend": "a", "url": "http://a"}])],
    spec(limits=7),
    *[nested("limits", **{key: value}) for key, value in (
        ("attemps", 3), ("attempts", 0), ("attempts", 101), ("stall_s", 0), ("stall_s", 86401), ("stall_s", 0.5),
        ("first_token_s", 0), ("first_token_s", "1"))],
    spec(**{"limits.attempts": 3}),
    *[spec(export=what) for what in ("md", ["pdf"], ["tar.zst"], ["md", "pdf"], ["EPUB"], ["epub", "epub"], [1], {})],
    *[spec(approve_outline=what) for what in (1, "yes", None, [])],
    spec(**{"$schema": 1}),
    spec(author="a" * 301),
    spec(rights="r" * 1001),
    *[spec(cover=path) for path in ("../a", "a/../b", "a/..", "..", "/a", "~/a", "a\\b", "C:/a", "https://a/b", " ", "")],
]

def backend(**changes):
    """A configuration with one small good backend, some of its keys changed or taken away."""
    whole = {"name": "a", "url": "http://a", **changes}
    return {"backends": [{key: value for key, value in whole.items() if value is not MISSING}]}


GOOD_CONFIGS = [
    {},
    {"$schema": "x", "backends": []},
    backend(),
    backend(url=MISSING, command=["llama-server", "-m", ""]),
    backend(command=["x"] * 256, dialect="ollama", slots=16, n_ctx_tokens=512, model="m"),
    *[backend(dialect=name) for name in ("openai", "llamacpp", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang")],
    backend(api_key_env="_KEY_2"),
    backend(api_key_file="/k"),
    backend(api_key_file="~/.config/novelgen/key"),
    {"backends": [{"name": str(n), "url": "http://a"} for n in range(64)]},
    {"backend": "sim", "fallback": ["gpu", {"backend": "http://a", "model": "m"}]},
    {"models": {"allow": ["qwen3*", "llama3:8b"]}, "queue": {"max": 1}, "chunk": {"words": 200}},
    {"models.allow": ["*"], "queue.max": 100000, "chunk.words": 2000, "limits.total_s": 604800},
    {"limits": {"first_token_s": 0, "stall_s": 86400, "total_s": 0}},
    {"on_wait": ["notify-send", "novelgen", ""], "on_done": ["a"], "on_pause": ["b"]},
]

BAD_CONFIGS = [
    [],
    "text",
    {"backned": "a"},
    {"backends": {}},
    {"backends": ["a"]},
    backend(name=MISSING),
    backend(url=MISSING),
    backend(key="sk"),
    *[backend(name=name) for name in ("auto", "sim", "", "a b", "-a", "a" * 65, "http://a", 1)],
    *[backend(url=url) for url in ("", "a:80", "http://u@a", "ftp://a", 1, None)],
    *[backend(dialect=name) for name in ("", "olama", "auto", 1, None)],
    *[backend(slots=slots) for slots in (0, 17, 1.5, "1")],
    *[backend(command=words) for words in ([], "x", [1], [" "], ["a\nb"], ["x"] * 257, {})],
    *[backend(api_key_env=name) for name in ("", "1A", "A-B", "sk-1", 1)],
    *[backend(api_key_file=path) for path in ("", "key", "./key", "~", "a/b", 1)],
    backend(api_key_env="K", api_key_file="/k"),
    backend(n_ctx_tokens=511),
    {"backend": "a b"},
    *[{"fallback": what} for what in ("a", ["auto"], ["sim"], [1], [{"model": "m"}], [{"backend": "a", "slots": 1}])],
    *[{"models": {"allow": what}} for what in ("a", [], [""], [1], {})],
    {"models.allow": []},
    {"models": ["a"]},
    *[{hook: what} for hook in ("on_wait", "on_done", "on_pause") for what in ("a", [], [" "], [1])],
    {"queue": {"max": 0}},
    {"queue.max": 100001},
    {"chunk": {"words": 199}},
    *[{"limits": {key: value}} for key, value in (
        ("first_token_s", -1), ("stall_s", 86401), ("total_s", 604801), ("attempts", 3), ("stall_s", 0.5))],
]

# What only the checker can say: (text, verdict, part of the message).
OWN_CONFIGS = [
    ('{"backend": "auto" // mine\n}', True, ""),
    (json.dumps(backend(dialect="llama.cpp")), True, ""),
    (json.dumps(backend(dialect="LM Studio")), True, ""),
    (json.dumps({"backends": [{"name": "a", "url": "http://a"}] * 2}), False, "a second time"),
    (json.dumps({"backends": [{"name": str(n), "url": "http://a"} for n in range(65)]}), False, "at most 64"),
    (json.dumps({"queue": {"max": 1}, "queue.max": 1}), False, "given twice"),
    (json.dumps(backend(url="http://a:70000")), False, "port"),
]

# What only the checker can say: (text, verdict, part of the message).
OWN = [
    ('{"premise": "a", // why\n"words": 500} // end', True, ""),
    ('\ufeff{"premise": "a", "words": 500}', True, ""),
    ('{"premise": "a // b", "words": 500}', True, ""),
    ('{"premise": "a",\n"words": 500,\n"words": 600}', False, "line 3"),
    ('{"premise": "a", "words": 500', False, "line 1"),
    ('{"premise": "a", "words": 500,}', False, "line 1"),
    ("{'premise': 'a'}", False, "line 1"),
    ("", False, "found nothing"),
    ("[" * 10000, False, "maximum parsing depth"),
    (b'{"premise": "\xff", "words": 500}', False, "line 1: not UTF-8"),
    ('{"premise": "a", "words": 500}'.encode("utf-16"), False, "not UTF-8"),
    ('{"premise": "\\ud800", "words": 500}', False, "line 1"),
    ('{"premise": "a", "words": 500}\0', False, "line 1"),
    (json.dumps(spec(title="ż" * 151)), False, "302 bytes"),
    (json.dumps(spec(chapters=2000)), False, "at most 100 for 5000 words"),
    (json.dumps(chapter(chapter=101)), False, "chapter 101, expected at most 100 for 5000 words"),
    (json.dumps(spec(chapters=2, outline=[{"title": "A", "chapter": 3}])), False, "as $.chapters says"),
    (json.dumps(spec(outline=[{"title": "A"}, {"title": "B", "chapter": 1}])), False, "chapter 1 a second time"),
    (json.dumps(chapter(words=5001)), False, "5001 words in its chapters"),
    (json.dumps(spec(opening=[{"text": "a"}] * 3)), False, "found 3 chapters, expected at most 2"),
    (json.dumps(spec(opening=[{"text": "a " * 4501}])), False, "expected at most 4500 of the 5000"),
    (json.dumps(spec(words=5000000, opening=[{"text": "a" * 1000001}] * 2)), False, "found 2000002 bytes"),
    (json.dumps(chapter(beats=["ż" * 251])), False, "502 bytes"),
    (json.dumps(spec(backend="http://a:70000")), False, "port"),
]


def run_check(folder, texts, *options):
    """The checker's verdicts, a line each."""
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        paths.append(str(path))
    done = subprocess.run([CHECK, *options, *paths], stdout=subprocess.PIPE, timeout=60, check=True)
    lines = done.stdout.decode("utf-8").split("\n")
    assert len(lines) == len(texts) + 1
    return lines[:-1]


def validator(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    return jsonschema.Draft202012Validator(SCHEMAS[name])


KINDS = {"spec": (GOOD, BAD, OWN, ()), "config": (GOOD_CONFIGS, BAD_CONFIGS, OWN_CONFIGS, ("--config",))}


@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_say_the_same(tmp_path, kind, good):
    documents = KINDS[kind][0 if good else 1]
    schema = validator(kind)
    verdicts = run_check(tmp_path, [json.dumps(d) for d in documents], *KINDS[kind][3])
    for d, verdict in zip(documents, verdicts):
        shown = json.dumps(d)[:200]
        assert (verdict == "ok") == good, f"the checker says {verdict!r} of {shown}"
        assert schema.is_valid(d) == good, f"the schema is wrong about {shown} ({verdict})"


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_the_checker_says(tmp_path, kind):
    own = KINDS[kind][2]
    verdicts = run_check(tmp_path, [text for text, _, _ in own], *KINDS[kind][3])
    for (text, good, part), verdict in zip(own, verdicts):
        assert (verdict == "ok") == good, (verdict, text[:80])
        assert part in verdict, (verdict, text[:80])


def test_bad_files_give_one_line(tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    paths = [tmp_path / "missing.json", tmp_path, huge]
    done = subprocess.run([CHECK, *paths], stdout=subprocess.PIPE, timeout=60, check=True)
    lines = done.stdout.decode("utf-8").splitlines()
    assert len(lines) == len(paths)
    assert all(line.startswith("cannot read: ") for line in lines), lines


def flat(properties, prefix=""):
    """Every key of the schema but the groups, with its dotted path; a key that stands for one in a group is that one."""
    for name, rule in properties.items():
        if rule.get("$ref", "").startswith("#/properties/"):
            assert rule == {"$ref": "#/properties/" + name.replace(".", "/properties/")}
        elif rule.get("type") == "object":
            yield from flat(rule["properties"], prefix + name + ".")
        else:
            yield prefix + name, rule


def compare_keys(table, schema):
    done = subprocess.run([CHECK, "--keys", table], stdout=subprocess.PIPE, timeout=60, check=True)
    keys = [json.loads(line) for line in done.stdout.splitlines()]
    rules = dict(flat(schema["properties"]))
    assert [key["path"] for key in keys] == list(rules)
    assert sorted(key["path"] for key in keys if key["required"]) == sorted(schema.get("required", []))
    for key in keys:
        rule = rules[key["path"]]
        assert rule["description"] == key["help"], key["path"]
        if key["type"] in ("integer", "number"):
            assert (rule["type"], rule["minimum"], rule["maximum"]) == (key["type"], key["least"], key["most"]), key["path"]
        if key["type"] in ("line", "text"):
            assert rule["$ref"] == "#/$defs/" + key["type"], key["path"]
            assert rule["maxLength"] == key["most"], key["path"]
        if key["type"] == "own" and rule.get("type") == "array" and key["most"] > 0:
            assert rule["maxItems"] == key["most"], key["path"]
    return keys


def test_schemas_have_the_keys_of_the_tables():
    properties = SCHEMAS["config"]["properties"]
    compare_keys("spec", SCHEMAS["spec"])
    keys = compare_keys("config", SCHEMAS["config"])
    compare_keys("backend", properties["backends"]["items"])
    for schema in SCHEMAS.values():
        compare_keys("fallback", schema["properties"]["fallback"]["items"]["anyOf"][1])
    dotted = [key["path"] for key in keys if "." in key["path"]]
    assert dotted == [name for name in properties if "." in name]
    assert [key["path"] for key in keys if key["project"]] == ["chunk.words", *(d for d in dotted if d.startswith("limits."))]


def without_comments(text):
    """A job's text as plain JSON: in the examples a comment stands on a line of its own."""
    return "\n".join("" if line.lstrip().startswith("//") else line for line in text.split("\n"))


def test_examples_are_good(tmp_path):
    schema = validator("spec")
    jobs = sorted((ROOT / "jobs").glob("*.json"))
    assert len(jobs) >= 5
    texts = [job.read_text(encoding="utf-8") for job in jobs]
    assert run_check(tmp_path, texts) == ["ok"] * len(jobs)
    for text in texts:
        whole = json.loads(without_comments(text))
        schema.validate(whole)
        assert whole["$schema"] == "../docs/spec.schema.json"
