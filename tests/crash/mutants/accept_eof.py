# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The end of the stream is taken for the end of the answer: chunks that broke off are accepted.
FILE = "src/backend/generation.c"
CHANGES = [
    ("    if (g->verdict != FAIL_NONE && g->verdict != FAIL_GARBAGE) return g->verdict;\n"
     "    return g->state == GEN_ENDED ? FAIL_NONE : FAIL_TRUNCATED;\n",
     "    if (g->verdict != FAIL_NONE && g->verdict != FAIL_GARBAGE) return g->verdict;\n"
     "    return FAIL_NONE;\n"),
]
MODE = "broken"
SYSCALLS = ["recvfrom", "recv"]
