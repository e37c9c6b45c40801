/* SPDX-License-Identifier: BSD-2-Clause */

/* Reads the directory of policies: all files, then inheritance, and every problem of both. */

#include <stdlib.h>
#include <string.h>

#include "licet/address.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "exceptions.h"
#include "house.h"
#include "iso3166.h"
#include "known.h"
#include "loader.h"
#include "policy_set.h"
#include "provider.h"
#include "references.h"
#include "reply.h"
#include "sender.h"
#include "sending.h"
#include "wordlist.h"

static const char *const ambiguous_words[] = { "promotional", "refuse", NULL };

static const ConfField main_fields[] = {
    { "version", CONF_STRING, false, 0, 0, NULL },
    { "default_territory", CONF_STRING, true, 0, 0, NULL },
    { "unsubscribe_words", CONF_STRINGS, true, 0, 0, NULL },
    { "senders", CONF_GROUPS, false, 0, 0, NULL },
    { "promotional_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "protected_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "detect_blocks", CONF_STRING, false, 0, 0, block_detection_words },
    { "marked_transaction", CONF_STRING, false, 0, 0, marked_transaction_words },
    { "tracking", CONF_GROUP, false, 0, 0, NULL },
    { "ambiguous", CONF_STRING, false, 0, 0, ambiguous_words },
    { "reply_language", CONF_STRING, false, 0, 0, policy_languages },
    { "reply_url", CONF_STRING, false, 0, 0, NULL },
    { "known_mail", CONF_GROUPS, false, 0, 0, NULL },
    { "registries", CONF_GROUPS, false, 0, 0, NULL },
    { "attested", CONF_GROUPS, false, 0, 0, NULL },
    { "fixes", CONF_STRINGS, false, 0, 0, resource_fix_words },
    { "footers", CONF_GROUPS, false, 0, 0, NULL },
    { "strip_fallback", CONF_STRING, false, 0, 0, rule_fallback_words },
    { "tests", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField territory_fields[] = {
    { "territory", CONF_STRING, true, 0, 0, NULL },
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "inherits", CONF_STRING, false, 0, 0, NULL },
    { "language", CONF_STRING, false, 0, 0, NULL },
    { "mixed_mail", CONF_STRING, true, 0, 0, NULL },
    { "rules", CONF_GROUPS, true, 0, 0, NULL },
    { "exceptions", CONF_GROUPS, false, 0, 0, NULL },
    { "tests", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* A link that leads nowhere is a file that somebody misses, not one that was never there. */
static bool
is_there (const char *path)
{
    return g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

/* A file that belongs to the version. Caller frees; NULL, with a problem, when it cannot be read. */
static char *
read_file (Loader *loader, const char *path)
{
    g_autoptr (GError) cause = NULL;
    char *text = conffile_read (path, &cause);

    if (!text) {
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
        return NULL;
    }
    loader_warn_of_writers (loader, path);
    g_autofree char *checksum = digest_sha256 (text, strlen (text));
    g_checksum_update (loader->checksum, (const guchar *)checksum, (gssize)strlen (checksum));
    return text;
}

static Conffile *
open_file (Loader *loader, const char *path)
{
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = read_file (loader, path);
    Conffile *file = text ? conffile_parse (text, path, &cause) : NULL;

    if (cause)
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
    if (!file)
        return NULL;
    conffile_set_manual (file, "licet-policy(5)");
    g_ptr_array_add (loader->files, file);
    return file;
}

/* A sender's hints hold the general ones too. */
static void
read_hints (PolicySet *set, const ConfNode *root, GPtrArray *problems)
{
    set->refuses_ambiguous =
        strcmp (conf_string (root, "ambiguous", "promotional"), "refuse") == 0;
    set->fallback = rule_fallback_parse (conf_string (root, "strip_fallback", "refuse"));
    set->blocks = block_selectors_read (root, problems);
    set->tracking = tracking_patterns_read (root, problems);
    set->hints = hints_new (set->blocks, NULL, set->tracking);
    for (unsigned i = 0; i < set->senders->len; i++) {
        SenderProfile *sender = g_ptr_array_index (set->senders, i);
        sender->hints = hints_new (set->blocks, sender->blocks, set->tracking);
        sender->hints->names = sender->names;
    }
}

static void
read_known (GPtrArray *known, const ConfNode *list, GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        KnownMail *mail = known_read (conf_item (list, i), problems);
        if (mail)
            g_ptr_array_add (known, mail);
    }
}

static void
read_reply_style (ReplyStyle *style, const ConfNode *root, GPtrArray *problems)
{
    const char *url = conf_string (root, "reply_url", NULL);

    style->language = reply_language_read (root);
    if (url && !reply_is_url (url))
        conf_problem (problems, conf_child (root, "reply_url"),
                      "no address of a page of at most 200 characters; right would be "
                      "\"https://mail.shop.example/licet#{rule}\"");
    style->url = g_strdup (url);
}

static void
read_main (Loader *loader, const char *dir)
{
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);
    const Conffile *file = open_file (loader, path);

    if (!file || !conf_check (conffile_root (file), main_fields, loader->problems))
        return;
    const ConfNode *root = conffile_root (file);
    loader->main = root;
    const ConfNode *senders = conf_child (root, "senders");
    loader->set->default_territory = g_strdup (conf_string (root, "default_territory", NULL));
    sender_check_no_blank (root, "unsubscribe_words", loader->problems);
    loader->set->unsubscribe = wordlist_new (conf_strings (root, "unsubscribe_words"));
    loader->set->resources =
        resources_read (root, dir, loader->set->unsubscribe, loader->problems);
    for (unsigned i = 0; i < conf_count (senders); i++) {
        SenderProfile *sender = sender_read (conf_item (senders, i), loader->problems);
        if (sender)
            g_ptr_array_add (loader->set->senders, sender);
    }
    read_hints (loader->set, root, loader->problems);
    read_known (loader->set->known, conf_child (root, "known_mail"), loader->problems);
    read_reply_style (&loader->set->reply_style, root, loader->problems);
    cases_read (root, path, NULL, loader->set->cases, loader->places, loader->problems);
}

/* "DE", "US-CA" or "XX": what a consent record or a domain can say. */
static bool
is_territory_code (const char *code)
{
    size_t letters = strspn (code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t rest = code[letters] == '-' ? strlen (code + letters + 1) : 0;

    return letters == 2 &&
           (code[2] == '\0' ||
            (rest >= 1 && rest <= 3 &&
             strspn (code + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == rest));
}

/* "EU" has members and no residents. ISO 3166-1 leaves AA, QM to QZ, XA to XZ and ZZ to its users:
 * "XX" is for those whose country is not known. */
static bool
is_known_country (const char *code)
{
    char country[3] = { code[0], code[1], '\0' };
    bool own = country[0] == 'X' || (country[0] == 'Q' && country[1] >= 'M') ||
               strcmp (country, "AA") == 0 || strcmp (country, "ZZ") == 0;

    return own || iso3166_name (country) || strcmp (country, "EU") == 0;
}

/* What refers to a rule or a territory that could not be read is no mistake of its own. */
static void
mark_broken (Loader *loader, const char *name)
{
    if (name)
        g_hash_table_add (loader->broken, g_strdup (name));
}

static void
check_code (Loader *loader, const ConfNode *place, const char *code, const char *file)
{
    const char *right = iso3166_right (code);
    unsigned before = loader->problems->len;

    if (right && strcmp (right, code) != 0)
        conf_problem (loader->problems, place,
                      "\"%s\" is no territory code; the ISO 3166 code is %s", code, right);
    else if (!is_territory_code (code))
        conf_problem (loader->problems, place,
                      "\"%s\" is no territory code; right would be DE or US-CA", code);
    else if (!is_known_country (code))
        conf_problem (loader->problems, place,
                      "ISO 3166 has no country %.2s; right would be DE or US-CA", code);
    else if (strcmp (code, file) != 0)
        conf_problem (loader->problems, place,
                      "%s does not fit the name of the file; right would be %s.cfg", code,
                      code);
    if (policy_set_find (loader->set, code))
        conf_problem (loader->problems, place, "%s has a file already", code);
    if (loader->problems->len > before)
        mark_broken (loader, file);
}

static void
read_rules (Loader *loader, Territory *territory, const ConfNode *list)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        Rule *rule = rule_load (conf_item (list, i), loader->problems);
        if (!rule) {
            mark_broken (loader, conf_string (conf_item (list, i), "id", NULL));
            continue;
        }
        if (conf_has (conf_item (list, i), "hosted"))
            conf_problem (loader->problems, conf_child (conf_item (list, i), "hosted"),
                          "hosted is for the rules of mailbox providers; a territory has no "
                          "hosted domains");
        g_ptr_array_add (territory->own, rule);
        g_hash_table_insert (loader->nodes, rule, (void *)conf_item (list, i));
    }
}

static void
read_exceptions (Loader *loader, Territory *territory, const ConfNode *list)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        Exception *exception = exception_read (conf_item (list, i), loader->problems);
        if (!exception)
            continue;
        g_ptr_array_add (territory->own_exceptions, exception);
        g_hash_table_insert (loader->nodes, exception, (void *)conf_item (list, i));
    }
}

