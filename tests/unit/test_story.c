/* SPDX-License-Identifier: BSD-2-Clause */

/* One record in words, in both languages: what the log's phrases become, and the outcomes that no golden case
 * has. */

#include <string.h>

#include "../../milter/audit/row.h"
#include "../../milter/audit/story_phrases.h"

/* How many parts a phrase has. */
static unsigned
count_parts (const char *log)
{
    unsigned count = 0;

    for (const char *c = log; *c; c++)
        if (*c == '%') {
            c++;
            g_assert_nonnull (strchr ("sdtnfcywvp%", *c));
            count += *c != '%';
        }
    return count;
}

static void
check_text (const char *text, unsigned parts)
{
    for (const char *c = text; *c; c++)
        if (*c == '$') {
            g_assert_cmpint (c[1] - '0', <=, (int)parts);
        } else if (*c == '{') {
            g_auto (GStrv) words = g_strsplit (c, "|", 3);
            g_assert_cmpint (c[1] - '0', <=, (int)parts);
            g_assert_cmpuint (g_strv_length (words), ==, 3);
            g_assert_null (strchr (words[1], '}'));
            g_assert_nonnull (strchr (words[2], '}'));
        }
    g_assert_null (strstr (text, "%s"));
    g_assert_false (g_str_has_suffix (text, "."));
}

/* A number that no part has would be told as it stands. */
static void
test_tables (void)
{
    const StoryPhrase *const tables[] = { story_phrases_of_rules, story_phrases_of_mail,
                                          story_phrases_of_signals };

    for (unsigned i = 0; i < G_N_ELEMENTS (tables); i++)
        for (const StoryPhrase *phrase = tables[i]; phrase->log; phrase++) {
            unsigned parts = count_parts (phrase->log);
            g_assert_cmpuint (parts, <=, 9);
            check_text (phrase->texts[STORY_ES], parts);
            if (phrase->texts[STORY_EN])
                check_text (phrase->texts[STORY_EN], parts);
        }
}

