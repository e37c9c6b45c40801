/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_MESSAGE_H
#define LICET_MESSAGE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "licet/edit.h"

/*
 * A message as its original bytes and a map of them: header fields, MIME leaves (RFC 2045) with
 * their encoded byte ranges, decoded text, links, marked blocks. It is read with GMime behind a
 * linear scan with the bounds of limits.h, and written only by splicing the original bytes:
 * what is not edited stays byte-identical.
 *
 * What two readers could understand differently (two Content-Type fields, a broken transfer
 * encoding, a missing closing boundary) is *ambiguous*: the message can be read and passed on,
 * but message_render refuses to cut it.
 *
 * A Message is immutable once parsed and may be read from several threads. All strings and
 * pointers that the functions return are borrowed unless it says otherwise.
 */
typedef struct Message Message;

typedef enum {
    LEAF_PLAIN, /* text/plain */
    LEAF_HTML,  /* text/html */
    LEAF_AMP,   /* text/x-amp-html */
    LEAF_OTHER, /* all else, and every attachment */
} LeafKind;

typedef enum {
    ENCODING_IDENTITY, /* 7bit, 8bit, binary, or none given */
    ENCODING_QUOTED_PRINTABLE,
    ENCODING_BASE64,
    ENCODING_OTHER, /* anything else; such a leaf is locked */
} LeafEncoding;

/* A place a reader can go to. */
typedef struct {
    char *target; /* href, character references resolved; or the URL in plain text */
    char *text;   /* visible text of the anchor, UTF-8; in plain text the line it stands in */
    size_t start; /* decoded offset where it begins */
    bool visible; /* not in a hidden element */
} Link;

typedef struct {
    char *path; /* IMAP section number (RFC 9051 6.4.5.1): "1.2" */
    LeafKind kind;
    char *type;    /* "text/html", lower case */
    char *charset; /* lower case, NULL when not given */
    LeafEncoding encoding;
    bool attachment;
    char *filename;    /* UTF-8, or NULL */
    char *content_id;  /* without angle brackets, or NULL */
    size_t start, end; /* encoded content within the original bytes */
    GBytes *content;   /* decoded bytes in the leaf's own charset; NULL for LEAF_OTHER */
    char *text;        /* visible text, UTF-8, blanks as they stand; NULL for LEAF_OTHER */
    GPtrArray *links;  /* of Link; empty for LEAF_OTHER */
    char *locked;      /* why this leaf must not be edited, or NULL */
} Leaf;

typedef struct {
    char *name;         /* as written */
    char *value;        /* after the colon, leading blanks dropped, folds as written (CRLF) */
    size_t start, end;  /* whole field with its final CRLF, within the original bytes */
    size_t value_start; /* first byte after the colon */
} HeaderField;

/*
 * An element of an HTML leaf as its tags stand in the source. Elements are numbered in the order
 * of their start tags, so each comes before what stands in it.
 */
typedef struct {
    const char *name;              /* lower case */
    int parent;                    /* number of the element around it, -1 at the top */
    size_t start, end;             /* decoded range from its start tag to after its end tag */
    size_t inner_start, inner_end; /* between the tags */
    bool whole;  /* void, or ended by its own end tag in order; otherwise `end` is where
                    something else ended it, and a cut of it may be refused */
    bool hidden; /* its text is not shown */
} LeafElement;

typedef struct {
    size_t start, end; /* decoded */
} LeafRange;

/* A stretch of source and the visible text it became. */
typedef struct {
    size_t start, end;           /* decoded range */
    size_t text_start, text_end; /* within the leaf's text */
} TextRun;

/*
 * Text of an HTML or AMP leaf that is not its visible text, or not everywhere, though somebody may
 * get to read it. How it is kept from or brought to a reader:
 *
 *   hidden               an element that is not shown
 *   alt, title, aria-label, placeholder, value   the attribute of that name, or one like it
 *   css-content          strings that style sheets and style attributes add to the page
 *   conditional-comment  text inside a comment that Outlook reads
 *   svg                  text of a drawing, which is part of the visible text where it is one
 *   unread               the content of elements that programs of today leave out (noembed, …),
 *                        notes beside the letters (rt), and text of drawings in CDATA
 */
typedef struct {
    const char *how;
    char *text;   /* UTF-8, blanks collapsed */
    size_t start; /* decoded offset where it begins; of the style sheet for css-content */
    size_t end;   /* where a conditional comment ends; 0 for others */
} Reading;

/* A part of the text that the sender marked as promotional. */
typedef struct {
    unsigned leaf;
    size_t start, end;             /* decoded range to cut, marks included */
    size_t inner_start, inner_end; /* between the marks; equal to start, end for an attribute */
    const char *how;               /* "comment", "attribute" or "text-lines" */
} MarkedBlock;

/*
 * Takes a reference on bytes. Lines must end in CRLF as on the wire. Fails with MALFORMED when
 * there is no header at all or it cannot be read in one way (a bare CR or NUL in the header, a
 * field without a name), with LIMIT past a bound of limits.h that no outcome is defined for.
 * Memory is a small multiple of the size; time is linear in it.
 */
Message *message_parse (GBytes *bytes, GError **error);
/* A message that is an HTML page in UTF-8 and nothing else, for reading it: its marks are not looked for. */
Message *message_of_page (const char *page, size_t length);
void message_free (Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, message_free)

GBytes *message_bytes (const Message *message);
size_t message_body_offset (const Message *message); /* first byte after the empty line */

/* Why the structure is ambiguous, or NULL. */
const char *message_ambiguity (const Message *message);

unsigned message_field_count (const Message *message);
const HeaderField *message_field (const Message *message, unsigned i);
/* The first field of that name, without case; -1 when there is none. */
int message_find_field (const Message *message, const char *name);
/* Its value with folds turned into single blanks, or NULL. */
const char *message_header (const Message *message, const char *name);

