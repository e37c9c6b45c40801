/* SPDX-License-Identifier: BSD-2-Clause */

/* Where the fields of a part stand, for those who change them. */

#include "part_header.h"

#include <string.h>

#include "headers.h"

static size_t
fields_end (const GPtrArray *fields)
{
    return fields->len > 0
               ? ((const HeaderField *)g_ptr_array_index (fields, fields->len - 1))->end
               : 0;
}

/* After its delimiter line; a part may have no field at all (RFC 2046 5.1.1). */
static GPtrArray *
scan_fields (const char *data, size_t length)
{
    size_t body = 0;

    if (length >= 2 && memcmp (data, "\r\n", 2) == 0)
        return g_ptr_array_new ();
    return headers_scan (data, length, &body, NULL);
}

bool
part_header_read (const Layout *layout, const char *data, size_t length, unsigned range,
                  PartHeader *ret_header)
{
    const PartRange *part = &g_array_index (layout->structure->ranges, PartRange, range);
    PartHeader header = { .range = range };

    if (range == 0) {
        header.fields = layout->fields;
    } else {
        header.start = headers_line_end (data, length, part->start);
        header.own = scan_fields (data + header.start,
                                  part->end > header.start ? part->end - header.start : 0);
        header.fields = header.own;
    }
    if (!header.fields)
        return false;
    header.end = header.start + fields_end (header.fields);
    *ret_header = header;
    return true;
}

void
part_header_clear (PartHeader *header)
{
    g_clear_pointer (&header->own, g_ptr_array_unref);
}

int
part_header_find (const PartHeader *header, const char *name)
{
    for (unsigned i = 0; i < header->fields->len; i++)
        if (g_ascii_strcasecmp (
                ((const HeaderField *)g_ptr_array_index (header->fields, i))->name, name) == 0)
            return (int)i;
    return -1;
}
