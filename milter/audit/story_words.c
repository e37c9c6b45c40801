/* SPDX-License-Identifier: BSD-2-Clause */

#include "story_words.h"

#include <string.h>

static const char *const sentences[STORY_SENTENCES][STORY_LANGUAGES] = {
    [STORY_ARRIVED] = { "On %s a mail from %s for a recipient at %s came to licet (Postfix's "
                        "queue id %s).",
                        "El %s llegó a licet un correo de %s para un destinatario de %s (id. "
                        "de "
                        "cola de Postfix: %s)." },
    [STORY_IS_TRANSACTION] = { "licet took it for a mail about a transaction (%s), without "
                               "promotion.",
                               "licet lo consideró un correo sobre una transacción (%s), sin "
                               "promoción." },
    [STORY_IS_PROMOTION] = { "licet took it for promotion (%s).",
                             "licet lo consideró promoción (%s)." },
    [STORY_IS_MIXED] = { "licet took it for a mail about a transaction (%s) with promotion in "
                         "it (%s), which is %s % of the text.",
                         "licet lo consideró un correo sobre una transacción (%s) que contiene "
                         "promoción (%s): el %s % del texto." },
    [STORY_IS_PERSONAL] = { "licet took it for correspondence between people, which it leaves "
                            "as it is.",
                            "licet lo consideró correspondencia entre personas, que deja como "
                            "está." },
    [STORY_SIGNS] = { " The strongest signs: %s.", " Los indicios más fuertes: %s." },
    [STORY_LAW] = { "The rules of %s apply to this recipient (known from %s). There the mail "
                    "counts as %s. The reason: %s.",
                    "A este destinatario se le aplican las reglas de %s (según %s). Allí el "
                    "correo cuenta como %s. El motivo: %s." },
    [STORY_GRANTED] = { "the newest event is an agreement of %s (basis %s, from %s)",
                        "el hecho más reciente es un consentimiento del %s (base %s, de %s)" },
    [STORY_WITHDRAWN] = { "the newest event is a withdrawal of %s (from %s)",
                          "el hecho más reciente es una baja del %s (de %s)" },
    [STORY_WITHDRAWN_ALL] = { "the newest event is a withdrawal from all promotion of %s (from "
                              "%s)",
                              "el hecho más reciente es una baja de toda promoción del %s (de "
                              "%s)" },
    [STORY_SUPPRESSED] = { "promotion to this recipient is suppressed since %s: %s (from %s)",
                           "la promoción a este destinatario está suprimida desde el %s: %s "
                           "(de %s)" },
    [STORY_PENDING] = { "an agreement was asked for and never confirmed",
                        "se pidió un consentimiento que nunca se confirmó" },
    [STORY_NOTHING_KNOWN] = { "no agreement is known", "no consta ningún consentimiento" },
    [STORY_NO_ANSWER] = { "the consent store did not answer, which never counts as agreement",
                          "el almacén de consentimientos no respondió, lo que nunca cuenta "
                          "como "
                          "consentimiento" },
    [STORY_NEEDS_CONSENT] = { ", because %s (%s) needs consent to this promotion (%s), and ",
                              ", porque %s (%s) exige consentimiento para esta promoción (%s) "
                              "y " },
    [STORY_RULE_SAW] = { ", because of %s (%s). %s", ", por %s (%s). %s" },
    [STORY_RULE] = { ", because of %s (%s)", ", por %s (%s)" },
    [STORY_REMOVED] = { "licet removed ", "licet retiró " },
    [STORY_BLOCK] = { "the block “%s” (%s bytes of %s)", "el bloque «%s» (%s bytes de %s)" },
    [STORY_ITS_COPY] = { "the same block in %s (%s bytes)",
                         "el mismo bloque en %s (%s bytes)" },
    [STORY_PART] = { "a part of %s (%s bytes)", "una parte de %s (%s bytes)" },
    [STORY_AND] = { " and ", " y " },
    [STORY_MORE] = { " and %s more", " y %s más" },
    [STORY_FOR_RECIPIENT] = { " for this recipient", " para este destinatario" },
    [STORY_STRIPPED] = { "This recipient's copy goes without the promotion",
                         "La copia de este destinatario va sin la promoción" },
    [STORY_WENT] = { "licet let the mail go to this recipient.",
                     "licet dejó pasar el correo a este destinatario." },
    [STORY_WENT_WITH] = { "licet let the mail go to this recipient with its promotion.",
                          "licet dejó pasar el correo a este destinatario con su promoción." },
    [STORY_CONSENT] = { " Consent to this promotion (%s): ",
                        " Consentimiento para esta promoción (%s): " },
    [STORY_ENOUGH] = { "; that is enough for %s (%s).", "; eso basta para %s (%s)." },
    [STORY_WAITS] = { "The mail waits for this recipient; Postfix asks again from %s on",
                      "El correo espera para este destinatario; Postfix volverá a preguntar "
                      "desde el %s" },
    [STORY_WAITS_OPEN] = { "The mail waits for this recipient; Postfix asks again",
                           "El correo espera para este destinatario; Postfix volverá a "
                           "preguntar" },
    [STORY_HELD] = { "The copy for this recipient is held in Postfix's queue until a person "
                     "decides",
                     "La copia de este destinatario queda retenida en la cola de Postfix hasta "
                     "que decida una persona" },
    [STORY_REFUSED] = { "licet refused the mail for this recipient, who gets nothing",
                        "licet rechazó el correo para este destinatario, que no recibe nada" },
    [STORY_OBSTACLE] = { " The promotion could not be cut out: %s.",
                         " No se pudo retirar la promoción: %s." },
    [STORY_CURED] = { ", put right by the cut", ", remediado con el recorte" },
    [STORY_CURED_BY_TEXT] = { ", put right by the copy of text alone",
                              ", remediado con la copia de solo texto" },
    [STORY_SENDER_TOLD] = { " The sender was told: “%s”", " Al remitente se le dijo: «%s»" },
    [STORY_ANSWER] = { " The answer for this recipient: “%s”",
                       " La respuesta para este destinatario: «%s»" },
    [STORY_WATCHED] = { ", only watched: the rule is in shadow mode",
                        ", solo observado: la regla está en modo de prueba (shadow)" },
    [STORY_POSTFIX_TOLD] = { " Postfix was told: “%s”", " A Postfix se le dijo: «%s»" },
    [STORY_FIXED] = { " licet added or mended: %s.", " licet añadió o corrigió: %s." },
    [STORY_FIXED_BY] = { " licet added or mended: %s, as %s (%s) wants.",
                         " licet añadió o corrigió: %s, como pide %s (%s)." },
    [STORY_TRACKING] = { " Consent to tracking: ", " Consentimiento para el seguimiento: " },
    [STORY_TAKEN] = { "On %s Postfix took the copy for this recipient, as queue id %s.",
                      "El %s Postfix aceptó la copia para este destinatario, con id. de cola "
                      "%s." },
    [STORY_TAKEN_BEFORE] = { "On %s Postfix asked again, and the copy was there already, as "
                             "queue id %s; no second one was made.",
                             "El %s Postfix volvió a preguntar; la copia ya estaba, con id. de "
                             "cola %s, y no se hizo otra." },
    [STORY_TAKEN_HELD] = { "On %s Postfix took the copy into its hold queue, as queue id %s, "
                           "where a person decides.",
                           "El %s Postfix aceptó la copia en su cola de retención, con id. de "
                           "cola %s, donde decide una persona." },
    [STORY_IN_DOUBT] = { "On %s nothing told whether a copy had left before, as queue id %s.",
                         "El %s nada decía si una copia había salido antes, con id. de cola "
                         "%s." },
    [STORY_DOUBLED] = { " It was sent again.", " Se envió de nuevo." },
    [STORY_PARKED] = { " The mail waits for a person.", " El correo espera a una persona." },
    [STORY_TURNED_DOWN] = { "On %s the mail to this recipient came back to its sender: “%s”",
                            "El %s el correo para este destinatario volvió a su remitente: "
                            "«%s»" },
    [STORY_PUT_OFF] = { "On %s the copy for this recipient was put off, and Postfix keeps it "
                        "and asks again: “%s”",
                        "El %s la copia para este destinatario quedó aplazada; Postfix la "
                        "guarda y volverá a preguntar: «%s»" },
    [STORY_FAILED] = { "On %s licet could not decide, and turned the mail away at the stage "
                       "“%s”: %s.",
                       "El %s licet no pudo decidir y no dejó pasar el correo en la etapa "
                       "«%s»: %s." },
    [STORY_EVENT] = { "On %s the log wrote of itself: %s.",
                      "El %s el registro anotó sobre sí mismo: %s." },
};