static void
read_mixed_test (Loader *loader, Territory *territory, const ConfNode *root)
{
    const char *word = conf_string (root, "mixed_mail", "");

    territory->mixed_test = mixed_test_find (word);
    territory->mixed_name = g_intern_string (word);
    if (territory->mixed_test || !*word)
        return;
    g_autofree char *known = g_strjoinv (", ", (char **)mixed_test_names ());
    g_autofree char *meant = conf_meant (mixed_test_names (), word);
    conf_problem (loader->problems, conf_child (root, "mixed_mail"),
                  "unknown test \"%s\"%s; right would be one of: %s", word, meant, known);
}

/* "DE" of "…/DE.cfg". Caller frees. */
static char *
code_of_path (const char *path)
{
    char *name = g_path_get_basename (path);

    *strrchr (name, '.') = '\0';
    return name;
}

/* A file with a mistake is read on, so that all of them are found at once. */
static void
read_territory (Loader *loader, const char *path)
{
    const Conffile *file = open_file (loader, path);
    g_autofree char *name = code_of_path (path);

    if (!file) {
        mark_broken (loader, name);
        return;
    }
    const ConfNode *root = conffile_root (file);
    if (!conf_check (root, territory_fields, loader->problems))
        mark_broken (loader, name);
    Territory *territory =
        territory_new (conf_string (root, "territory", name), conf_string (root, "name", name));
    territory->inherits = g_strdup (conf_string (root, "inherits", NULL));
    territory->language = g_strdup (conf_string (root, "language", NULL));
    read_mixed_test (loader, territory, root);
    if (conf_string (root, "territory", NULL))
        check_code (loader, conf_child (root, "territory"), territory->code, name);
    g_ptr_array_add (loader->set->territories, territory);
    g_hash_table_insert (loader->nodes, territory, (void *)root);
    read_rules (loader, territory, conf_child (root, "rules"));
    read_exceptions (loader, territory, conf_child (root, "exceptions"));
    cases_read (root, path, territory->code, loader->set->cases, loader->places,
                loader->problems);
}

