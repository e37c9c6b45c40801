/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the readers of SPF say, for spf_suite.py. The argument is the resolver; each line of input
 * has a client's address, its HELO name and the sender ("-" for none); each line of output our
 * result, that of libspf2, what the walk missed and counted, and the problems.
 */

#include <stdio.h>
#include <string.h>

#include "sign/spf.h"

static void
print_answer (const DnsSource *source, const SpfQuestion *question)
{
    g_autofree char *why = NULL;
    SpfAnswer answer = spf_evaluate (source, question, &why);
    g_autoptr (SpfWalk) walk = spf_walk (source, question);
    g_ptr_array_add (walk->problems, NULL);
    g_autofree char *problems = g_strjoinv ("; ", (char **)walk->problems->pdata);

    printf ("%s\t%s\t%d\t%u\t%u\t%s\t%s\n", spf_answer_word (spf_check (source, question)),
            spf_answer_word (answer), walk->incomplete, walk->lookups, walk->voids, problems,
            why ? why : "");
    fflush (stdout);
}

int
main (int argc, char *argv[])
{
    char line[4096];

    g_assert_true (argc == 2);
    while (fgets (line, sizeof line, stdin)) {
        g_autoptr (GError) error = NULL;
        g_auto (GStrv) words = g_strsplit (g_strchomp (line), "\t", 3);
        g_assert_true (g_strv_length (words) == 3);
        g_autoptr (DnsClient) client = dns_client_new (argv[1], 20000, &error);
        g_assert_no_error (error);
        DnsSource source = dns_client_source (client);
        SpfQuestion question = { words[0], words[1], strcmp (words[2], "-") ? words[2] : "" };
        print_answer (&source, &question);
    }
    return 0;
}
