/* SPDX-License-Identifier: BSD-2-Clause */

/* The keys of tokens, and their file. */

#include "token_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"
#include "licet/digest.h"
#include "licet/error.h"

/* Some hundred keys; a file of another kind is told apart before it is read whole. */
#define FILE_BYTES 16384

struct Tokens {
    gatomicrefcount references;
    GPtrArray *keys; /* of TokenKey, the newest first; never empty */
};

static void
key_free (void *data)
{
    explicit_bzero (data, sizeof (TokenKey));
    g_free (data);
}

/* digest_sha256 gives hexadecimal digits. */
static TokenKey *
key_new (const unsigned char bytes[TOKEN_KEY_BYTES])
{
    TokenKey *key = g_new0 (TokenKey, 1);
    g_autofree char *digest = digest_sha256 (bytes, TOKEN_KEY_BYTES);

    memcpy (key->bytes, bytes, TOKEN_KEY_BYTES);
    for (unsigned i = 0; i < TOKEN_ID_BYTES; i++)
        key->id[i] = (unsigned char)(g_ascii_xdigit_value (digest[2 * i]) << 4 |
                                     g_ascii_xdigit_value (digest[2 * i + 1]));
    g_strlcpy (key->name, digest, sizeof key->name);
    return key;
}

static TokenKey *
key_new_random (GError **error)
{
    unsigned char bytes[TOKEN_KEY_BYTES];

    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return NULL;
    }
    TokenKey *key = key_new (bytes);
    explicit_bzero (bytes, sizeof bytes);
    return key;
}

static Tokens *
tokens_new (void)
{
    Tokens *tokens = g_new0 (Tokens, 1);

    g_atomic_ref_count_init (&tokens->references);
    tokens->keys = g_ptr_array_new_with_free_func (key_free);
    return tokens;
}

Tokens *
tokens_new_forgotten (void)
{
    TokenKey *key = key_new_random (NULL);

    if (!key)
        return NULL;
    Tokens *tokens = tokens_new ();
    g_ptr_array_add (tokens->keys, key);
    return tokens;
}

Tokens *
tokens_ref (Tokens *tokens)
{
    g_atomic_ref_count_inc (&tokens->references);
    return tokens;
}

void
tokens_unref (Tokens *tokens)
{
    if (!tokens || !g_atomic_ref_count_dec (&tokens->references))
        return;
    g_ptr_array_unref (tokens->keys);
    g_free (tokens);
}

unsigned
tokens_count (const Tokens *tokens)
{
    return tokens->keys->len;
}

const char *
tokens_newest (const Tokens *tokens)
{
    return token_keys_first (tokens)->name;
}

const TokenKey *
token_keys_first (const Tokens *tokens)
{
    return g_ptr_array_index (tokens->keys, 0);
}

const TokenKey *
token_keys_find (const Tokens *tokens, const unsigned char id[TOKEN_ID_BYTES])
{
    for (unsigned i = 0; i < tokens->keys->len; i++) {
        const TokenKey *key = g_ptr_array_index (tokens->keys, i);
        if (memcmp (key->id, id, TOKEN_ID_BYTES) == 0)
            return key;
    }
    return NULL;
}

static TokenKey *
parse_key (const char *line)
{
    size_t length = 0;
    g_autofree unsigned char *bytes = g_base64_decode (line, &length);
    g_autofree char *again = g_base64_encode (bytes, length);
    TokenKey *key =
        length == TOKEN_KEY_BYTES && strcmp (again, line) == 0 ? key_new (bytes) : NULL;

    explicit_bzero (bytes, length);
    explicit_bzero (again, strlen (again));
    return key;
}

static Tokens *
parse_file (const char *file, char *text, GError **error)
{
    g_autoptr (Tokens) tokens = tokens_new ();
    unsigned number = 1;

    for (char *line = text, *end; line; line = end, number++) {
        end = strchr (line, '\n');
        if (end)
            *end++ = '\0';
        g_strstrip (line);
        TokenKey *key = *line && *line != '#' ? parse_key (line) : NULL;
        if (key)
            g_ptr_array_add (tokens->keys, key);
        if (key || !*line || *line == '#')
            continue;
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s:%u: no key of %d bytes in base64; right would be a line that licet "
                     "key new --unsubscribe makes",
                     file, number, TOKEN_KEY_BYTES);
        return NULL;
    }
    if (tokens->keys->len > 0)
        return g_steal_pointer (&tokens);
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "%s: holds no key; right would be: licet key new --unsubscribe %s", file,
                 file);
    return NULL;
}

