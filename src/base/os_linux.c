// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Linux: see include/base/os.h.
#include "base/os.h"
#include "base/mem.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

const int os_info_signal = SIGUSR1;

int os_fsync(int fd)
{
    return fsync(fd);
}

bool os_self_path(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size);

    if (n <= 0 || (size_t)n >= size) return false;
    out[n] = '\0';
    return true;
}

// Magic numbers of statfs(2); most are in no header.
static const struct {
    unsigned long magic;
    const char *name;
} os_network_types[] = {
    {0x6969, "nfs"},        {0x517b, "smb"},      {0xff534d42, "cifs"},   {0xfe534d42, "smb2"},  {0x01021997, "9p"},
    {0x00c36400, "ceph"},   {0x5346414f, "afs"},  {0x6b414653, "afs"},    {0x73757245, "coda"},  {0x564c, "ncp"},
    {0x0bd00bd0, "lustre"}, {0x47504653, "gpfs"}, {0x19830326, "beegfs"}, {0x7461636f, "ocfs2"}, {0x01161970, "gfs2"},
};

bool os_is_network_fs(const char *path, char *type, size_t type_size)
{
    struct statfs st;

    if (statfs(path, &st) != 0) return false;
    unsigned long magic = (unsigned long)st.f_type & 0xffffffffUL; // f_type is signed on some architectures
    for (size_t i = 0; i < ARRAY_LEN(os_network_types); i++) {
        if (os_network_types[i].magic != magic) continue;
        (void)snprintf(type, type_size, "%s", os_network_types[i].name);
        return true;
    }
    return false;
}

static const struct {
    unsigned long magic;
    const char *name;
} os_local_types[] = {
    {0xef53, "ext4"},        {0x58465342, "xfs"},   {0x9123683e, "btrfs"}, {0x01021994, "tmpfs"},
    {0x794c7630, "overlay"}, {0x2fc12fc1, "zfs"},   {0xf2f52010, "f2fs"},  {0x65735546, "fuse"},
    {0x4d44, "vfat"},        {0x2011bab0, "exfat"}, {0x7366746e, "ntfs"},  {0xca451a4e, "bcachefs"},
};

bool os_fs_kind(const char *path, char *type, size_t type_size)
{
    struct statfs st;

    if (os_is_network_fs(path, type, type_size)) return true;
    if (statfs(path, &st) != 0) return false;
    unsigned long magic = (unsigned long)st.f_type & 0xffffffffUL;
    (void)snprintf(type, type_size, "0x%lx", magic);
    for (size_t i = 0; i < ARRAY_LEN(os_local_types); i++)
        if (os_local_types[i].magic == magic) (void)snprintf(type, type_size, "%s", os_local_types[i].name);
    return true;
}

// "1: FLOCK  ADVISORY  WRITE 4711 00:1f:1234 0 EOF"; one that waits has "->" behind the number.
static bool os_lock_line_is(const char *line, unsigned long inode)
{
    char kind[16], at[21];

    if (strstr(line, "->") != NULL) return false;
    int n = sscanf(line, "%*s %15s %*s %*s %*s %*x:%*x:%20[0-9]", kind, at);
    return n == 2 && strcmp(kind, "FLOCK") == 0 && strtoul(at, NULL, 10) == inode;
}

int os_lock_holders(const char *path)
{
    struct stat st;
    char line[256];
    int holders = 0;
    FILE *locks = fopen("/proc/locks", "re");

    if (locks == NULL) return -1;
    bool there = stat(path, &st) == 0;
    while (there && fgets(line, sizeof line, locks) != NULL)
        holders += os_lock_line_is(line, (unsigned long)st.st_ino);
    (void)fclose(locks);
    return holders;
}

static bool os_in_path(const char *name)
{
    char file[4096];
    const char *path = getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv

    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        int n = snprintf(file, sizeof file, "%.*s/%s", (int)len, path, name);
        if (len > 0 && n > 0 && (size_t)n < sizeof file && access(file, X_OK) == 0) return true;
        path += len;
        path += strspn(path, ":");
    }
    return false;
}

// The command may be installed in a container where no systemd runs that could answer it.
const char *const *os_inhibit_argv(void)
{
    static const char *const argv[] = {"systemd-inhibit",
                                       "--what=sleep:idle",
                                       "--who=novelgen",
                                       "--why=writing a book",
                                       "--mode=block",
                                       "cat",
                                       NULL};

    if (access("/run/systemd/system", F_OK) != 0 || !os_in_path(argv[0])) return NULL;
    return argv;
}

void os_keep_memory(void)
{
#ifdef __GLIBC__
    enum { KEPT_BYTES = 8 * 1024 * 1024 };
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES); // NOLINT(concurrency-mt-unsafe): one thread
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES); // NOLINT(concurrency-mt-unsafe)
#endif
}

static bool os_read_proc(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, out, size - 1);
    (void)close(fd);
    if (n <= 0) return false;
    out[n] = '\0';
    return true;
}

// "PID (name) state ppid … starttime …": the name may hold anything, so counting begins behind its last parenthesis. A
// zombie is gone.
bool os_process_mark(long pid, char out[OS_MARK_SIZE])
{
    enum { FIELDS_TO_START = 20, BOOT_CHARS = 36 };
    char path[64], stat[1024], boot[64] = "";

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!os_read_proc(path, stat, sizeof stat)) return false;
    const char *at = strrchr(stat, ')');
    if (at == NULL || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X') return false;
    for (int i = 0; at != NULL && i < FIELDS_TO_START; i++) at = strchr(at + 1, ' ');
    if (at == NULL) return false;
    at++;
    (void)os_read_proc("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    (void)snprintf(out, OS_MARK_SIZE, "%.*s@%.*s", (int)strcspn(at, " "), at, BOOT_CHARS, boot);
    return true;
}
