/* SPDX-License-Identifier: BSD-2-Clause */

#include "persons.h"

void
persons_check (Contacts *contacts)
{
    const char *const both[] = { "ana@home.example", "ana@work.example", NULL };
    const char *const linked[] = { "ana@work.example", "ana@home.example", NULL };
    const Contact first = { 100, PURPOSE_OFFER }, second = { 200, PURPOSE_SURVEY };
    const ContactCap two = { 0, 2, NULL }, three = { 0, 3, NULL }, late = { 150, 2, NULL };
    bool reserved = true;

    g_assert_true (contacts_add (contacts, "ana@home.example", "Q1", &first, NULL));
    g_assert_true (contacts_add (contacts, "ana@work.example", "Q2", &second, NULL));
    g_assert_true (
        contacts_reserve (contacts, linked, "Q3", &second, &two, 1, &reserved, NULL));
    g_assert_false (reserved);
    g_assert_true (contacts_reserve (contacts, WHO ("ana@work.example"), "Q3", &second, &two, 1,
                                     &reserved, NULL));
    g_assert_true (reserved);
    /* For another of their addresses it needs no second place. */
    g_assert_true (contacts_reserve (contacts, both, "Q3", &second, &late, 1, &reserved, NULL));
    g_assert_true (reserved);
    g_autoptr (GArray) all = contacts_since (contacts, linked, 0, NULL, NULL);
    g_assert_cmpuint (all->len, ==, 3);
    g_assert_cmpint (g_array_index (all, Contact, 0).at, ==, 100);
    g_assert_cmpint (g_array_index (all, Contact, 0).purpose, ==, PURPOSE_OFFER);
    g_assert_cmpint (g_array_index (all, Contact, 2).purpose, ==, PURPOSE_SURVEY);
    g_autoptr (GArray) others = contacts_since (contacts, both, 0, "Q3", NULL);
    g_assert_cmpuint (others->len, ==, 2);
    g_assert_true (contacts_release (contacts, "ana@work.example", "Q3", NULL));
    g_autoptr (GArray) kept = contacts_since (contacts, linked, 0, NULL, NULL);
    g_assert_cmpuint (kept->len, ==, 3);
    g_assert_true (contacts_release (contacts, "ana@home.example", "Q3", NULL));
    g_assert_true (
        contacts_reserve (contacts, both, "Q4", &second, &three, 1, &reserved, NULL));
    g_assert_true (reserved);
    g_autoptr (GArray) alone =
        contacts_since (contacts, WHO ("ana@work.example"), 0, NULL, NULL);
    g_assert_cmpuint (alone->len, ==, 1);
}
