/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_EXISTING_H
#define SIGN_EXISTING_H

#include <glib.h>

/* The message without its DKIM-Signature fields but for field number `field`. */
GBytes *existing_alone (GBytes *message, unsigned field);

#endif
