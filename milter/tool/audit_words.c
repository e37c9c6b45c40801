/* SPDX-License-Identifier: BSD-2-Clause */

/* The report's texts. */

#include "audit_words.h"

static const char *const words[WORDS][LANGUAGES] = {
    [W_LANG] = { "en", "es" },
    [W_TITLE] = { "Report on outgoing mail", "Informe sobre el correo saliente" },
    [W_PERIOD] = { "Period", "Periodo" },
    [W_TO] = { "to", "a" },
    [W_MESSAGES] = { "Messages", "Mensajes" },
    [W_DECISIONS] = { "Decisions, one per recipient", "Decisiones, una por destinatario" },
    [W_PEOPLE] = { "Recipients", "Destinatarios" },
    [W_SENDERS] = { "Sender domains", "Dominios remitentes" },
    [W_TURNED_AWAY] = { "Not decided (errors)", "Sin decisión (errores)" },
    [W_INTEGRITY] = { "Integrity of the log", "Integridad del registro" },
    [W_WHOLE] = { "The log is whole: every hash and every signature was recomputed.",
                  "El registro está íntegro: se recalcularon todos los resúmenes y todas las "
                  "firmas." },
    [W_NOT_WHOLE] = { "THE LOG IS NOT WHOLE. What follows may rest on records that were "
                      "changed.",
                      "EL REGISTRO NO ESTÁ ÍNTEGRO. Lo que sigue puede basarse en asientos "
                      "alterados." },
    [W_NOT_CONFIRMED] = { "THE LOG IS NOT CONFIRMED: it is whole in itself, but the "
                          "checkpoints that were given do not speak of it.",
                          "EL REGISTRO NO ESTÁ CONFIRMADO: en sí está íntegro, pero los "
                          "puntos de control aportados no hablan de él." },
    [W_RECORDS] = { "Records", "Asientos" },
    [W_RECORD] = { "record", "asiento" },
    [W_CHECKPOINT] = { "Last verified checkpoint", "Último punto de control verificado" },
    [W_NO_CHECKPOINT] = { "none", "ninguno" },
    [W_OUTSIDE] = { "Covered by checkpoints kept outside",
                    "Cubierto por puntos de control externos" },
    [W_NO_OUTSIDE] = { "no: none was given", "no: no se aportó ninguno" },
    [W_KEY] = { "Public key (Ed25519)", "Clave pública (Ed25519)" },
    [W_LOG] = { "Name of the log", "Nombre del registro" },
    [W_CHECK] = { "To check it again", "Para comprobarlo de nuevo" },
    [W_HOW_TO_CHECK] = { "licet audit verify; or contrib/verify-audit.py, which needs nothing "
                         "of licet",
                         "licet audit verify; o contrib/verify-audit.py, que no necesita nada "
                         "de licet" },
    [W_BY_CLASS] = { "Volume by class", "Volumen por clase" },
    [W_SHARES] = { "Share of each outcome", "Parte de cada resultado" },
    [W_BY_OUTCOME] = { "Strips, holds, deferrals and refusals over time",
                       "Recortes, retenciones, aplazamientos y rechazos en el tiempo" },
    [W_BY_RULE] = { "Outcomes by rule", "Resultados por regla" },
    [W_BY_TERRITORY] = { "Outcomes by territory", "Resultados por territorio" },
    [W_SHARE_SENDER] = { "Promotional share by sender",
                         "Proporción promocional por remitente" },
    [W_SHARE_TEMPLATE] = { "Promotional share by template or campaign",
                           "Proporción promocional por plantilla o campaña" },
    [W_SHIFT] = { "Shift of classes by sender", "Cambio de clases por remitente" },
    [W_SHIFT_NOTE] = { "Part of each class in the first and the second half of the period, and "
                       "by how many percentage points it changed. Where the promotional part "
                       "shrinks and another grows, promotion may be declared as something "
                       "else; ten points and more are in bold type.",
                       "Parte de cada clase en la primera y la segunda mitad del periodo, y "
                       "cuántos puntos porcentuales cambió. Si la promocional mengua y otra "
                       "crece, puede que se declare la promoción como otra cosa; desde diez "
                       "puntos, en negrita." },
    [W_BASES] = { "Consent behind promotion", "Consentimiento de la promoción" },
    [W_BASES_NOTE] = { "Promotion that was delivered whole, by the basis of the consent on "
                       "record.",
                       "Promoción entregada tal como se envió, según la base del "
                       "consentimiento anotado." },
    [W_NO_BASIS] = { "no consent on record (allowed by the territory's rules)",
                     "sin consentimiento anotado (permitido por las reglas del territorio)" },
    [W_SIDE] = { "Transactional and promotional side by side",
                 "Transaccional y promocional lado a lado" },
    [W_OFFENDERS] = { "Senders with most strips, holds and refusals",
                      "Remitentes con más recortes, retenciones y rechazos" },
    [W_FAILURES] = { "Turned away without a decision", "Devueltos sin decisión" },
    [W_EVENTS] = { "Events of the log itself", "Sucesos del propio registro" },
    [W_NONE] = { "None.", "Ninguno." },
    [W_RULE] = { "Rule", "Regla" },
    [W_SOURCE] = { "Legal source", "Fuente legal" },
    [W_VIOLATED] = { "Violated, times", "Infringida, veces" },
    [W_SHADOW] = { "without effect", "sin efecto" },
    [W_ELSEWHERE] = { "otherwise", "de otro modo" },
    [W_TERRITORY] = { "Territory", "Territorio" },
    [W_SENDER] = { "Sender", "Remitente" },
    [W_TEMPLATE] = { "Template or campaign · sender", "Plantilla o campaña · remitente" },
    [W_BASIS] = { "Basis", "Base" },
    [W_SHARE] = { "Mean promotional share", "Proporción promocional media" },
    [W_COUNT] = { "Decisions", "Decisiones" },
    [W_BYTES] = { "Bytes removed", "Bytes retirados" },
    [W_CONSENTED] = { "Consent granted", "Consentimiento otorgado" },
    [W_FIRST_HALF] = { "First half", "Primera mitad" },
    [W_SECOND_HALF] = { "Second half", "Segunda mitad" },
    [W_SAMPLES] = { "Samples (time, queue id, outcome, rule)",
                    "Muestras (hora, id. de cola, resultado, regla)" },
    [W_REPLY] = { "Reply", "Respuesta" },
    [W_TIMES] = { "Times", "Veces" },
    [W_MEASURE] = { "Measure", "Medida" },
    [W_FROM] = { "From (UTC)", "Desde (UTC)" },
    [W_UNKNOWN] = { "unknown", "desconocido" },
    [W_TRANSACTIONAL] = { "transactional", "transaccional" },
    [W_PROMOTIONAL] = { "promotional", "promocional" },
    [W_MIXED] = { "mixed", "mixto" },
    [W_PERSONAL] = { "personal", "personal" },
    [W_DELIVER] = { "delivered whole", "entregado entero" },
    [W_STRIP] = { "stripped", "recortado" },
    [W_DEFER] = { "deferred", "aplazado" },
    [W_HOLD] = { "held", "retenido" },
    [W_REFUSE] = { "refused", "rechazado" },
    [W_FREQUENCY] = { "Promotion per recipient", "Promoción por destinatario" },
    [W_FREQUENCY_NOTE] = { "How many promotional mails were delivered whole to one recipient "
                           "in the period. Those that were stripped do not count.",
                           "Cuántos correos promocionales se entregaron enteros a un mismo "
                           "destinatario en el periodo. Los recortados no cuentan." },
    [W_OF_ALL] = { "of them all", "del total" },
    [W_NO_CAPS] = { "No rule that caps the frequency (kind frequency-cap) was violated.",
                    "No se infringió ninguna regla que limite la frecuencia (tipo "
                    "frequency-cap)." },
    [W_MAILS] = { "Promotional mails", "Correos promocionales" },
    [W_ONE_MAIL] = { "1", "1" },
    [W_TWO_MAILS] = { "2", "2" },
    [W_FEW_MAILS] = { "3 to 5", "de 3 a 5" },
    [W_SOME_MAILS] = { "6 to 10", "de 6 a 10" },
    [W_MANY_MAILS] = { "more than 10", "más de 10" },
    [W_MOST_NOTE] = { "Who got most, under the pseudonym of the log (licet audit find ADDRESS "
                      "shows that of a person).",
                      "Quién recibió más, con el seudónimo del registro (licet audit find "
                      "DIRECCIÓN muestra el de una persona)." },
    [W_PSEUDONYM] = { "Pseudonym", "Seudónimo" },
    [W_CAPS_NOTE] = { "Violations of rules that cap the frequency (kind frequency-cap): #1. "
                      "Where such a rule decided: delivered whole #2, stripped #3, deferred "
                      "(the mail waits) #4, held #5, refused #6.",
                      "Infracciones de las reglas que limitan la frecuencia (tipo "
                      "frequency-cap): #1. Donde decidió una de ellas: entregado entero #2, "
                      "recortado #3, aplazado (el correo espera) #4, retenido #5, rechazado "
                      "#6." },
    [W_COMPLAINTS] = { "Complaints and withdrawals", "Quejas y bajas" },
    [W_COMPLAINTS_NOTE] = { "What the consent store recorded in the period. The last column is "
                            "addresses per 1000 promotional mails delivered whole (#1 in the "
                            "period).",
                            "Lo que el almacén de consentimientos anotó en el periodo. La "
                            "última columna da las direcciones por cada 1000 correos "
                            "promocionales entregados enteros (#1 en el periodo)." },
    [W_GMAIL_NOTE] = { "For comparison: Gmail asks senders to keep the spam rate that its "
                       "users report below 0.3 %, that is 3 per 1000 (Google, Email sender "
                       "guidelines). It shows that rate in Postmaster Tools and sends no "
                       "complaint for each mail, so complaints of Gmail's users are not in "
                       "this table.",
                       "Como referencia: Gmail pide que la tasa de spam que notifican sus "
                       "usuarios quede por debajo del 0,3 %, es decir, 3 por cada 1000 "
                       "(Google, Email sender guidelines). La muestra en Postmaster Tools y no "
                       "envía una queja por cada correo, así que las quejas de usuarios de "
                       "Gmail no están en esta tabla." },
    [W_NO_STORE] = { "This report had no consent store, so complaints, bounces and withdrawals "
                     "were not counted. The log of decisions does not hold them; give "
                     "--consent to count them.",
                     "Este informe no tuvo almacén de consentimientos, así que no se contaron "
                     "quejas, rebotes ni bajas. El registro de decisiones no los contiene; con "
                     "--consent se cuentan." },
    [W_STORE_FAILED] = { "The consent store could not be read, so complaints, bounces and "
                         "withdrawals were not counted:",
                         "No se pudo leer el almacén de consentimientos, así que no se "
                         "contaron quejas, rebotes ni bajas:" },
    [W_REASON] = { "Reason", "Motivo" },
    [W_STATEMENTS] = { "Statements", "Anotaciones" },
    [W_ADDRESSES] = { "Addresses", "Direcciones" },
    [W_PER_THOUSAND] = { "per 1000", "por cada 1000" },
    [W_COMPLAINT] = { "complaint (feedback loop)", "queja (feedback loop)" },
    [W_ONE_CLICK] = { "withdrawn by one click (RFC 8058)", "baja con un clic (RFC 8058)" },
    [W_PAGE] = { "withdrawn on the unsubscribe or preference page",
                 "baja en la página de baja o de preferencias" },
    [W_MAIL] = { "withdrawn by mail", "baja por correo" },
    [W_OTHER] = { "withdrawn otherwise (import, command, other system)",
                  "baja por otra vía (importación, orden, otro sistema)" },
    [W_BOUNCE] = { "suppressed: mailbox gone (bounce)",
                   "suprimida: el buzón no existe (rebote)" },
    [W_MANUAL] = { "suppressed otherwise (by hand, erasure)",
                   "suprimida por otro motivo (a mano, supresión de datos)" },
    [W_RULES_NOTE] = { "Rules looked at: #1. Found nothing, and so left out: #2 (of these, "
                       "could not tell at least once: #3). Under \"stripped\" to \"refused\" "
                       "the rule is the one that decided; one that could not tell decides as "
                       "its policy says, without being violated. \"Otherwise\": it was put "
                       "right in the copy, or another rule decided. \"Without effect\" is a "
                       "rule in shadow mode, which only watches.",
                       "Reglas consultadas: #1. No hallaron nada y por eso no figuran: #2 (de "
                       "ellas, alguna vez no pudieron saberlo: #3). De «recortado» a "
                       "«rechazado», la regla es la que decidió; la que no puede saberlo "
                       "decide como dice su política, sin infracción. «De otro modo»: se "
                       "corrigió en la copia o decidió otra regla. «Sin efecto» es una regla "
                       "en modo sombra, que solo observa." },
    [W_NO_COUNTRY] = { "XX (country unknown)", "XX (país desconocido)" },
    [W_ROWS_NOTE] = { "The first #1 of #2 rows.", "Las primeras #1 de #2 filas." },
    [W_CHART] = { "Bars over time. In all: #1. The table below has the figures of each bar.",
                  "Barras en el tiempo. En total: #1. La tabla siguiente tiene las cifras de "
                  "cada "
                  "barra." },
    [W_GLOSSARY] = { "Each recipient of a message gets a decision of its own. Delivered whole: "
                     "as the sender wrote it. Stripped: without its promotion. Deferred: the "
                     "mail waits, and is asked about again. Held: it waits for a person. "
                     "Refused: the sender gets it back with the reason.",
                     "Cada destinatario de un mensaje tiene su propia decisión. Entregado "
                     "entero: tal como lo escribió el remitente. Recortado: sin su promoción. "
                     "Aplazado: el correo espera y se vuelve a preguntar. Retenido: espera a "
                     "una persona. Rechazado: vuelve al remitente con el motivo." },
    [W_ASKED_AGAIN] = { "Asked again, still waiting (not counted)",
                        "Preguntas repetidas, aún en espera (sin contar)" },
    [W_TEMPLATE_NOTE] = { "Where the sender names no campaign, sixteen letters stand for the "
                          "template: mails with the "
                          "same layout have the same ones (licet classify shows them).",
                          "Donde el remitente no nombra campaña, dieciséis letras representan "
                          "la plantilla: los correos "
                          "con la misma composición tienen las mismas (licet classify las "
                          "muestra)." },
    [W_MORE] = { "Figures of the chart", "Cifras del gráfico" },
};

const char *
audit_word (Language language, Word word)
{
    return words[word][language];
}