static const struct {
    const char *log, *english, *spanish;
} told[] = {
    { "1 promotional mails in 24 hours, by calendar days",
      "The recipient had had 1 promotional mail in 24 hours, by calendar days",
      "El destinatario ya tenía 1 correo promocional en 24 horas, por días naturales" },
    { "11 promotional mails in 1 hours", "The recipient had had 11 promotional mails in 1 hour",
      "El destinatario ya tenía 11 correos promocionales en 1 hora" },
    { "campaigns: 1 sent of 1 recipients in a day",
      "campaigns had sent to 1 of the 1 recipient that it may write to in a day",
      "campaigns había escrito a 1 del 1 destinatario que puede alcanzar en un día" },
    { "suppressed: complaint, 2026-05-03T10:15:00Z, source feedback",
      "Promotion to this address is suppressed: a complaint, of 3 May 2026, 10:15 UTC, from "
      "feedback",
      "La promoción a esta dirección está suprimida: una queja, del 3 de mayo de 2026, 10:15 "
      "UTC, procedente de feedback" },
    { "withdrawn, 2026-05-03T10:15:00Z, source shop.example/preferences",
      "The newest event is a withdrawal, of 3 May 2026, 10:15 UTC, from "
      "shop.example/preferences",
      "El hecho más reciente es una baja, del 3 de mayo de 2026, 10:15 UTC, procedente de "
      "shop.example/preferences" },
    { "granted, but too long ago for its basis, basis inferred, 2024-05-03T10:15:00Z",
      "The newest event is an agreement that is too old for its basis (basis: inferred "
      "agreement), of 3 May 2024, 10:15 UTC",
      "El hecho más reciente es un consentimiento demasiado antiguo para su base (base: "
      "consentimiento deducido), del 3 de mayo de 2024, 10:15 UTC" },
    { "no consent on record", "No agreement is on record", "No consta ningún consentimiento" },
    { "sun 2026-11-22 10:00 in America/Bogota",
      "There it was Sunday, 2026-11-22, 10:00 (America/Bogota)",
      "Allí era domingo, 2026-11-22, 10:00 (America/Bogota)" },
    { "wed 2026-12-25 10:00 in Asia/Seoul, a public holiday",
      "There it was Wednesday, 2026-12-25, 10:00 (Asia/Seoul), a public holiday",
      "Allí era miércoles, 2026-12-25, 10:00 (Asia/Seoul), día festivo" },
    { "in the stripped copy: the visible text lacks: name, postal_address; there is nothing "
      "to add",
      "The visible text lacks: the sender's name, the postal address. There is nothing that "
      "licet could add (in the copy without the promotion)",
      "En el texto visible falta: el nombre del remitente, la dirección postal. No hay nada "
      "que licet pudiera añadir (en la copia sin la promoción)" },
    { "US: primary: 40 % is promotion; DE: any-promotion: any promotional content counts; 40 "
      "% is promotion",
      "in US: 40 % of the text is promotion (test primary); in DE: Any promotional content "
      "counts. 40 % of the text is promotion (test any-promotion)",
      "en US: El 40 % del texto es promoción (prueba primary); en DE: Cuenta cualquier "
      "contenido promocional. El 40 % del texto es promoción (prueba any-promotion)" },
    { "a word of offers: 3 terms, first \"sale\"", "a word of offers: 3 terms, first “sale”",
      "una palabra de ofertas: 3 términos, el primero «sale»" },
    { "a part that reads as promotion: part 1.2, byte 104: 8 points, block-wording, "
      "block-after; by the words \"taste, gifts\"",
      "a part that reads as promotion (part 1.2, byte 104: 8 points for the wording of "
      "promotion, standing after the transaction, by the words “taste, gifts”)",
      "una parte que se lee como promoción (parte 1.2, byte 104: 8 puntos por una redacción de "
      "promoción, estar tras la transacción, por las palabras «taste, gifts»)" },
    { "a part that reads as promotion: leaf 1.2, offset 104: 8 points, block-app",
      "a part that reads as promotion (part 1.2, byte 104: 8 points for an app)",
      "una parte que se lee como promoción (parte 1.2, byte 104: 8 puntos por una "
      "aplicación)" },
    { "part 1.2: promotion in the text that is shown: 3 points, first \"newsletter*\"",
      "promotion in the text that is shown (part 1.2: 3 points, first “newsletter…”)",
      "promoción en el texto visible (parte 1.2: 3 puntos, el primero «newsletter…»)" },
    { "Subject: promotion in the subject: 1 points", "promotion in the subject: 1 point",
      "promoción en el asunto: 1 punto" },
    { "part 1: promotion in scripts, outside of the blocks",
      "Promotion stands where it cannot be cut, in scripts (part 1)",
      "Hay promoción donde no se puede recortar, en programas de la página (parte 1)" },
    { "8 points, block-offer, block-after; by the words \"gift*, ^ now, for #\"",
      "8 points for an offer, standing after the transaction, by the words “gift…, now, for (a number)”",
      "8 puntos por una oferta, estar tras la transacción, por las palabras «gift…, now, for (un número)»" },
    { "X-Licet-Purpose names no purpose; did you mean billing?",
      "X-Licet-Purpose names no purpose; did you mean billing?",
      "X-Licet-Purpose no nombra ninguna finalidad; ¿quizá billing?" },
    { "what nobody ever wrote", "what nobody ever wrote",
      "el registro dice, en inglés: «what nobody ever wrote»" },
    { "", "", "el registro dice, en inglés: «»" },
};

static void
test_told (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (told); i++) {
        g_autofree char *english = audit_story_phrase (STORY_EN, told[i].log);
        g_autofree char *spanish = audit_story_phrase (STORY_ES, told[i].log);
        g_assert_cmpstr (english, ==, told[i].english);
        g_assert_cmpstr (spanish, ==, told[i].spanish);
    }
}

