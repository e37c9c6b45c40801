/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CUT_QUOTED_H
#define MESSAGE_CUT_QUOTED_H

#include "cut.h"

/* cut_encoded for a quoted-printable leaf, whose encoded content is data. */
GBytes *cut_quoted (const Part *part, const char *data, size_t length, const GArray *ranges,
                    GError **error);

#endif
