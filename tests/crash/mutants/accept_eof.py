# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The end of the stream is taken for the end of the answer: chunks that broke off are accepted.
FILE = "src/backend/generation_judge.c"
CHANGES = [
    ("    if (is_answer || g->framing == g->dialect->framing) return FAIL_TRUNCATED;\n",
     "    if (is_answer || g->framing == g->dialect->framing) return FAIL_NONE;\n"),
]
MODE = "broken"
SYSCALLS = ["recvfrom", "recv"]
