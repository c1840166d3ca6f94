// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is said of a library: each file that has one includes fills this in.
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

struct library {
    const char *name; // static
    char built[32];   // the version of the headers that this program was built with
    char running[32]; // of what is loaded now
};

// For those who give their version as text.
void library_set(struct library *out, const char *name, const char *built, const char *running);

#endif
