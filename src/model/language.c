// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Languages: the English name for prompts, and one closing line in the language itself, because a model answers in
// the language that it read last. Declared in include/model/spec.h; language_tag_of in language.h.
#include "language.h"

#include "base/mem.h"
#include "model/spec.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct language {
    const char *tag, *name, *line;
} languages[] = {
    {"ar", "Arabic", "اكتب باللغة العربية."},
    {"bg", "Bulgarian", "Пиши на български."},
    {"ca", "Catalan", "Escriu en català."},
    {"cs", "Czech", "Piš česky."},
    {"da", "Danish", "Skriv på dansk."},
    {"de", "German", "Schreibe auf Deutsch."},
    {"el", "Greek", "Γράψε στα ελληνικά."},
    {"en", "English", "Write in English."},
    {"es", "Spanish", "Escribe en español."},
    {"fi", "Finnish", "Kirjoita suomeksi."},
    {"fr", "French", "Écris en français."},
    {"he", "Hebrew", "כתוב בעברית."},
    {"hi", "Hindi", "हिन्दी में लिखिए।"},
    {"hr", "Croatian", "Piši na hrvatskom."},
    {"hu", "Hungarian", "Írj magyarul."},
    {"id", "Indonesian", "Tulislah dalam bahasa Indonesia."},
    {"it", "Italian", "Scrivi in italiano."},
    {"ja", "Japanese", "日本語で書いてください。"},
    {"ko", "Korean", "한국어로 써 주세요."},
    {"nb", "Norwegian", "Skriv på norsk."},
    {"nl", "Dutch", "Schrijf in het Nederlands."},
    {"no", "Norwegian", "Skriv på norsk."},
    {"pl", "Polish", "Pisz po polsku."},
    {"pt", "Portuguese", "Escreva em português."},
    {"ro", "Romanian", "Scrie în limba română."},
    {"ru", "Russian", "Пиши по-русски."},
    {"sk", "Slovak", "Píš po slovensky."},
    {"sv", "Swedish", "Skriv på svenska."},
    {"th", "Thai", "เขียนเป็นภาษาไทย"},
    {"tr", "Turkish", "Türkçe yaz."},
    {"uk", "Ukrainian", "Пиши українською мовою."},
    {"vi", "Vietnamese", "Hãy viết bằng tiếng Việt."},
    {"zh", "Chinese", "请用中文写作。"},
};

static const struct language *find(const char *tag)
{
    for (size_t i = 0; i < ARRAY_LEN(languages); i++)
        if (strcasecmp(languages[i].tag, tag) == 0) return &languages[i];
    return NULL;
}

const char *language_name(const char *tag)
{
    const struct language *l = find(tag);
    return l ? l->name : tag;
}

const char *language_line(const char *tag, char *out, size_t size)
{
    const struct language *l = find(tag);
    if (l)
        (void)snprintf(out, size, "%s", l->line);
    else
        (void)snprintf(out, size, "Write in %s.", tag);
    return out;
}

const char *language_tag_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(languages); i++)
        if (strcasecmp(languages[i].name, name) == 0) return languages[i].tag;
    return NULL;
}
