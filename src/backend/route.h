// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A route of a backend: the base URL that the user gave, which may end in "/" or "/v1", and a path from the root.
#ifndef BACKEND_ROUTE_H
#define BACKEND_ROUTE_H

char *route_url(const char *base, const char *path); // owned by the caller

#endif
