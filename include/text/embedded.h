// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The data files as they were when the program was built, so that it runs from anywhere. The definition is generated
// by scripts/embed. Names are those below the folder, as "novel/chunk.txt" or "de.txt", sorted by bytes; a NULL name
// ends a table. `data` is NUL-terminated (the NUL is not counted).
#ifndef TEXT_EMBEDDED_H
#define TEXT_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;
    const char *data;
    size_t len;
};

extern const struct embedded_file embedded_templates[]; // templates/KIND/NAME.txt
extern const struct embedded_file embedded_languages[]; // languages/TAG.txt

#endif
