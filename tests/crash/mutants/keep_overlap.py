# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# What a continuation restates of the text before it is not removed.
FILE = "src/text/overlap.c"
CHANGES = [("    size_t run = longest_run(&b, &n);\n", "    size_t run = 0 * longest_run(&b, &n);\n")]
MODE = "quoting"
SYSCALLS = ["recvfrom", "recv"]