/* The files of a folder that may be missing, but not be there and unreadable. */
static GPtrArray *
list_folder (Loader *loader, const char *folder)
{
    g_autoptr (GError) cause = NULL;
    GPtrArray *paths = NULL;

    if (!is_there (folder))
        return NULL;
    paths = conffile_list (folder, ".cfg", &cause);
    if (!paths)
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
    return paths;
}

/* The model and the wording of passages decide the class, so they belong to the version; classify reads
 * them. */
static void
count_folder (Loader *loader, const char *dir, const char *name)
{
    g_autofree char *folder = g_build_filename (dir, name, NULL);
    g_autoptr (GPtrArray) paths = list_folder (loader, folder);

    for (unsigned i = 0; paths && i < paths->len; i++)
        g_free (read_file (loader, g_ptr_array_index (paths, i)));
}

/* So do the words, of which the rules ask for those that say unsubscribe. */
static void
count_words (Loader *loader, const char *dir)
{
    g_autofree char *folder = g_build_filename (dir, "words", NULL);
    g_autoptr (GPtrArray) paths = list_folder (loader, folder);

    for (unsigned i = 0; paths && i < paths->len; i++) {
        const Conffile *file = open_file (loader, g_ptr_array_index (paths, i));
        if (file && loader->set->resources)
            resources_add_words (loader->set->resources, conffile_root (file));
        if (file)
            g_ptr_array_set_size (loader->files, (int)loader->files->len - 1);
    }
}

