// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading files and arranging directories: see include/base/file.h. Publishing is in file_atomic.c, projections
// are in file_project.c.
#include "base/file.h"
#include "base/file_raw.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool file_is_absent(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

// Opens a regular file. O_NONBLOCK: a FIFO without a writer must not hold us up before fstat refuses it.
static enum file_read_status file_open_regular(const char *path, int *fd, struct err *e)
{
    struct stat st;

    *fd = file_raw_open(path, O_RDONLY | O_NONBLOCK);
    if (*fd < 0 && file_is_absent(errno)) return FILE_READ_MISSING;
    if (*fd < 0 || fstat(*fd, &st) != 0) {
        err_set_errno(e, ERR_STORE, "cannot open '%s'", path);
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(e, ERR_STORE, "cannot read '%s': not a regular file", path);
        goto fail;
    }
    return FILE_READ_OK;
fail:
    file_raw_close(*fd);
    return FILE_READ_ERROR;
}

bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e)
{
    char block[FILE_RAW_BLOCK];
    ssize_t n;

    buf_clear(out);
    while ((n = file_raw_read(fd, block, sizeof block)) > 0) {
        if (!buf_add(out, block, (size_t)n))
            return err_set(e, ERR_CEILING, "cannot read '%s': it is larger than %zu bytes", name, out->max);
    }
    if (n < 0) return err_set_errno(e, ERR_STORE, "cannot read '%s'", name);
    return true;
}

enum file_read_status file_read(const char *path, struct buf *out, struct err *e)
{
    int fd;

    enum file_read_status status = file_open_regular(path, &fd, e);
    if (status != FILE_READ_OK) return status;
    if (!file_read_fd(fd, path, out, e)) status = FILE_READ_ERROR;
    file_raw_close(fd);
    return status;
}

bool file_hash(const char *path, uint64_t *hash, uint64_t *len, struct err *e)
{
    char block[FILE_RAW_BLOCK];
    ssize_t n;
    int fd;

    if (file_open_regular(path, &fd, e) != FILE_READ_OK) return false;
    *hash = HASH_START;
    *len = 0;
    while ((n = file_raw_read(fd, block, sizeof block)) > 0) {
        *hash = hash_add(*hash, block, (size_t)n);
        *len += (uint64_t)n;
    }
    if (n < 0) err_set_errno(e, ERR_STORE, "cannot read '%s'", path);
    file_raw_close(fd);
    return n == 0;
}

bool file_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

bool file_remove(const char *path, struct err *e)
{
    if (sys.unlinkat(AT_FDCWD, path, 0) == 0 || file_is_absent(errno)) return true;
    return err_set_errno(e, ERR_STORE, "cannot remove '%s'", path);
}

bool file_sync_dir(const char *path, struct err *e)
{
    int fd = file_raw_open(path, O_RDONLY | O_DIRECTORY);

    if (fd < 0) return err_set_errno(e, ERR_STORE, "cannot open directory '%s'", path);
    bool ok = file_raw_fsync(fd);
    if (!ok) err_set_errno(e, ERR_STORE, "cannot sync directory '%s'", path);
    file_raw_close(fd);
    return ok;
}

static bool file_is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// One level. The new name is synced in its parent: a database whose folder is lost with the power is lost too.
static bool file_mkdir(const char *path, unsigned mode, struct err *e)
{
    if (sys.mkdirat(AT_FDCWD, path, (mode_t)mode) != 0) {
        int cause = errno; // EROFS or EACCES may hide that it exists
        if (file_is_dir(path)) return true;
        errno = cause;
        return err_set_errno(e, ERR_STORE, "cannot create directory '%s'", path);
    }
    char *parent = mem_alloc(strlen(path) + 2);
    file_raw_dir(parent, strlen(path) + 2, path);
    bool ok = file_sync_dir(parent, e);
    free(parent);
    return ok;
}

bool file_mkdirs(const char *path, unsigned mode, struct err *e)
{
    char *part = mem_strdup(path);
    size_t len = strlen(part);
    bool ok = true;

    while (len > 1 && part[len - 1] == '/') part[--len] = '\0';
    if (len > 0 && file_is_dir(part)) goto out;
    for (char *slash = part; ok && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        ok = file_mkdir(part, mode, e);
        *slash = '/';
        while (slash[1] == '/') slash++;
    }
    ok = ok && file_mkdir(part, mode, e);
out:
    free(part);
    return ok;
}

// Goes up from the folder that stands in `b`. False: its name alone does not tell where that is, since it is a link, or
// is not there.
static bool file_ascend(struct buf *b)
{
    const char *slash = b->len > 0 ? strrchr(b->data, '/') : NULL;
    struct stat st;

    if (slash == NULL) return true; // above the root is the root
    if (strcmp(slash, "/..") == 0 || lstat(b->data, &st) != 0 || !S_ISDIR(st.st_mode)) return false;
    buf_cut(b, (size_t)(slash - b->data));
    return true;
}

static void file_add_part(struct buf *b, const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.')) return;
    if (len == 2 && memcmp(part, "..", 2) == 0 && !b->full && file_ascend(b)) return;
    buf_addc(b, '/');
    buf_add(b, part, len);
}

// Joins `path` to the current directory and drops "./", doubled slashes, and "../" where it leads up from a real folder:
// taking it out by text would be wrong behind a symbolic link.
bool file_absolute(char *out, size_t size, const char *path, struct err *e)
{
    char cwd[4096];
    struct buf b;
    bool ok = false;

    buf_init(&b, size > 0 ? size - 1 : 0);
    if (path[0] != '/') {
        if (getcwd(cwd, sizeof cwd) == NULL) {
            err_set_errno(e, ERR_STORE, "cannot tell the current directory");
            goto out;
        }
        if (strcmp(cwd, "/") != 0) buf_adds(&b, cwd);
    }
    for (const char *p = path; *p != '\0';) {
        size_t len = strcspn(p, "/");
        file_add_part(&b, p, len);
        p += len;
        p += strspn(p, "/");
    }
    if (b.len == 0) buf_addc(&b, '/');
    ok = !b.full;
    if (ok)
        memcpy(out, b.data, b.len + 1);
    else
        err_set(e, ERR_CEILING, "path '%s' is too long", path);
out:
    buf_release(&b);
    return ok;
}

static int file_compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct file_names {
    char **items;
    size_t n, cap;
};

static bool file_read_names(DIR *dir, struct file_names *names)
{
    struct dirent *entry;

    // readdir tells the end from an error by errno alone.
    while (errno = 0, (entry = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe): the stream is ours alone
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        mem_grow(&names->items, &names->cap, names->n + 1, sizeof *names->items);
        names->items[names->n++] = mem_strdup(entry->d_name);
    }
    return errno == 0;
}

bool file_list(const char *path, bool (*each)(void *arg, const char *name), void *arg, struct err *e)
{
    struct file_names names = {0};
    bool ok = true;

    DIR *dir = opendir(path);
    if (dir == NULL)
        return file_is_absent(errno) ? true : err_set_errno(e, ERR_STORE, "cannot open directory '%s'", path);
    if (!file_read_names(dir, &names)) ok = err_set_errno(e, ERR_STORE, "cannot read directory '%s'", path);
    (void)closedir(dir);
    if (names.n > 1) qsort(names.items, names.n, sizeof *names.items, file_compare_names);
    for (size_t i = 0; ok && i < names.n; i++) ok = each(arg, names.items[i]);
    for (size_t i = 0; i < names.n; i++) free(names.items[i]);
    free(names.items);
    return ok;
}
