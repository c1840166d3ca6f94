# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What is committed is believed to stand in live.md too, so that a crash between the two loses a chunk of it.
FILE = "src/engine/publish.c"
CHANGES = [
    ('#include "out/prose.h"\n', '#include "out/prose.h"\n\n#include <sys/stat.h>\n'),
    ("    ok = ok && (out.len == 0 || file_project(path, out.data, out.len, e));\n    if (ok) p->live_len = out.len;\n",
     "    struct stat st = {.st_size = 0};\n    (void)stat(path, &st);\n"
     "    if (ok) p->live_len = (uint64_t)st.st_size;\n"),
]
MODE = "prefill"
SYSCALLS = ["sendto", "send"]