/* A log that somebody wrote by hand must not keep the page from being shown. */
static void
test_deep (void)
{
    for (unsigned count = 12; count <= 12000; count *= 1000) {
        g_autoptr (GString) text = g_string_new (NULL);
        for (unsigned i = 0; i < count; i++)
            g_string_append (text, "in the stripped copy: part 1, byte 2: a; ");
        g_autofree char *spanish = audit_story_phrase (STORY_ES, text->str);
        g_assert_nonnull (strstr (spanish, text->str));
    }
}

#define DECISION(rest)                                                                         \
    "{\"record\":\"decision\",\"seq\":7,\"time\":\"2026-11-22T15:00:00Z\","                    \
    "\"queue_id\":\"4cD00007\",\"subject\":\"aa\",\"sender_domain\":\"shop.example\","         \
    "\"recipient_domain\":\"example.com\",\"message\":{\"class\":\"promotional\","             \
    "\"purpose\":\"none\",\"promo_purpose\":\"offer\",\"promo_share\":1.0},"                   \
    "\"territory\":\"CO\",\"territory_source\":\"consent-record\","                            \
    "\"legal_class\":\"promotional\",\"legal_reason\":\"as classified\"," rest "}"
#define RULE(id, kind, evidence)                                                               \
    "\"rule\":\"" id "\",\"source\":\"Ley 2300 de 2023 art. 4\",\"rules\":[{\"id\":\"" id      \
    "\",\"kind\":\"" kind "\",\"verdict\":\"violated\",\"action\":\"defer\",\"mode\":"         \
    "\"enforce\",\"source\":\"Ley 2300 de 2023 art. 4\",\"evidence\":\"" evidence "\"}]"

