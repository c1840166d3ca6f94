// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether a file is a whole picture, by its own bytes. A name's ending says nothing, and a picture that was cut short
// shows grey in some readers and nothing in others.
//
//   PNG    signature, then chunks: length (4, big endian), type (4), data, checksum (4); IHDR first, IEND last
//   JPEG   FF D8, then segments: FF, type, length (2, big endian, with itself), data; SOFn has the size; after SOS comes
//          the picture, in which FF D9 stands only at its end
#include "out/manuscript.h"

#include <string.h>

#include "base/mem.h"

struct picture {
    const unsigned char *data;
    size_t len;
    const char *media_type; // NULL: no picture that we know
    bool whole;
    uint32_t width, height;
};

static uint32_t number_at(const unsigned char *p, size_t bytes)
{
    uint32_t n = 0;
    while (bytes-- > 0) n = n << 8 | *p++;
    return n;
}

// ---- PNG -----------------------------------------------------------------------------------------------------------

static const unsigned char png_signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
enum { PNG_CHUNK = 12, PNG_HEADER = 13 };

static void look_at_png(struct picture *p)
{
    size_t at = sizeof(png_signature);
    bool has_data = false;
    p->media_type = "image/png";
    while (p->len - at >= PNG_CHUNK) {
        const unsigned char *type = p->data + at + 4;
        uint32_t size = number_at(p->data + at, 4);
        if (size > p->len - at - PNG_CHUNK) return;
        bool header = memcmp(type, "IHDR", 4) == 0;
        if (header != (at == sizeof(png_signature)) || (header && size != PNG_HEADER)) return;
        if (header) {
            p->width = number_at(type + 4, 4);
            p->height = number_at(type + 8, 4);
        }
        has_data = has_data || memcmp(type, "IDAT", 4) == 0;
        p->whole = has_data && memcmp(type, "IEND", 4) == 0;
        if (p->whole) return;
        at += PNG_CHUNK + size;
    }
}

// ---- JPEG ----------------------------------------------------------------------------------------------------------

enum { JPEG_START_OF_SCAN = 0xDA, JPEG_END = 0xD9 };

static bool is_frame(unsigned char type)
{
    return type >= 0xC0 && type <= 0xCF && type != 0xC4 && type != 0xC8 && type != 0xCC;
}

static bool has_end(const struct picture *p, size_t from)
{
    const unsigned char *at = p->data + from, *end = p->data + p->len;
    while ((at = memchr(at, 0xFF, (size_t)(end - at))) && at + 1 < end) {
        if (at[1] == JPEG_END) return true;
        at++;
    }
    return false;
}

static void look_at_jpeg(struct picture *p)
{
    size_t at = 2;
    p->media_type = "image/jpeg";
    while (p->len - at >= 4 && p->data[at] == 0xFF) {
        unsigned char type = p->data[at + 1];
        if (type == 0xFF) { // fill bytes may stand before a type
            at++;
            continue;
        }
        size_t size = number_at(p->data + at + 2, 2);
        if (size < 2 || size > p->len - at - 2) return;
        if (is_frame(type) && size >= 8) {
            p->height = number_at(p->data + at + 5, 2);
            p->width = number_at(p->data + at + 7, 2);
        }
        at += 2 + size;
        if (type == JPEG_START_OF_SCAN) {
            p->whole = p->width > 0 && has_end(p, at);
            return;
        }
    }
}

// ---- what it is ----------------------------------------------------------------------------------------------------

static bool begins(const struct picture *p, const char *with, size_t len)
{
    return p->len >= len && memcmp(p->data, with, len) == 0;
}

static const char *other_kind(const struct picture *p)
{
    static const struct {
        const char *begins, *name;
    } kinds[] = {{"GIF8", "a GIF picture"},   {"RIFF", "a WebP picture"},  {"BM", "a BMP picture"},
                 {"<svg", "an SVG drawing"},  {"<?xml", "an SVG drawing"}, {"%PDF", "a PDF document"},
                 {"II*", "a TIFF picture"},   {"MM", "a TIFF picture"},    {"PK", "a zip file"},
                 {"<!DOCTYPE", "a web page"}, {"<html", "a web page"}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (begins(p, kinds[i].begins, strlen(kinds[i].begins))) return kinds[i].name;
    return p->len == 0 ? "an empty file" : "something else";
}

static bool check(const struct picture *p, const char *name, struct err *e)
{
    if (p->len > MANUSCRIPT_COVER_BYTES)
        return err_set(e, ERR_USAGE, "cover '%s': found %zu bytes, expected at most %d; make the picture smaller",
                       name, p->len, MANUSCRIPT_COVER_BYTES);
    if (!p->media_type)
        return err_set(e, ERR_USAGE, "cover '%s': found %s, expected a JPEG or PNG picture", name, other_kind(p));
    if (!p->whole)
        return err_set(e, ERR_USAGE, "cover '%s': found a %s that is cut short or damaged, expected a whole picture",
                       name, strcmp(p->media_type, "image/png") == 0 ? "PNG" : "JPEG");
    if (p->width > 0 && p->height > 0 && p->width <= MANUSCRIPT_COVER_SIDE && p->height <= MANUSCRIPT_COVER_SIDE)
        return true;
    return err_set(e, ERR_USAGE, "cover '%s': found %u x %u pixels, expected 1 to %d a side", name, p->width,
                   p->height, MANUSCRIPT_COVER_SIDE);
}

bool manuscript_set_cover(struct manuscript *m, const void *data, size_t len, const char *name, struct err *e)
{
    struct picture p = {.data = data, .len = len};
    if (begins(&p, (const char *)png_signature, sizeof(png_signature)))
        look_at_png(&p);
    else if (begins(&p, "\xFF\xD8\xFF", 3))
        look_at_jpeg(&p);
    if (!check(&p, name, e)) return false;
    buf_release(&m->cover.data);
    buf_init(&m->cover.data, MANUSCRIPT_COVER_BYTES);
    buf_add(&m->cover.data, data, len);
    m->cover.media_type = p.media_type;
    m->cover.width = (int)p.width;
    m->cover.height = (int)p.height;
    return true;
}