/* home: NULL when there was a problem. */
static void
keep_home (Loader *loader, GPtrArray *homes, Territory *home, const ConfNode *root,
           const char *path)
{
    if (!home)
        return;
    g_ptr_array_add (homes, home);
    g_hash_table_insert (loader->nodes, home, (void *)root);
    read_exceptions (loader, home, conf_child (root, "exceptions"));
    cases_read (root, path, NULL, loader->set->cases, loader->places, loader->problems);
}

static void
read_provider (Loader *loader, const char *path)
{
    const Conffile *file = open_file (loader, path);
    const ConfNode *root = file ? conffile_root (file) : NULL;

    if (file)
        keep_home (loader, loader->set->providers,
                   provider_read (root, path, loader->nodes, loader->problems), root, path);
}

static void
read_providers (Loader *loader, const char *dir)
{
    g_autofree char *folder = g_build_filename (dir, "providers", NULL);
    g_autoptr (GPtrArray) paths = list_folder (loader, folder);

    for (unsigned i = 0; paths && i < paths->len; i++)
        read_provider (loader, g_ptr_array_index (paths, i));
}

static void
read_house (Loader *loader, const char *dir)
{
    g_autofree char *path = g_build_filename (dir, "house.cfg", NULL);
    const Conffile *file = is_there (path) ? open_file (loader, path) : NULL;
    const ConfNode *root = file ? conffile_root (file) : NULL;

    if (file)
        keep_home (loader, loader->set->house,
                   house_read (root, loader->nodes, loader->problems), root, path);
}

static void
read_sending (Loader *loader, const char *dir)
{
    g_autofree char *path = g_build_filename (dir, "sending-limits.cfg", NULL);
    const Conffile *file = is_there (path) ? open_file (loader, path) : NULL;

    if (file)
        sending_read (conffile_root (file), loader->set->sending, loader->problems);
}

static void
read_all (Loader *loader, const char *dir)
{
    g_autofree char *territories = g_build_filename (dir, "territories", NULL);
    g_autoptr (GError) cause = NULL;

    read_main (loader, dir);
    g_autoptr (GPtrArray) paths = conffile_list (territories, ".cfg", &cause);
    if (!paths) {
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
        return;
    }
    for (unsigned i = 0; i < paths->len; i++)
        read_territory (loader, g_ptr_array_index (paths, i));
    read_providers (loader, dir);
    read_house (loader, dir);
    read_sending (loader, dir);
    links_resolve (loader);
    if (loader->main)
        references_check (loader, loader->main);
    count_words (loader, dir);
    count_folder (loader, dir, "words/passages");
    count_folder (loader, dir, "model");
}

static PolicySet *
policy_set_new (void)
{
    PolicySet *set = g_new0 (PolicySet, 1);

    set->territories = g_ptr_array_new_with_free_func ((GDestroyNotify)territory_free);
    set->providers = g_ptr_array_new_with_free_func ((GDestroyNotify)territory_free);
    set->house = g_ptr_array_new_with_free_func ((GDestroyNotify)territory_free);
    set->senders = g_ptr_array_new_with_free_func ((GDestroyNotify)sender_free);
    set->known = g_ptr_array_new_with_free_func ((GDestroyNotify)known_free);
    set->sending = g_ptr_array_new_with_free_func ((GDestroyNotify)sending_rule_free);
    set->warnings = g_ptr_array_new_with_free_func (g_free);
    set->cases = g_ptr_array_new_with_free_func ((GDestroyNotify)policy_case_free);
    g_atomic_ref_count_init (&set->references);
    return set;
}

