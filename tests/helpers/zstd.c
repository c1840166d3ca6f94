// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Packs and unpacks a stream, for tests that make archives of their own: build/tests/zstd pack|unpack <IN >OUT. Python
// has tar but no zstd, and a bare Debian has no zstd command.
#include <archive.h>
#include <archive_entry.h>

#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 64 * 1024 };

static int pack(void)
{
    static char piece[PIECE_BYTES];
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t n;
    int rc = archive_write_set_format_raw(a) + archive_write_add_filter_zstd(a) +
             archive_write_set_bytes_in_last_block(a, 1) + archive_write_open_FILE(a, stdout);

    archive_entry_set_filetype(entry, AE_IFREG);
    rc += archive_write_header(a, entry);
    while (rc == ARCHIVE_OK && (n = fread(piece, 1, sizeof piece, stdin)) > 0)
        if (archive_write_data(a, piece, n) != (la_ssize_t)n) rc = ARCHIVE_FATAL;
    archive_entry_free(entry);
    if (archive_write_free(a) != ARCHIVE_OK) rc = ARCHIVE_FATAL;
    return rc == ARCHIVE_OK ? 0 : 1;
}

static int unpack(void)
{
    static char piece[PIECE_BYTES];
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    la_ssize_t n = -1;
    int rc = archive_read_support_filter_zstd(a) + archive_read_support_format_raw(a) + archive_read_open_FILE(a, stdin);

    if (rc == ARCHIVE_OK && archive_read_next_header(a, &entry) == ARCHIVE_OK)
        while ((n = archive_read_data(a, piece, sizeof piece)) > 0)
            if (fwrite(piece, 1, (size_t)n, stdout) != (size_t)n) return 1;
    (void)archive_read_free(a);
    return n == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "pack") == 0) return pack();
    if (argc == 2 && strcmp(argv[1], "unpack") == 0) return unpack();
    (void)fprintf(stderr, "usage: zstd pack|unpack <IN >OUT\n");
    return 2;
}