/* Decoded per RFC 2047, NFC; "" when there is none. */
const char *message_subject (const Message *message);
/* First mailbox of From, normalised (address.h), or NULL when there is none that can be read. */
const char *message_from (const Message *message);
/* The mailboxes of To and Cc, normalised, each once, at most LIMIT_RECIPIENTS; for when there is no
 * envelope. Caller frees. */
char **message_recipients (const Message *message);

unsigned message_leaf_count (const Message *message);
const Leaf *message_leaf (const Message *message, unsigned i);
/* The leaf a reader sees first: HTML, else plain; -1 when there is none. */
int message_main_leaf (const Message *message);
/* Whether a reader sees either `leaf`, which is a part of a multipart/alternative itself, or the
 * part of it that `other` is or stands in. */
bool message_is_alternative (const Message *message, unsigned leaf, unsigned other);

/* The visible text of a decoded range of a leaf, blanks collapsed, UTF-8. Caller frees. */
char *message_visible_text (const Message *message, unsigned leaf, size_t start, size_t end);

/* All text of a range, shown or not, blanks collapsed, UTF-8: what a hidden preheader says.
 * Caller frees. */
char *message_whole_text (const Message *message, unsigned leaf, size_t start, size_t end);

/* Array of Reading, by offset but for those of style sheets, which come first. Caller frees. */
GPtrArray *message_readings (const Message *message, unsigned leaf);

/* The same without the text that begins in some ranges (of LeafRange, in order and apart): what
 * stands before and after such a range may be one Reading. Caller frees. */
GPtrArray *message_readings_without (const Message *message, unsigned leaf,
                                     const GArray *ranges);

/* Hidden text as Readings, one for each stretch of it between two tags. Caller frees. */
GPtrArray *message_hidden_pieces (const Message *message, unsigned leaf);

/* Those of them that a text alternative says in words: what pictures and fields are named. */
GPtrArray *message_descriptions (const Message *message, unsigned leaf);

/* The decoded bytes of any leaf, attachments too, as far as they can be decoded. Linear. Caller
 * unrefs. */
GBytes *message_leaf_bytes (const Message *message, unsigned leaf);

/* The first of them, at most so many. Caller unrefs. */
GBytes *message_leaf_head (const Message *message, unsigned leaf, size_t most);

/* Whether text in a character set (lower case, NULL for none) can be read. */
bool message_charset_is_known (const char *charset);

/* A header field value with its encoded words decoded (RFC 2047), UTF-8. Caller frees. */
char *message_decode_words (const char *value);

/* The stretches of visible text of a leaf, array of TextRun in order; none when its character set
 * is no superset of ASCII, and NULL of LEAF_OTHER. */
const GArray *message_text_runs (const Message *message, unsigned leaf);

/* A reference to another part by its Content-ID (RFC 2392, "cid:"). */
typedef struct {
    char *id;     /* percent-decoded */
    size_t start; /* decoded offset of "cid:" */
} PartReference;

/* Those of a leaf, wherever they stand in it; array of PartReference in order, empty for
 * LEAF_OTHER. Caller frees. */
GPtrArray *message_part_references (const Message *message, unsigned leaf);

/* The elements of an HTML or AMP leaf; none of other leaves and of those that are locked. */
unsigned message_element_count (const Message *message, unsigned leaf);
const LeafElement *message_element (const Message *message, unsigned leaf, unsigned i);
/* The value of its first attribute of that name (lower case), references resolved, UTF-8; ""
 * for one without a value, NULL when there is none. Caller frees. */
char *message_element_attribute (const Message *message, unsigned leaf, unsigned i,
                                 const char *name);
/* The same of several names, which NULL ends, in one walk: ret_values has as many, each of which the
 * caller frees. */
void message_element_attributes (const Message *message, unsigned leaf, unsigned i,
                                 const char *const *names, char **ret_values);

/* A name for the skeleton of the page that is read first, 16 digits: which elements stand within
 * which, whatever their text, attributes, order and number. Mails of one template that show the
 * same parts have the same. It proves nothing about the text. NULL when there is no page. Caller
 * frees. */
char *message_template (const Message *message);

/*
 * The blocks between <!-- licet:promotional --> and <!-- /licet:promotional -->, the elements
 * with data-licet="promotional", and the text lines from [licet:promotional] to
 * [/licet:promotional], by leaf and offset; overlapping ones are joined. Array of MarkedBlock.
 */
const GArray *message_marked_blocks (const Message *message);
/* What is wrong with the marks (one without its other half, …) with leaf and offset, or NULL.
 * A message with broken marks must not be treated as if it had none. */
const char *message_mark_problem (const Message *message);

/*
 * What a text with letters beyond ASCII (UTF-8) asks of a plain leaf before it is inserted there:
 * in words ("us-ascii to utf-8 in quoted-printable"), NULL when nothing or when there is no way,
 * which message_render then tells. The fields of the message's own header are added to edits; the
 * header of a part changes with its text. What the leaf says stays as it is, letter for letter.
 * Caller frees.
 */
char *message_make_room (const Message *message, unsigned leaf, const char *text,
                         const char *why, const char *rule, GPtrArray *edits);

/*
 * The message with the edits (array of Edit) applied. Edits of a body are proven: every touched
 * leaf must decode to the intended text, all other leaves must keep their bytes, and for HTML
 * gumbo's tree of the result must equal the tree of the original minus the cut nodes, with
 * replaced ranges inside attribute values only. Otherwise MALFORMED with leaf and offset, and
 * nothing is produced. Without edits the result is the original.
 */
GBytes *message_render (const Message *message, const GPtrArray *edits, GError **error);

#endif
