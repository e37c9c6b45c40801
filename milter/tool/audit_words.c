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
    [W_RECORDS] = { "Records", "Asientos" },
    [W_CHECKPOINT] = { "Last verified checkpoint", "Último punto de control verificado" },
    [W_NO_CHECKPOINT] = { "none", "ninguno" },
    [W_OUTSIDE] = { "Covered by checkpoints kept outside",
                    "Cubierto por puntos de control externos" },
    [W_NO_OUTSIDE] = { "no: none was given", "no: no se aportó ninguno" },
    [W_KEY] = { "Public key (Ed25519)", "Clave pública (Ed25519)" },
    [W_LOG] = { "Name of the log", "Nombre del registro" },
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
    [W_SHIFT_NOTE] = { "Part of each class in the first and the second half of the period. A "
                       "growing "
                       "transactional part may mean that promotion is declared as something "
                       "else.",
                       "Parte de cada clase en la primera y la segunda mitad del periodo. Si "
                       "crece la "
                       "transaccional, puede que se declare la promoción como otra cosa." },
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
    [W_VIOLATED] = { "Violated", "Infringida" },
    [W_SHADOW] = { "without effect", "sin efecto" },
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
    [W_CHANGE] = { "Change, points", "Cambio, puntos" },
    [W_SAMPLES] = { "Samples (time, queue id, outcome, rule)",
                    "Muestras (hora, id. de cola, resultado, regla)" },
    [W_REPLY] = { "Reply", "Respuesta" },
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
    [W_CHART] = { "Bars; the table below has the same figures.",
                  "Barras; la tabla siguiente tiene las mismas cifras." },
    [W_MORE] = { "Figures of the chart", "Cifras del gráfico" },
};

const char *
audit_word (Language language, Word word)
{
    return words[word][language];
}
