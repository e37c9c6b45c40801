/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_DOCTOR_DOMAIN_H
#define LICET_TOOL_DOCTOR_DOMAIN_H

#include <glib.h>

#include "licet/preflight.h"
#include "licet/settings.h"

/* What licet doctor --domain and licet key check were asked. */
typedef struct {
    /* "shop.example", or "shop.example:bounce.shop.example" with the envelope's */
    char **domains;
    char *resolver, *helo;
    char **egress, **keys;
    char *policies; /* directory; NULL: that of the settings, when it is there */
    gboolean json;
} DomainOptions;

#define DOMAIN_ENTRIES(options)                                                                \
    { "domain",                                                                                \
      0,                                                                                       \
      0,                                                                                       \
      G_OPTION_ARG_STRING_ARRAY,                                                               \
      &options.domains,                                                                        \
      "domain of From, and of the envelope where it is another (repeatable)",                  \
      "DOMAIN[:ENVELOPE]" },                                                                   \
        { "resolver",          0,          0, G_OPTION_ARG_STRING, &options.resolver,          \
          "DNS server to ask", "HOST:PORT" },                                                  \
        { "egress",                                                                            \
          0,                                                                                   \
          0,                                                                                   \
          G_OPTION_ARG_STRING_ARRAY,                                                           \
          &options.egress,                                                                     \
          "address from which Postfix sends (repeatable)",                                     \
          "IP" },                                                                              \
        { "helo", 0, 0, G_OPTION_ARG_STRING, &options.helo, "name that Postfix greets with",   \
          "HOST" },                                                                            \
        { "key",                                                                               \
          0,                                                                                   \
          0,                                                                                   \
          G_OPTION_ARG_STRING_ARRAY,                                                           \
          &options.keys,                                                                       \
          "DKIM key (repeatable)",                                                             \
          "DOMAIN:SELECTOR:FILE" },                                                            \
    {                                                                                          \
        "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print one JSON object per line", NULL \
    }

void domain_options_clear (DomainOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DomainOptions, domain_options_clear)

/* Each returns an exit status: EX_CONFIG when something is to be published, EX_TEMPFAIL when DNS did
 * not answer, else EX_OK. */
int doctor_domains (const DomainOptions *options, const Settings *settings);
int doctor_keys (const DomainOptions *options, const Settings *settings);

#endif
