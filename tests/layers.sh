#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# Holds the table of layers below, which docs/ARCHITECTURE.md explains: prints every #include that breaks it as "file:line: …" and exits 1.
#
#   - a layer includes only layers below it; layers side by side do not know each other; sim knows base only;
#   - a header of another layer comes from include/, never from src/;
#   - a third-party library belongs to one module of src/io (x.c, and with it x_*.[ch]), and a module includes one library.
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

function check_library(from, path,    lib, module) {
    lib = library_of(path)
    if (lib == "" || (from " " lib) in exception) return
    module = $1
    sub(/(_[a-z_]*)?\.[ch]$/, "", module)
    if ($1 !~ /^src\/io\//) broken("<" path "> belongs in one module of src/io")
    else if (lib in owner && owner[lib] != module) broken("<" path "> belongs to " owner[lib] " already")
    else if (module in holds && holds[module] != lib) broken("<" path ">: this module has " holds[module] " already")
    owner[lib] = module
    holds[module] = lib
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