PolicySet *
policy_set_load (const char *dir, GError **error)
{
    g_autoptr (PolicySet) set = policy_set_new ();
    g_autoptr (GPtrArray) files =
        g_ptr_array_new_with_free_func ((GDestroyNotify)conffile_free);
    g_autoptr (GHashTable) nodes = g_hash_table_new (NULL, NULL);
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (CasePlace));
    g_autoptr (GHashTable) broken =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    Loader loader = { set, files, nodes, checksum, problems, NULL, places, broken };

    if (!g_file_test (dir, G_FILE_TEST_IS_DIR)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: no such directory of policies", dir);
        return NULL;
    }
    read_all (&loader, dir);
    set->version = g_strdup (g_checksum_get_string (checksum));
    if (!conf_finish (problems, LICET_ERROR_POLICY, error))
        return NULL;
    return g_steal_pointer (&set);
}

PolicySet *
policy_set_ref (PolicySet *set)
{
    g_atomic_ref_count_inc (&set->references);
    return set;
}

void
policy_set_unref (PolicySet *set)
{
    if (!set || !g_atomic_ref_count_dec (&set->references))
        return;
    if (set->base) {
        policy_set_rehearsed_free (set);
        return;
    }
    g_ptr_array_unref (set->territories);
    g_ptr_array_unref (set->providers);
    g_ptr_array_unref (set->house);
    g_ptr_array_unref (set->senders);
    g_ptr_array_unref (set->sending);
    g_ptr_array_unref (set->cases);
    g_ptr_array_unref (set->warnings);
    block_selectors_free (set->blocks);
    tracking_patterns_free (set->tracking);
    hints_free (set->hints);
    wordlist_free (set->unsubscribe);
    resources_free (set->resources);
    g_ptr_array_unref (set->known);
    g_free (set->reply_style.url);
    g_free (set->default_territory);
    g_free (set->version);
    g_free (set);
}

const char *
policy_set_version (const PolicySet *set)
{
    return set->version;
}

const char *
policy_set_default (const PolicySet *set)
{
    return set->default_territory;
}

unsigned
policy_set_territory_count (const PolicySet *set)
{
    return set->territories->len;
}

unsigned
policy_set_rule_count (const PolicySet *set)
{
    g_autoptr (GPtrArray) ids = policy_rule_ids (set);

    return ids->len;
}

unsigned
policy_set_sender_count (const PolicySet *set)
{
    return set->senders->len;
}

bool
policy_set_wants_tokens (const PolicySet *set)
{
    for (unsigned i = 0; i < set->senders->len; i++)
        if (sender_wants_token (g_ptr_array_index (set->senders, i)))
            return true;
    return false;
}

const WordList *
policy_set_unsubscribe (const PolicySet *set)
{
    return set->unsubscribe;
}

const Resources *
policy_set_resources (const PolicySet *set)
{
    return set->resources;
}

const SenderProfile *
policy_set_sender (const PolicySet *set, const char *domain, const char *territory)
{
    return sender_find (set->senders, domain, territory);
}

const Hints *
policy_hints (const PolicySet *set, const Message *message)
{
    const char *from = message_from (message);
    const SenderProfile *sender =
        from ? sender_find (set->senders, address_domain (from), NULL) : NULL;

    return sender ? sender->hints : set->hints;
}

const ReplyStyle *
policy_set_reply_style (const PolicySet *set)
{
    return &set->reply_style;
}

bool
policy_set_refuses_ambiguous (const PolicySet *set)
{
    return set->refuses_ambiguous;
}

Fallback
policy_set_fallback (const PolicySet *set)
{
    return set->fallback;
}
