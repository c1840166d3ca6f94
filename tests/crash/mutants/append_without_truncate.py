# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# After a restart the accepted text is appended to what stands in live.md, which is not cut back first: doubled words.
FILE = "src/engine/publish.c"
CHANGES = [
    ('#include "out/prose.h"\n', '#include "out/prose.h"\n\n#include <sys/stat.h>\n'),
    ("    ok = ok && (out.len == 0 || file_project(path, out.data, out.len, e));\n    if (ok) p->live_len = out.len;\n",
     "    struct stat st = {.st_size = 0};\n    (void)stat(path, &st);\n"
     "    ok = ok && (out.len == 0 || file_append_at(path, (uint64_t)st.st_size, out.data, out.len, e));\n"
     "    if (ok) p->live_len = (uint64_t)st.st_size + out.len;\n"),
]
MODE = "prefill"
SYSCALLS = ["fdatasync"]
