// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
#ifndef MODEL_LANGUAGE_H
#define MODEL_LANGUAGE_H

// The tag of a language by its English name ("Polish" gives "pl"), or NULL.
const char *language_tag_of(const char *name);

#endif
