// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The JSON Schemas of the plans. Servers turn them into grammars, and know only a part of JSON Schema: no references,
// no patterns, no conditions. All is required and nothing may be added, because some servers insist on it; the order of
// the properties is the order in which a model writes them. maxLength and maxItems bound what a model may loop in.
#include "model/plan.h"

#define TEXT     "{\"type\":\"string\",\"maxLength\":240}"
#define NAME     "{\"type\":\"string\",\"maxLength\":80}"
#define LIST(n)  "{\"type\":\"array\",\"items\":" TEXT ",\"maxItems\":" #n "}"
#define CLOSED   "\"additionalProperties\":false}"
#define OBJECT   "{\"type\":\"object\",\"properties\":{"
#define REQUIRED "},\"required\":["

#define PERSON                                                                                                       \
    OBJECT "\"name\":" NAME ",\"role\":" TEXT ",\"want\":" TEXT ",\"fear\":" TEXT ",\"voice\":" TEXT REQUIRED        \
           "\"name\",\"role\",\"want\",\"fear\",\"voice\"]," CLOSED

const char plan_schema_bible[] =
    OBJECT "\"title\":" NAME ",\"logline\":" TEXT ",\"setting\":" TEXT ",\"style\":" TEXT ",\"rules\":" LIST(
        6) ",\"cast\":{\"type\":\"array\",\"items\":" PERSON ",\"minItems\":1,\"maxItems\":8}"
           ",\"threads\":" LIST(
               8) ",\"ending\":" TEXT REQUIRED
                  "\"title\",\"logline\",\"setting\",\"style\",\"rules\",\"cast\",\"threads\",\"ending\"]," CLOSED;

static const char act[] = OBJECT "\"number\":{\"type\":\"integer\"},\"start\":" TEXT ",\"turn\":" TEXT
                                 ",\"open\":" TEXT REQUIRED "\"number\",\"start\",\"turn\",\"open\"]," CLOSED;

static const char chapter[] =
    OBJECT "\"number\":{\"type\":\"integer\"},\"title\":" NAME ",\"pov\":" NAME ",\"summary\":" TEXT
           ",\"beats\":" LIST(8) ",\"purpose\":" TEXT ",\"ends_on\":" TEXT ",\"opens\":" LIST(3) ",\"closes\":" LIST(
               3) ",\"weight\":{\"type\":\"number\"}" REQUIRED
                  "\"number\",\"title\",\"pov\",\"summary\",\"beats\",\"purpose\",\"ends_on\",\"opens\",\"closes\","
                  "\"weight\"]," CLOSED;

static void add_list(struct buf *out, const char *key, const char *item, int from, int to)
{
    int count = to >= from ? to - from + 1 : 1;
    buf_addf(out, OBJECT "\"%s\":{\"type\":\"array\",\"items\":", key);
    buf_adds(out, item);
    buf_addf(out, ",\"minItems\":%d,\"maxItems\":%d}" REQUIRED "\"%s\"]," CLOSED, count, count, key);
}

void plan_schema_acts(struct buf *out, int from, int to)
{
    add_list(out, "acts", act, from, to);
}

void plan_schema_chapters(struct buf *out, int from, int to)
{
    add_list(out, "chapters", chapter, from, to);
}
