/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DOCTOR_CHECKS_H
#define DOCTOR_CHECKS_H

#include "licet/doctor.h"

#include "postfix.h"
#include "socket.h"

/* What the checks look at, and where they say what they find. */
typedef struct {
    const char *dir;
    const Postfix *postfix;
    const Settings *settings;
    Socket *milter, *lmtp, *submit;     /* of licet.cfg */
    const PostfixService *second, *way; /* second port, hand-over; NULL when there is none */
    GPtrArray *findings;
} Examination;

/* Takes place. */
void doctor_find (Examination *examination, DoctorGrade grade, const char *check, char *place,
                  const char *change, const char *format, ...) G_GNUC_PRINTF (6, 7);

/* Yes, as Postfix has it. */
bool doctor_is_yes (const char *value);

/* Seconds of "120s", "5m"; a bare number is seconds. */
long doctor_seconds (const char *value);

/* Each looks at one subject; doctor.c has their order. */
void doctor_check_entrances (Examination *examination);
void doctor_check_milters (Examination *examination);
void doctor_check_route (Examination *examination);
void doctor_check_second_port (Examination *examination);
void doctor_check_exits (Examination *examination);
void doctor_check_queue (Examination *examination);
void doctor_check_access (Examination *examination); /* after the route */

#endif
