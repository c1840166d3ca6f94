// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The templates as they were when the program was built, so that it runs from anywhere. The definition is generated
// by scripts/embed. Names are those below templates/, as "novel/chunk.txt", sorted by bytes; a NULL name ends the
// table. `data` is NUL-terminated (the NUL is not counted).
#ifndef TEXT_EMBEDDED_H
#define TEXT_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;
    const char *data;
    size_t len;
};

extern const struct embedded_file embedded_templates[];

#endif