static const struct {
    const char *line, *english, *spanish;
} stories[] = {
    { DECISION ("\"outcome\":\"defer\",\"until\":\"2026-11-23T12:00:00Z\",\"reply\":\"451 "
                "4.7.1 CO-CAP: …\"," RULE ("CO-CAP", "frequency-cap",
                                           "1 promotional mails in 24 hours, by calendar "
                                           "days")),
      "The mail waits for this recipient; Postfix asks again from 23 November 2026, 12:00 UTC "
      "on, because of CO-CAP (Ley 2300 de 2023 art. 4). The recipient had had 1 promotional "
      "mail in 24 hours, by calendar days. Postfix was told: “451 4.7.1 CO-CAP: …”",
      "El correo espera para este destinatario; Postfix volverá a preguntar desde el 23 de "
      "noviembre de 2026, 12:00 UTC, por CO-CAP (Ley 2300 de 2023 art. 4). El destinatario ya "
      "tenía 1 correo promocional en 24 horas, por días naturales. A Postfix se le dijo: "
      "«451 4.7.1 CO-CAP: …»" },
    { DECISION (
          "\"outcome\":\"defer\",\"until\":\"2026-11-22T16:00:00Z\",\"rule\":\"LIMIT:night\","
          "\"source\":\"sending-limits.cfg\",\"rules\":[{\"id\":\"LIMIT:night\",\"kind\":"
          "\"sending-limit\",\"verdict\":\"violated\",\"action\":\"defer\",\"mode\":"
          "\"enforce\",\"source\":\"sending-limits.cfg\",\"evidence\":\"shop.example: 300 "
          "sent of 300 recipients in an hour\"}]"),
      "The mail waits for this recipient; Postfix asks again from 22 November 2026, 16:00 UTC "
      "on, because of LIMIT:night (sending-limits.cfg). shop.example had sent to 300 of the "
      "300 recipients that it may write to in an hour.",
      "El correo espera para este destinatario; Postfix volverá a preguntar desde el 22 de "
      "noviembre de 2026, 16:00 UTC, por LIMIT:night (sending-limits.cfg). shop.example había "
      "escrito a 300 de los 300 destinatarios que puede alcanzar en una hora." },
    { DECISION (
          "\"outcome\":\"hold\",\"fallback\":\"hold\",\"obstacle\":\"part 1, byte 17: the "
          "cut changes the HTML around it\"," RULE (
              "CO-CONSENT", "consent",
              "withdrawn") ","
                           "\"consent\":{\"state\":\"refused\",\"purpose\":\"*\",\"at\":"
                           "\"2026-05-03T10:15:00Z\",\"source\":\"signup\"},\"copy\":{\"held\":"
                           "true}"),
      "The copy for this recipient is held in Postfix's queue until a person decides, because "
      "CO-CONSENT (Ley 2300 de 2023 art. 4) needs consent to this promotion (offer), and the "
      "newest event is a withdrawal from all promotion of 3 May 2026, 10:15 UTC (from "
      "signup). The promotion could not be cut out: The cut would change the HTML around it "
      "(part 1, byte 17).",
      "La copia de este destinatario queda retenida en la cola de Postfix hasta que decida "
      "una persona, porque CO-CONSENT (Ley 2300 de 2023 art. 4) exige consentimiento para "
      "esta promoción (oferta) y el hecho más reciente es una baja de toda promoción del 3 de "
      "mayo de 2026, 10:15 UTC (de signup). No se pudo retirar la promoción: El corte "
      "cambiaría el HTML de alrededor (parte 1, byte 17)." },
    { DECISION ("\"outcome\":\"refuse\"," RULE (
          "CO-CONSENT", "consent",
          "suppressed: bounce") ","
                                "\"consent\":{\"state\":\"refused\",\"purpose\":\"*\","
                                "\"at\":\"2026-05-03T10:15:00Z\",\"source\":\"feedback\","
                                "\"suppression\":\"bounce\"}"),
      "licet refused the mail for this recipient, who gets nothing, because CO-CONSENT (Ley "
      "2300 de 2023 art. 4) needs consent to this promotion (offer), and promotion to this "
      "recipient is suppressed since 3 May 2026, 10:15 UTC: the mailbox is gone (from "
      "feedback).",
      "licet rechazó el correo para este destinatario, que no recibe nada, porque CO-CONSENT "
      "(Ley 2300 de 2023 art. 4) exige consentimiento para esta promoción (oferta) y la "
      "promoción a este destinatario está suprimida desde el 3 de mayo de 2026, 10:15 UTC: el "
      "buzón ya no existe (de feedback)." },
    { DECISION (
          "\"outcome\":\"deliver\",\"consent\":{\"state\":\"granted\",\"basis\":\"express\","
          "\"purpose\":\"offer\",\"at\":\"2026-05-03T10:15:00Z\",\"source\":\"signup\"},"
          "\"facts\":{\"tracking\":{\"state\":\"refused\",\"at\":\"2026-05-04T10:15:00Z\","
          "\"source\":\"preferences\"}},\"copy\":{\"edits\":[{\"kind\":\"tracking\"}]}"),
      "licet let the mail go to this recipient with its promotion. Consent to this promotion "
      "(offer): the newest event is an agreement of 3 May 2026, 10:15 UTC (basis express "
      "agreement, from signup). licet added or mended: what tracks the reader was taken out. "
      "Consent to tracking: the newest event is a withdrawal of 4 May 2026, 10:15 UTC (from "
      "preferences).",
      "licet dejó pasar el correo a este destinatario con su promoción. Consentimiento para "
      "esta promoción (oferta): el hecho más reciente es un consentimiento del 3 de mayo de "
      "2026, 10:15 UTC (base consentimiento expreso, de signup). licet añadió o corrigió: se "
      "quitó lo que rastrea al lector. Consentimiento para el seguimiento: el hecho más "
      "reciente es una baja del 4 de mayo de 2026, 10:15 UTC (de preferences)." },
    { "{\"record\":\"outcome\",\"seq\":8,\"time\":\"2026-11-22T15:00:00Z\",\"outcome\":"
      "\"held\",\"submitted_queue_id\":\"4cD00008\"}",
      "On 22 November 2026, 15:00 UTC Postfix took the copy into its hold queue, as queue id "
      "4cD00008, where a person decides.",
      "El 22 de noviembre de 2026, 15:00 UTC Postfix aceptó la copia en su cola de retención, "
      "con id. de cola 4cD00008, donde decide una persona." },
    { "{\"record\":\"outcome\",\"seq\":8,\"time\":\"2026-11-22T15:00:00Z\",\"outcome\":"
      "\"in-doubt\",\"submitted_queue_id\":\"4cD00008\",\"reply\":\"in doubt: may have left as "
      "4cD00008; sent again\"}",
      "On 22 November 2026, 15:00 UTC nothing told whether a copy had left before, as queue id "
      "4cD00008. It was sent again.",
      "El 22 de noviembre de 2026, 15:00 UTC nada decía si una copia había salido antes, con "
      "id. de "
      "cola 4cD00008. Se envió de nuevo." },
};