/* The file's text with a NUL, in a buffer of FILE_BYTES; its length or -1. */
static ssize_t
read_file (const char *file, uid_t keeper, char buffer[FILE_BYTES], GError **error)
{
    /* Without O_NONBLOCK a FIFO would hang the start. */
    int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = 0, n = 0;

    if (fd < 0) {
        keys_fail_open (file, S_IRGRP, error);
        return -1;
    }
    bool sound = keys_check_owner (file, fd, keeper, S_IRGRP, error);
    while (sound && length < FILE_BYTES - 1 &&
           (n = read (fd, buffer + length, (size_t)(FILE_BYTES - 1 - length))) > 0)
        length += n;
    if (sound && (n < 0 || length == FILE_BYTES - 1)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s: %s", file,
                     n < 0 ? g_strerror (errno) : "too long for a file of keys");
        sound = false;
    }
    close (fd);
    buffer[length] = '\0';
    return sound ? length : -1;
}

Tokens *
tokens_load (const char *file, uid_t keeper, GError **error)
{
    char buffer[FILE_BYTES];
    Tokens *tokens =
        read_file (file, keeper, buffer, error) < 0 ? NULL : parse_file (file, buffer, error);

    explicit_bzero (buffer, sizeof buffer);
    return tokens;
}

static bool
write_all (int fd, const char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = write (fd, text + done, length - done);
        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* Beside the file and then in its place, with its owner and mode, so that nobody ever reads half a
 * file and no key gets lost. */
static bool
replace_file (const char *file, const char *head, const char *rest, GError **error)
{
    g_autofree char *beside = g_strconcat (file, ".new", NULL);
    struct stat old = { .st_mode = 0600 };
    bool exists = stat (file, &old) == 0;
    int fd = open (beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && (!exists || fchown (fd, old.st_uid, old.st_gid) == 0) &&
              fchmod (fd, old.st_mode & 0777) == 0 && write_all (fd, head, strlen (head)) &&
              write_all (fd, rest, strlen (rest)) && fsync (fd) == 0 &&
              g_rename (beside, file) == 0;

    if (!ok)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", beside,
                     g_strerror (errno));
    if (fd >= 0)
        close (fd);
    if (fd >= 0 && !ok)
        g_unlink (beside);
    return ok;
}

/* The file keeps its owner, so for root it may be anybody's. */
static bool
add_to_file (const char *file, const TokenKey *key, char buffer[FILE_BYTES], GError **error)
{
    struct stat status = { 0 };
    bool exists = stat (file, &status) == 0;
    uid_t owner = geteuid () == 0 ? status.st_uid : 0;
    g_autoptr (Tokens) known = exists ? tokens_load (file, owner, error) : NULL;

    *buffer = '\0';
    if (exists && (!known || read_file (file, owner, buffer, error) < 0))
        return false;
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
    g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
    g_autofree char *text = g_base64_encode (key->bytes, TOKEN_KEY_BYTES);
    g_autofree char *head = g_strdup_printf (
        "# %s, id %s. The first key makes the links of new mails; all keys that stand here are "
        "known.\n%s\n",
        date, key->name, text);
    bool written = replace_file (file, head, buffer, error);
    explicit_bzero (text, strlen (text));
    explicit_bzero (head, strlen (head));
    return written;
}

bool
tokens_add_key (const char *file, char **ret_id, GError **error)
{
    char buffer[FILE_BYTES];
    TokenKey *key = key_new_random (error);
    bool added = key && add_to_file (file, key, buffer, error);

    if (added)
        *ret_id = g_strdup (key->name);
    if (key)
        key_free (key);
    explicit_bzero (buffer, sizeof buffer);
    return added;
}
