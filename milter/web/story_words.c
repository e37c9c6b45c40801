/* SPDX-License-Identifier: BSD-2-Clause */

#include "story.h"

#include <string.h>

static const char *const words[S_WORDS][STORY_LANGUAGES] = {
    [S_TITLE] = { "The log", "El registro" },
    [S_RECORD] = { "Record %s", "Asiento %s" },
    [S_SEARCH] = { "Search", "Buscar" },
    [S_ADDRESS] = { "Recipient's address", "Dirección del destinatario" },
    [S_ADDRESS_NOTE] = { "The log has no addresses; whoever knows one finds its records by a "
                         "salted hash, as long as the person's salt has not been erased.",
                         "El registro no contiene direcciones; quien conoce una encuentra sus "
                         "asientos por un hash con sal, mientras no se haya borrado la sal." },
    [S_FOUND] = { "Records found: %s, the newest first.",
                  "Asientos encontrados: %s, primero los más recientes." },
    [S_ANY] = { "any", "cualquiera" },
    [S_MOST] = { "Only the newest %s are shown; a narrower search shows the rest.",
                 "Solo se muestran los %s más recientes; una búsqueda más estrecha muestra el "
                 "resto." },
    [S_NOTHING_FOUND] = { "No record fits.", "Ningún asiento coincide." },
    [S_BACK] = { "New search", "Nueva búsqueda" },
    [S_READ_NOTE] = { "This page reads the log as it stands and changes nothing. That it was "
                      "not "
                      "altered is proven by: licet audit verify",
                      "Esta página lee el registro tal como está y no cambia nada. Que no ha "
                      "sido alterado lo prueba: licet audit verify" },
    [S_RULES] = { "Every rule that was looked at", "Todas las reglas que se examinaron" },
    [S_CHANGES] = { "What was changed in this copy", "Qué se cambió en esta copia" },
    [S_RELATED] = { "The same mail to the same recipient",
                    "El mismo correo al mismo destinatario" },
    [S_AS_IT_STANDS] = { "The record as it stands in the log",
                         "El asiento tal como está en el registro" },
    [S_NO_RECORD] = { "There is no such record, or its file has been removed by retention.",
                      "No existe tal asiento, o la conservación retiró su fichero." },
    [S_BUSY] = { "Another search is running; please try again.",
                 "Hay otra búsqueda en curso; inténtelo de nuevo." },
    [S_FAILED] = { "The log cannot be read now.", "El registro no se puede leer ahora." },
    [S_WHO] = { "This page is for auditors with a token.",
                "Esta página es para auditores con una clave." },
    [S_BAD_TIME] = { "\"%s\" is no time; right would be 2026-11-24 or 2026-11-24T15:00:00Z.",
                     "«%s» no es una fecha; sería correcto 2026-11-24 o "
                     "2026-11-24T15:00:00Z." },
    [S_TIME] = { "Time", "Hora" },
    [S_NUMBER] = { "No.", "N.º" },
    [S_KIND] = { "Kind", "Tipo" },
    [S_QUEUE_ID] = { "Queue id", "Id. de cola" },
    [S_RULE] = { "Rule", "Regla" },
    [S_TERRITORY] = { "Territory", "Territorio" },
    [S_OUTCOME] = { "Outcome", "Resultado" },
    [S_SENDER] = { "Sender's domain", "Dominio del remitente" },
    [S_PURPOSE] = { "Purpose", "Finalidad" },
    [S_CLASS] = { "Class", "Clase" },
    [S_SINCE] = { "Since", "Desde" },
    [S_UNTIL] = { "Until, excluded", "Hasta, excluido" },
    [S_RECIPIENT] = { "Recipient", "Destinatario" },
    [S_VERDICT] = { "Verdict", "Veredicto" },
    [S_ASKS] = { "Asks for", "Pide" },
    [S_SEEN] = { "Seen", "Visto" },
    [S_SOURCE] = { "Source", "Fuente" },
    [S_WHERE] = { "Where", "Dónde" },
    [S_BYTES] = { "Bytes removed", "Bytes retirados" },
    [S_CUT] = { "the promotion is cut out", "se retira la promoción" },
};

/* What the decision was, and what became of a copy, are told apart by their words. */
static const struct {
    const char *word, *texts[STORY_LANGUAGES];
} labels[] = {
    { "deliver", { "delivered whole", "entregado entero" } },
    { "strip", { "stripped", "recortado" } },
    { "defer", { "deferred", "aplazado" } },
    { "hold", { "held", "retenido" } },
    { "refuse", { "refused", "rechazado" } },
    { "submitted", { "copy: taken by Postfix", "copia: aceptada por Postfix" } },
    { "already-submitted", { "copy: was there already", "copia: ya estaba" } },
    { "held", { "copy: in the hold queue", "copia: en la cola de retención" } },
    { "refused", { "copy: back to the sender", "copia: devuelta al remitente" } },
    { "deferred", { "copy: put off", "copia: aplazada" } },
    { "in-doubt", { "copy: in doubt", "copia: en duda" } },
    { "decision", { "decision", "decisión" } },
    { "outcome", { "hand-over", "entrega" } },
    { "failure", { "failure", "fallo" } },
    { "checkpoint", { "checkpoint", "punto de control" } },
    { "repair", { "repair", "reparación" } },
    { "retention", { "retention", "conservación" } },
    { "policies", { "policies", "políticas" } },
    { "unreadable", { "unreadable", "ilegible" } },
};

const char *const story_outcomes[] = {
    "deliver",           "strip", "defer",   "hold",     "refuse",   "submitted",
    "already-submitted", "held",  "refused", "deferred", "in-doubt", NULL
};
const char *const story_classes[] = { "transactional", "promotional", "mixed", "personal",
                                      NULL };

const char *
story_label (StoryLanguage language, const char *word)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (labels); i++)
        if (strcmp (labels[i].word, word) == 0)
            return labels[i].texts[language];
    return audit_story_word (language, word);
}

const char *
story_word (StoryLanguage language, StoryWord word)
{
    return words[word][language];
}
