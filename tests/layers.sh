#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Holds the table of layers below, which docs/ARCHITECTURE.md explains: prints every #include that breaks it as "file:line: …" and exits 1.
#
#   - a layer includes only layers below it; layers side by side do not know each other; sim knows base only;
#   - a header of another layer comes from include/, never from src/;
#   - a third-party library is included by one file, of src/io, and a file of src/io includes one library.
set -eu
cd "${1:-$(dirname "$0")/..}"

find src include -name '*.[ch]' | LC_ALL=C sort | while IFS= read -r file; do
    grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]' "$file" || true
done | awk -F: '
BEGIN {
    split("base=0 wire=1 text=1 io=2 model=3 store=4 backend=4 out=4 engine=5 app=6 cli=7", table, " ")
    for (i in table) { split(table[i], pair, "="); level[pair[1]] = pair[2] + 0 }
    # What a header belongs to, by how its name begins.
    split("curl/=curl ev.h=ev sqlite3=sqlite jansson=jansson archive=archive zip=zip cmark=cmark " \
          "microhttpd=microhttpd uni=unistring cmocka=cmocka", table, " ")
    for (i in table) { split(table[i], pair, "="); library[pair[1]] = pair[2] }
    # Where a library may stand besides one file of src/io.
    exception["text unistring"] = exception["sim microhttpd"] = exception["sim jansson"] = 1
}

function broken(what) { print $1 ":" $2 ": " what; bad = 1 }

function check_layer(from, path,    to) {
    if (path !~ /\//) return
    to = path
    sub(/\/.*/, "", to)
    if (to == from) return
    if (!(to in level)) broken("\"" path "\" names no layer")
    else if (from == "sim" ? to != "base" : level[to] >= level[from]) broken(from " must not include \"" path "\"")
    else if ((getline line < ("include/" path)) < 0) broken("\"" path "\" is private to " to)
    close("include/" path)
}

function library_of(path,    begin) {
    for (begin in library) if (index(path, begin) == 1 && path != "unistd.h") return library[begin]
    return ""
}

function check_library(from, path,    lib) {
    lib = library_of(path)
    if (lib == "" || (from " " lib) in exception) return
    if ($1 !~ /^src\/io\//) broken("<" path "> belongs in one file of src/io")
    else if (lib in owner && owner[lib] != $1) broken("<" path "> is included by " owner[lib] " already")
    else if ($1 in holds && holds[$1] != lib) broken("<" path ">: this file has " holds[$1] " already")
    owner[lib] = $1
    holds[$1] = lib
}

{
    split($1, part, "/")
    from = part[2]
    path = $0
    sub(/^[^:]*:[^:]*:[^"<]*["<]/, "", path)
    quoted = $0 ~ /include[ \t]*"/
    sub(/[">].*/, "", path)
    if (from != "sim" && !(from in level)) broken(from " is no layer")
    else if (quoted) check_layer(from, path)
    else check_library(from, path)
}
END { exit bad }'
