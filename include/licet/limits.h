/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_LIMITS_H
#define LICET_LIMITS_H

/*
 * Every bound on input that a stranger controls, each with its reason. A bound is checked
 * before the bytes reach a library; what happens past it is LICET_ERROR_LIMIT (the edge
 * refuses with 552 or 554) unless the line says otherwise.
 */

/* Postfix's own default is 10 MB; the daemon keeps a few copies of one message in memory. */
#define LIMIT_MESSAGE_BYTES (50u * 1024 * 1024)

/* The header of a real mail is below 64 KiB; Postfix itself cuts one field at 100 KiB. */
#define LIMIT_HEADER_BYTES  (256u * 1024)
#define LIMIT_HEADER_FIELDS 1000

/* Signatures in our own name that a message comes with and that are looked at: one per key of ours,
 * and each look hashes the body. */
#define LIMIT_OWN_SIGNATURES 8

/* libopendkim copies field names into a fixed stack buffer. */
#define LIMIT_HEADER_NAME 256

/* GMime is linear in parts but takes 729 MB for 400,000 of them; its depth cap of 1,024
 * silently drops leaves, which would hide promotion. */
#define LIMIT_MIME_LEAVES 1000
#define LIMIT_MIME_DEPTH  32
#define LIMIT_MIME_PARAMS 64

/* gumbo is quadratic in depth and in the attributes of one tag. A leaf past these bounds
 * is not edited (it is locked), and a strip of it is refused. */
#define LIMIT_HTML_BYTES      (2u * 1024 * 1024)
#define LIMIT_HTML_DEPTH      256
#define LIMIT_HTML_ATTRIBUTES 256

/* gumbo takes a kilobyte for each; the largest newsletters have some thousand. */
#define LIMIT_HTML_ELEMENTS 20000

/* Ampersands of a leaf: each may begin a character reference, which costs gumbo as much as some
 * forty letters; a page of 50,000 letters that all are references is a long one. */
#define LIMIT_HTML_REFERENCES 50000

/* Text of one reading of a message that is searched for promotion; what is longer says so. */
#define LIMIT_READING_BYTES (8u * 1024 * 1024)

/* One selector of a policy: compounds of one selector, and selectors of one list. Each costs a
 * pass over the elements of a page. */
#define LIMIT_SELECTOR_PARTS 32

/* Entries of one list of selectors, hosts or patterns in a policy. Each costs every page a pass
 * over its elements or addresses. */
#define LIMIT_POLICY_LIST 128

/* A message with more marked blocks than this is refused as malformed; one in which the policy
 * selects more is not stripped. */
#define LIMIT_BLOCKS 256

/* Unmarked blocks of one leaf; one with more parts that are promotion is not stripped. */
#define LIMIT_DETECTED 16

/* RFC 5321 4.5.3.1.8 asks for at least 100; Postfix accepts 1,000 by default. */
#define LIMIT_RECIPIENTS 1000

/* RFC 5321 4.5.3.1.3: a path has at most 256 octets; UTF-8 local parts may take more. */
#define LIMIT_ADDRESS 512

/* RFC 5322 2.1.1, without CRLF. */
#define LIMIT_LINE 998

/* RFC 5321 4.5.3.1.5: a reply line, with its code and CRLF. */
#define LIMIT_REPLY 512

/* A command line of our own servers: the RFC 5321 limit plus room for DSN parameters. */
#define LIMIT_COMMAND 4096

/* One policy, word or settings file. */
#define LIMIT_CONFFILE_BYTES (1024u * 1024)

/* Golden cases of one policy file, and the mail of one of them: they are run at each reload. */
#define LIMIT_CASES      1000
#define LIMIT_CASE_BYTES (1024u * 1024)

/* A consent CSV of a million rows is about 120 MB. */
#define LIMIT_CSV_BYTES (512u * 1024 * 1024)
#define LIMIT_CSV_FIELD 4096

/* An id that linked addresses share: it is a key of an index, of which PostgreSQL takes 2.7 kB. */
#define LIMIT_PERSON 512

#endif
