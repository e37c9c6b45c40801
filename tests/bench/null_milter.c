/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A milter that does nothing, on libmilter as licetd and opendkim are: what the protocol alone costs.
 * usage: null_milter unix:PATH|inet:PORT@127.0.0.1
 */

#include <libmilter/mfapi.h>
#include <stddef.h>

static sfsistat
at_end_of_message (SMFICTX *ctx)
{
    (void)ctx;
    return SMFIS_ACCEPT;
}

static sfsistat
at_body (SMFICTX *ctx, unsigned char *data, size_t length)
{
    (void)ctx;
    (void)data;
    (void)length;
    return SMFIS_CONTINUE;
}

int
main (int argc, char **argv)
{
    struct smfiDesc description = {
        .xxfi_name = (char *)"null",
        .xxfi_version = SMFI_VERSION,
        .xxfi_eom = at_end_of_message,
        .xxfi_body = at_body,
    };

    if (argc != 2 || smfi_register (description) != MI_SUCCESS ||
        smfi_setconn (argv[1]) != MI_SUCCESS)
        return 64;
    return smfi_main () == MI_SUCCESS ? 0 : 75;
}