/* Words of the log that are not plain English, or not Spanish. */
static const struct {
    const char *word, *texts[STORY_LANGUAGES];
} words[] = {
    { "#", { "(a number)", "(un número)" } },
    { "*", { "all promotion", "toda promoción" } },
    { "XX",
      { "XX (nothing told the country; the strictest common rules)",
        "XX (nada indicaba el país; las reglas comunes más estrictas)" } },
    { "account", { "account", "cuenta" } },
    { "adult", { "an adult", "persona adulta" } },
    { "allow", { "nothing", "nada" } },
    { "as classified", { "its content", "su contenido" } },
    { "at", { "the time", "el momento" } },
    { "billing", { "billing", "facturación" } },
    { "block-action", { "a call to act", "una llamada a actuar" } },
    { "block-after", { "standing after the transaction", "estar tras la transacción" } },
    { "block-app", { "an app", "una aplicación" } },
    { "block-app-link", { "a link to an app", "un enlace a una aplicación" } },
    { "block-button", { "a button or link to a shop", "un botón o enlace a una tienda" } },
    { "block-cards", { "goods side by side", "productos en fila" } },
    { "block-code", { "a code to redeem", "un código que canjear" } },
    { "block-coupon", { "a coupon", "un cupón" } },
    { "block-heading", { "a heading", "un encabezado" } },
    { "block-link", { "a link to offers", "un enlace a ofertas" } },
    { "block-loyalty", { "a loyalty programme", "un programa de fidelidad" } },
    { "block-lure", { "an appeal", "una invitación" } },
    { "block-more", { "more to buy", "algo más que comprar" } },
    { "block-newsletter", { "a newsletter", "un boletín" } },
    { "block-next", { "the next purchase", "la próxima compra" } },
    { "block-occasion", { "an occasion", "una ocasión" } },
    { "block-offer", { "an offer", "una oferta" } },
    { "block-percent", { "a percentage", "un porcentaje" } },
    { "block-rate", { "a percentage", "un porcentaje" } },
    { "block-recommendation", { "recommended goods", "productos recomendados" } },
    { "block-referral", { "an invitation to bring friends", "una invitación a traer amigos" } },
    { "block-social", { "social networks", "redes sociales" } },
    { "block-social-link", { "a link to social networks", "un enlace a redes sociales" } },
    { "block-sum", { "an amount", "un importe" } },
    { "block-survey", { "asking for an opinion", "pedir una opinión" } },
    { "block-terms", { "the terms of an offer", "las condiciones de una oferta" } },
    { "block-tone",
      { "wording that leans to promotion", "una redacción que tiende a promoción" } },
    { "block-urgency", { "urging", "la prisa" } },
    { "block-winback", { "asking to come back", "pedir que vuelva" } },
    { "block-wording", { "the wording of promotion", "una redacción de promoción" } },
    { "booking", { "booking", "reserva" } },
    { "bounce", { "the mailbox is gone", "el buzón ya no existe" } },
    { "cannot-tell", { "cannot tell", "no se sabe" } },
    { "cart-reminder", { "cart reminder", "recordatorio de carrito" } },
    { "checkpoint", { "a signed checkpoint", "un punto de control firmado" } },
    { "company", { "a company", "una empresa" } },
    { "complaint", { "a complaint", "una queja" } },
    { "consent-record", { "the consent store", "el almacén de consentimientos" } },
    { "contact", { "a way to make contact", "una forma de contacto" } },
    { "contract", { "a contract", "un contrato" } },
    { "control-header",
      { "a field that was meant for licet is taken off",
        "se quita un campo dirigido a licet" } },
    { "cross-sell", { "cross-sell", "venta cruzada" } },
    { "day", { "day", "día" } },
    { "default",
      { "the default, as nothing else told it",
        "el valor por omisión, pues nada más lo indicaba" } },
    { "defer", { "to wait", "esperar" } },
    { "domain", { "the domain of the address", "el dominio de la dirección" } },
    { "double-opt-in",
      { "confirmed agreement, double opt-in", "consentimiento confirmado, double opt-in" } },
    { "email", { "the e-mail address", "la dirección de correo" } },
    { "erased",
      { "an erasure that the person asked for", "una supresión que pidió la persona" } },
    { "event", { "event", "evento" } },
    { "evidence", { "the evidence", "la prueba" } },
    { "express", { "express agreement", "consentimiento expreso" } },
    { "fix", { "to mend it", "corregirlo" } },
    { "footer",
      { "a footer with the sender's identity", "un pie con la identidad del remitente" } },
    { "foreign-signature",
      { "a signature of others, which would break, is taken off",
        "se quita una firma ajena que quedaría rota" } },
    { "fri", { "Friday", "viernes" } },
    { "header",
      { "a header field of the sending program", "un campo de cabecera del programa emisor" } },
    { "hold", { "to hold it", "retenerlo" } },
    { "hour", { "hour", "hora" } },
    { "inferred", { "inferred agreement", "consentimiento deducido" } },
    { "label", { "the label in the subject", "la etiqueta del asunto" } },
    { "legal", { "legal notice", "aviso legal" } },
    { "list-unsubscribe",
      { "the fields to unsubscribe by one click",
        "los campos para darse de baja con un clic" } },
    { "merchant", { "a merchant", "un comerciante" } },
    { "manual", { "by hand", "a mano" } },
    { "minor", { "a minor", "menor de edad" } },
    { "minute", { "minute", "minuto" } },
    { "mixed", { "mixed", "mixto" } },
    { "mon", { "Monday", "lunes" } },
    { "name", { "the sender's name", "el nombre del remitente" } },
    { "natural", { "a natural person", "una persona física" } },
    { "newsletter", { "newsletter", "boletín" } },
    { "none", { "no purpose named", "sin finalidad indicada" } },
    { "normalise",
      { "written so that no server on the way has to change it",
        "se escribe de modo que ningún servidor del camino tenga que cambiarlo" } },
    { "not-applicable", { "does not apply", "no se aplica" } },
    { "nothing", { "nothing", "nada" } },
    { "objection-offered", { "that objecting was offered", "que se ofreció oponerse" } },
    { "offer", { "offer", "oferta" } },
    { "own", { "of the sender's own goods", "de productos propios" } },
    { "own-signature",
      { "an older signature of ours is taken off", "se quita una firma nuestra anterior" } },
    { "personal", { "personal", "personal" } },
    { "policies",
      { "the policies in force from here on", "las políticas vigentes desde aquí" } },
    { "professional", { "a professional", "un profesional" } },
    { "postal_address", { "the postal address", "la dirección postal" } },
    { "postal_address_or_telephone",
      { "the postal address or a telephone number",
        "la dirección postal o un número de teléfono" } },
    { "promotional", { "promotional", "promocional" } },
    { "published", { "a published address", "una dirección publicada" } },
    { "reactivation", { "reactivation", "reactivación" } },
    { "receipt", { "receipt", "recibo" } },
    { "referral", { "referral", "recomendación" } },
    { "refuse", { "to refuse it", "rechazarlo" } },
    { "register", { "the register data", "los datos registrales" } },
    { "role", { "an address of an office", "una dirección de oficina" } },
    { "registry", { "a public registry", "un registro público" } },
    { "repair",
      { "a line that a crash had torn was cut off",
        "se cortó una línea que rompió una caída" } },
    { "reply-to", { "an address for replies", "una dirección de respuesta" } },
    { "retention",
      { "an old file is removed, as the settings want",
        "se retira un fichero antiguo, como pide la configuración" } },
    { "sale", { "a sale", "una venta" } },
    { "sat", { "Saturday", "sábado" } },
    { "satisfied", { "satisfied", "se cumple" } },
    { "security", { "security", "seguridad" } },
    { "shipping", { "shipping", "envío" } },
    { "signature", { "a signature is added", "se añade una firma" } },
    { "similar", { "of similar goods", "de productos similares" } },
    { "soft-opt-in", { "a sale before, soft opt-in", "una venta anterior, soft opt-in" } },
    { "source", { "the source", "la procedencia" } },
    { "strip", { "to cut the promotion", "retirar la promoción" } },
    { "sun", { "Sunday", "domingo" } },
    { "support", { "support", "asistencia" } },
    { "survey", { "survey", "encuesta" } },
    { "tag",
      { "a field that says the class is added", "se añade un campo que dice la clase" } },
    { "telephone", { "the telephone number", "el número de teléfono" } },
    { "telephone_or_email",
      { "a telephone number or an e-mail address",
        "un número de teléfono o una dirección de correo" } },
    { "text-only",
      { "a form of the page is left out, so that the text goes alone",
        "se omite una forma de la página, para que vaya solo el texto" } },
    { "thu", { "Thursday", "jueves" } },
    { "token",
      { "the recipient's own link to unsubscribe",
        "el enlace de baja propio del destinatario" } },
    { "tracking",
      { "what tracks the reader was taken out", "se quitó lo que rastrea al lector" } },
    { "transactional", { "transactional", "transaccional" } },
    { "tue", { "Tuesday", "martes" } },
    { "unmark",
      { "a mark that was meant for licet is taken off",
        "se quita una marca dirigida a licet" } },
    { "unreadable", { "a record that cannot be read", "un asiento que no se puede leer" } },
    { "violated", { "violated", "se incumple" } },
    { "wed", { "Wednesday", "miércoles" } },
    { "welcome", { "welcome", "bienvenida" } },
    { "wording", { "the wording", "el texto que se mostró" } },
};

static const char *const months[][STORY_LANGUAGES] = {
    { "January", "enero" },   { "February", "febrero" },   { "March", "marzo" },
    { "April", "abril" },     { "May", "mayo" },           { "June", "junio" },
    { "July", "julio" },      { "August", "agosto" },      { "September", "septiembre" },
    { "October", "octubre" }, { "November", "noviembre" }, { "December", "diciembre" },
};

const char *
story_sentence (StoryLanguage language, StorySentence sentence)
{
    return sentences[sentence][language];
}

const char *
story_month (StoryLanguage language, unsigned month)
{
    g_assert (month >= 1 && month <= G_N_ELEMENTS (months));
    return months[month - 1][language];
}

const char *
audit_story_word (StoryLanguage language, const char *word)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strcmp (words[i].word, word) == 0)
            return words[i].texts[language];
    return word;
}