static bool
has_paragraph (const GPtrArray *story, const char *wanted)
{
    for (unsigned i = 0; i < story->len; i++) {
        g_test_message ("%s", (const char *)g_ptr_array_index (story, i));
        if (strcmp (g_ptr_array_index (story, i), wanted) == 0)
            return true;
    }
    return false;
}

static void
test_stories (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (stories); i++) {
        ParsedRow parsed;
        g_assert_true (row_parse (&parsed, stories[i].line, strlen (stories[i].line)));
        g_autoptr (GPtrArray) english = audit_story (&parsed.row, STORY_EN);
        g_autoptr (GPtrArray) spanish = audit_story (&parsed.row, STORY_ES);
        g_assert_true (has_paragraph (english, stories[i].english));
        g_assert_true (has_paragraph (spanish, stories[i].spanish));
        row_clear (&parsed);
    }
}

/* Without it, the list of rules of a copy that went would say that it breaks the law. */
static void
test_cured (void)
{
    static const char line[] =
        "{\"seq\":1,\"record\":\"decision\",\"rules\":["
        "{\"id\":\"A\",\"verdict\":\"violated\",\"cured_by\":\"strip\"},"
        "{\"id\":\"B\",\"verdict\":\"violated\",\"cured_by\":\"text-only\"},"
        "{\"id\":\"C\",\"verdict\":\"violated\"},"
        "{\"id\":\"D\",\"verdict\":\"violated\",\"mode\":\"shadow\"},"
        "{\"id\":\"E\",\"verdict\":\"satisfied\",\"mode\":\"shadow\"}]}";
    static const char *const told_so[][STORY_LANGUAGES] = {
        { "violated, put right by the cut", "se incumple, remediado con el recorte" },
        { "violated, put right by the copy of text alone",
          "se incumple, remediado con la copia de solo texto" },
        { "violated", "se incumple" },
        { "violated, only watched: the rule is in shadow mode",
          "se incumple, solo observado: la regla está en modo de prueba (shadow)" },
        { "satisfied", "se cumple" },
    };
    ParsedRow parsed;

    g_assert_true (row_parse (&parsed, line, strlen (line)));
    g_assert_cmpuint (parsed.row.rules->len, ==, G_N_ELEMENTS (told_so));
    for (unsigned i = 0; i < parsed.row.rules->len; i++)
        for (unsigned language = 0; language < STORY_LANGUAGES; language++) {
            g_autofree char *verdict = audit_story_verdict (
                (StoryLanguage)language, &g_array_index (parsed.row.rules, AuditRule, i));
            g_assert_cmpstr (verdict, ==, told_so[i][language]);
        }
    row_clear (&parsed);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/story/tables", test_tables);
    g_test_add_func ("/story/told", test_told);
    g_test_add_func ("/story/deep", test_deep);
    g_test_add_func ("/story/stories", test_stories);
    g_test_add_func ("/story/cured", test_cured);
    return g_test_run ();
}
