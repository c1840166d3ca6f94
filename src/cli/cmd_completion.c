// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen completion: a small function for a shell, which asks `novelgen complete` each time, so that it knows the
// commands, options and jobs of today.
#include "cli/command.h"

#include <string.h>

#include "base/mem.h"
#include "cli/exit.h"
#include "cli/output.h"

static const char completion_bash[] =
    "# bash completion for novelgen: source <(novelgen completion bash)\n"
    "_novelgen() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} lead= line i\n"
    "    local -a words=()\n"
    "    # bash takes \"--name=value\" for three words, or for one where COMP_WORDBREAKS has no \"=\"\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        if [[ ${#words[@]} -gt 0 && (${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == =) ]]; then\n"
    "            words[${#words[@]}-1]+=${COMP_WORDS[i]}\n"
    "        else\n"
    "            words+=(\"${COMP_WORDS[i]}\")\n"
    "        fi\n"
    "    done\n"
    "    case $word in\n"
    "    =) word= ;;\n"
    "    --*=*) lead=${word%%=*}= word=${word#*=} ;;\n"
    "    esac\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r line _; do\n"
    "        if [ \"$line\" = :files ]; then\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            while IFS= read -r line; do COMPREPLY+=(\"$lead$line\"); done < <(compgen -f -- \"$word\")\n"
    "        elif [ -n \"$line\" ]; then\n"
    "            COMPREPLY+=(\"$lead$line\")\n"
    "        fi\n"
    "    done < <(\"${COMP_WORDS[0]}\" complete \"${words[@]}\" 2>/dev/null)\n"
    "    case ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac\n"
    "}\n"
    "complete -F _novelgen novelgen\n";

static const char completion_zsh[] =
    "#compdef novelgen\n"
    "# zsh completion for novelgen: source <(novelgen completion zsh), or this file as _novelgen in $fpath\n"
    "_novelgen() {\n"
    "    local line word what\n"
    "    local -a found\n"
    "    while IFS= read -r line; do\n"
    "        [[ $PREFIX == --*=* ]] && IPREFIX+=${PREFIX%%=*}= PREFIX=${PREFIX#*=}\n"
    "        if [[ $line == :files ]]; then\n"
    "            _files\n"
    "            continue\n"
    "        fi\n"
    "        word=${line%%$'\\t'*} what=${line#*$'\\t'}\n"
    "        found+=(\"${word//:/\\\\:}:${what:-$word}\")\n"
    "    done < <(${words[1]} complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    (( ${#found} )) && _describe novelgen found\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _novelgen ]; then _novelgen \"$@\"; else compdef _novelgen novelgen; fi\n";

static const char completion_fish[] = "# fish completion for novelgen: novelgen completion fish | source\n"
                                      "function __novelgen\n"
                                      "    set -l words (commandline -opc) (commandline -ct)\n"
                                      "    set -l lead (string match -r -- '^--[^=]*=' $words[-1])\n"
                                      "    for line in ($words[1] complete $words[2..-1] 2>/dev/null)\n"
                                      "        if test \"$line\" = :files\n"
                                      "            set -l path (string replace -- \"$lead\" '' $words[-1])\n"
                                      "            for file in (__fish_complete_path $path)\n"
                                      "                echo \"$lead$file\"\n"
                                      "            end\n"
                                      "        else\n"
                                      "            echo \"$lead$line\"\n"
                                      "        end\n"
                                      "    end\n"
                                      "end\n"
                                      "complete -c novelgen -f -a '(__novelgen)'\n";

static const struct {
    const char *shell, *script;
} completion_scripts[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};

static int completion_run(const struct args *a)
{
    struct err e = ERR_INIT;
    const char *shell = a->count > 0 ? a->items[0] : "";

    for (size_t i = 0; i < ARRAY_LEN(completion_scripts); i++) {
        if (strcmp(shell, completion_scripts[i].shell) != 0) continue;
        output_text(completion_scripts[i].script, strlen(completion_scripts[i].script));
        output_flush();
        return EXIT_WHOLE;
    }
    if (a->count == 0)
        err_set(&e, ERR_USAGE, "give the shell, bash, zsh or fish; usage: novelgen completion SHELL");
    else
        err_set(&e, ERR_USAGE, "unknown shell '%s', expected bash, zsh or fish", shell);
    return exit_fail(&e);
}

static const struct option *const completion_tables[] = {NULL};

const struct command cmd_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "what the Tab key needs to know",
    .help = "Prints a function that completes commands, options, ids and slugs of jobs, backends and keys. `make "
            "install` puts it where the shells look for it.\n\n"
            "Example: source <(novelgen completion bash)",
    .tables = completion_tables,
    .args_most = 1,
    .run = completion_run,
};
