/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * libspf2 on our own questions. Its library has had memory faults in macros and is no longer kept
 * up, so it only sees domains of the configuration, in a process that may die.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <spf2/spf.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "spf.h"

static const SandboxLimits limits = {
    .milliseconds = 15 * 1000, .seconds = 5, .memory = 256u << 20, .answer = 16
};

const char *
spf_answer_word (SpfAnswer answer)
{
    static const char *const words[] = { "none",     "neutral",   "pass",      "fail",
                                         "softfail", "temperror", "permerror", "unknown" };

    return words[answer];
}

static SPF_dns_stat_t
status_of (const DnsAnswer *answer)
{
    switch (answer->status) {
    case DNS_FOUND:
        return NETDB_SUCCESS;
    case DNS_NONE:
        return answer->no_name ? HOST_NOT_FOUND : NO_DATA;
    case DNS_TEMPORARY:
    case DNS_MALFORMED:
        return TRY_AGAIN;
    }
    g_assert_not_reached ();
}

static bool
put_record (SPF_dns_rr_t *rr, int index, DnsType type, const char *text)
{
    size_t length = strlen (text) + 1;

    if (SPF_dns_rr_buf_realloc (rr, index, MAX (length, sizeof (SPF_dns_rr_data_t))) !=
        SPF_E_SUCCESS)
        return false;
    switch (type) {
    case DNS_A:
        return inet_pton (AF_INET, text, &rr->rr[index]->a) == 1;
    case DNS_AAAA:
        return inet_pton (AF_INET6, text, &rr->rr[index]->aaaa) == 1;
    case DNS_MX:
    case DNS_PTR:
    case DNS_TXT:
        memcpy (rr->rr[index]->txt, text, length);
        return true;
    }
    g_assert_not_reached ();
}

static SPF_dns_rr_t *
answer_none (SPF_dns_server_t *server, const char *name, ns_type type)
{
    return SPF_dns_rr_new_init (server, name, type, 0, NO_DATA);
}

static SPF_dns_rr_t *
lookup (SPF_dns_server_t *server, const char *name, ns_type type,
        int should_cache G_GNUC_UNUSED)
{
    if (type != ns_t_txt && type != ns_t_a && type != ns_t_aaaa && type != ns_t_mx &&
        type != ns_t_ptr)
        return answer_none (server, name, type);
    const DnsAnswer *answer = dns_lookup (server->hook, name, (DnsType)type);
    SPF_dns_rr_t *rr = SPF_dns_rr_new_init (server, name, type, 0, status_of (answer));
    for (unsigned i = 0; rr && answer->status == DNS_FOUND && i < answer->records->len; i++)
        if (put_record (rr, rr->num_rr, (DnsType)type, g_ptr_array_index (answer->records, i)))
            rr->num_rr++;
    return rr;
}

/* libspf2 tells some errors by the code alone. */
static SpfAnswer
answer_of (SPF_result_t result, SPF_errcode_t code)
{
    switch (result) {
    case SPF_RESULT_NEUTRAL:
        return SPF_ANSWER_NEUTRAL;
    case SPF_RESULT_PASS:
        return SPF_ANSWER_PASS;
    case SPF_RESULT_FAIL:
        return SPF_ANSWER_FAIL;
    case SPF_RESULT_SOFTFAIL:
        return SPF_ANSWER_SOFTFAIL;
    case SPF_RESULT_NONE:
        return SPF_ANSWER_NONE;
    case SPF_RESULT_TEMPERROR:
        return SPF_ANSWER_TEMPERROR;
    case SPF_RESULT_PERMERROR:
        return SPF_ANSWER_PERMERROR;
    case SPF_RESULT_INVALID:
        if (code == SPF_E_DNS_ERROR)
            return SPF_ANSWER_TEMPERROR;
        return code == SPF_E_NO_MEMORY || code == SPF_E_INTERNAL_ERROR ? SPF_ANSWER_UNKNOWN
                                                                       : SPF_ANSWER_PERMERROR;
    }
    return SPF_ANSWER_UNKNOWN;
}

static SpfAnswer
query (SPF_server_t *server, const SpfQuestion *question)
{
    SPF_request_t *request = SPF_request_new (server);
    SPF_response_t *response = NULL;
    bool ipv6 = strchr (question->address, ':');
    SPF_errcode_t code = ipv6 ? SPF_request_set_ipv6_str (request, question->address)
                              : SPF_request_set_ipv4_str (request, question->address);

    if (code != SPF_E_SUCCESS)
        return SPF_ANSWER_UNKNOWN;
    SPF_request_set_helo_dom (request, question->helo);
    if (*question->sender)
        SPF_request_set_env_from (request, question->sender);
    code = SPF_request_query_mailfrom (request, &response);
    SpfAnswer answer = SPF_ANSWER_UNKNOWN;
    if (response) {
        SPF_errcode_t inner = SPF_response_errcode (response);
        answer =
            answer_of (SPF_response_result (response), inner != SPF_E_SUCCESS ? inner : code);
        SPF_response_free (response);
    }
    SPF_request_free (request);
    return answer;
}

typedef struct {
    const DnsSource *source;
    const SpfQuestion *question;
} Work;

/* What libspf2 writes to the standard error is nobody's. */
static GBytes *
evaluate (const void *data)
{
    const Work *work = data;
    SPF_dns_server_t layer = { .lookup = lookup,
                               .name = "licet",
                               .hook = (void *)work->source };
    int nowhere = open ("/dev/null", O_WRONLY);
    unsigned char answer = SPF_ANSWER_UNKNOWN;

    if (nowhere >= 0)
        dup2 (nowhere, STDERR_FILENO);
    SPF_server_t *server = SPF_server_new_dns (&layer, 0);
    if (server) {
        SPF_server_set_rec_dom (server, "localhost");
        answer = (unsigned char)query (server, work->question);
        SPF_server_free (server);
    }
    return g_bytes_new (&answer, sizeof answer);
}

SpfAnswer
spf_evaluate (const DnsSource *source, const SpfQuestion *question, char **ret_why)
{
    g_autoptr (GError) error = NULL;
    Work work = { source, question };
    g_autoptr (GBytes) bytes = sandbox_run (evaluate, &work, &limits, &error);

    if (!bytes) {
        *ret_why = g_strdup_printf ("the SPF library: %s", error->message);
        return SPF_ANSWER_UNKNOWN;
    }
    unsigned char answer = *(const unsigned char *)g_bytes_get_data (bytes, NULL);
    if (answer >= SPF_ANSWER_UNKNOWN) {
        *ret_why = g_strdup ("the SPF library gave no result");
        return SPF_ANSWER_UNKNOWN;
    }
    return (SpfAnswer)answer;
}
