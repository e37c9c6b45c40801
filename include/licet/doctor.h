/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_DOCTOR_H
#define LICET_DOCTOR_H

#include <glib.h>

#include "licet/settings.h"

/*
 * What in Postfix's configuration lets mail out unjudged, changes it after it was signed, or
 * breaks the hand-over. Reads main.cf, master.cf and the milter header map as files, looks at the modes
 * of licetd's Unix sockets, and runs nothing, so it needs no more rights than to read them. It does not know what other programs on
 * the host do, nor values that Postfix computes from conditions ("${name?text}").
 */
typedef enum {
    DOCTOR_NOTE,    /* right on some hosts; the admin decides */
    DOCTOR_PROBLEM, /* wrong on every host */
} DoctorGrade;

typedef struct {
    DoctorGrade grade;
    const char *check; /* a static word: "no-milter" */
    char *place;       /* "master.cf:12"; "main.cf" for a line that is not there */
    char *what;        /* one sentence */
    char *change;      /* the line to write, or NULL */
} DoctorFinding;

void doctor_finding_free (DoctorFinding *finding);

/* Array of DoctorFinding in the order of the files; empty when all is right. SETTINGS with file
 * and line when a file cannot be read as Postfix does. */
GPtrArray *doctor_examine (const char *dir, const Settings *settings, GError **error);

#endif
