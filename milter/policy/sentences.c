/* SPDX-License-Identifier: BSD-2-Clause */

/* The sentences of licet policy show: tables, a row each with English and Spanish. */

#include "sentences.h"

#include <string.h>

typedef const char *const Texts[2];

static Texts phrases[] = {
    [PHRASE_FOR_PROMOTIONAL] = { "For promotional mail.", "Para el correo promocional." },
    [PHRASE_FOR_TRANSACTIONAL] = { "For transactional mail.", "Para el correo transaccional." },
    [PHRASE_FOR_BOTH] = { "For promotional and for transactional mail.",
                          "Para el correo promocional y el transaccional." },
    [PHRASE_OTHERWISE] = { "Otherwise", "De lo contrario," },
    [PHRASE_CANNOT_TELL] = { "When it cannot be told,", "Si no se puede saber," },
    [PHRASE_MIXED_STRIP] = { "the promotional blocks are taken out, and the rest goes at once",
                             "se quitan los bloques promocionales, y el resto sale enseguida" },
    [PHRASE_MIXED] = { "In a mail with a transaction,", "En un correo con una transacción," },
    [PHRASE_NOT_SET_UP] = { "While licet-policy.cfg has nothing to go by,",
                            "Mientras licet-policy.cfg no tenga con qué," },
    [PHRASE_SHADOW] = { "Only recorded, without effect (shadow).",
                        "Solo se registra, sin efecto (shadow)." },
    [PHRASE_OFF] = { "Switched off.", "Desactivada." },
    [PHRASE_FROM] = { "In force from %s.", "En vigor desde el %s." },
    [PHRASE_TO] = { "In force until %s, that day excluded.",
                    "En vigor hasta el %s, sin contar ese día." },
    [PHRASE_SOURCE] = { "source:", "fuente:" },
    [PHRASE_INHERITS] = { "Takes what it does not replace from",
                          "Toma lo que no sustituye de" },
    [PHRASE_HOUSE] = { "For every recipient, beside the rules of the territory.",
                       "Para toda persona, además de las reglas del territorio." },
    [PHRASE_CASES] = { "Golden cases in its file:", "Casos de prueba en su archivo:" },
    [PHRASE_EXCEPTION] = { "Exception from", "Excepción de" },
    [PHRASE_ONLY_FOR] = { "Only for recipients of the class:",
                          "Solo para personas de la clase:" },
    [PHRASE_NOT_FOR] = { "Not for recipients of the class:", "No para personas de la clase:" },
    [PHRASE_CAMPAIGNS] = { "Only for the campaigns:", "Solo para las campañas:" },
    [PHRASE_VOLUME] = { "Only for senders of more mails a day than:",
                        "Solo para quien envía más correos al día que:" },
    [PHRASE_UNTIL] = { "without effect until", "sin efecto hasta el" },
    [PHRASE_DOMAINS] = { "For recipients at:", "Para direcciones de:" },
    [PHRASE_MX] = { "And for domains that it hosts, whose mail these hosts take (MX):",
                    "Y para los dominios que aloja, cuyo correo reciben estos servidores "
                    "(MX):" },
    [PHRASE_HOSTED_SHADOW] = { "For domains that it only hosts: only recorded, without effect "
                               "(shadow).",
                               "Para los dominios que solo aloja: solo se registra, sin efecto "
                               "(shadow)." },
    [PHRASE_HOSTED_OFF] = { "Not for domains that it only hosts.",
                            "No para los dominios que solo aloja." },
};

static Texts actions[] = {
    [ACTION_ALLOW] = { "the mail goes all the same, and the log says so",
                       "el correo sale de todos modos, y queda en el registro" },
    [ACTION_FIX] = { "the mail is mended", "el correo se corrige" },
    [ACTION_STRIP] = { "the promotional blocks are taken out; a mail that is nothing else is "
                       "refused",
                       "se quitan los bloques promocionales; un correo que no es otra cosa se "
                       "rechaza" },
    [ACTION_DEFER] = { "the mail waits", "el correo espera" },
    [ACTION_HOLD] = { "a person decides", "decide una persona" },
    [ACTION_REFUSE] = { "the mail is refused", "el correo se rechaza" },
};

typedef struct {
    const char *name;
    Texts texts;
} Named;

static const Named mixed_tests[] = {
    { "any-promotion",
      { "A receipt with any promotion in it counts as promotional mail.",
        "Un recibo con cualquier promoción cuenta como correo promocional." } },
    { "one-of-purposes",
      { "A mail counts as promotional when one of its purposes is promotion.",
        "Un correo cuenta como promocional si uno de sus fines es la promoción." } },
    { "solely",
      { "A mail is transactional only when it is nothing else.",
        "Un correo es transaccional solo si no es otra cosa." } },
    { "primary-us",
      { "A receipt with an offer is transactional when its subject does not advertise and the "
        "transaction comes first.",
        "Un recibo con una oferta es transaccional si el asunto no anuncia y la transacción va "
        "primero." } },
    { "primary",
      { "The larger part of a mail decides what it is.",
        "La parte mayor del correo decide qué es." } },
    { "no-promo-in-exempt",
      { "An exempt notice may not promote at all.",
        "Un aviso exento no puede promocionar nada." } },
    { "incidental-ad-ok",
      { "A small offer after the transaction does not make a mail promotional.",
        "Una oferta pequeña después de la transacción no hace promocional el correo." } },
};

typedef struct {
    const char *kind, *parameter; /* NULL: of the kind itself */
    bool words;                   /* the value is of words that the table below has */
    Texts texts;                  /* %s: the value */
} Sentence;

static const Sentence sentences[] = {
    { "consent",
      "accept",
      true,
      { "The recipient must have agreed: %s.", "La persona debe haber consentido: %s." } },
    { "consent",
      "opt_out",
      false,
      { "The recipient must not have objected.", "La persona no debe haberse opuesto." } },
    { "consent",
      "max_age_days",
      false,
      { "A consent counts for %s days.", "Un consentimiento vale %s días." } },
    { "consent",
      "soft_opt_in_days",
      false,
      { "A sale allows promotion for %s days.", "Una venta permite promoción %s días." } },
    { "unsubscribe",
      "where",
      true,
      { "A reader must see a way to unsubscribe: %s.",
        "El lector debe ver cómo darse de baja: %s." } },
    { "unsubscribe",
      "list_unsubscribe",
      false,
      { "The field List-Unsubscribe must be there.",
        "El campo List-Unsubscribe debe estar." } },
    { "unsubscribe",
      "one_click",
      false,
      { "One click must be enough (RFC 8058).", "Un clic debe bastar (RFC 8058)." } },
    { "subject-label",
      "labels",
      false,
      { "The subject must have the label: %s.", "El asunto debe llevar la etiqueta: %s." } },
    { "subject-label", "position", true, { "The label stands %s.", "La etiqueta va %s." } },
    { "subject-label", "when", true, { "It is due %s.", "Es obligatoria %s." } },
    { "tracking",
      NULL,
      false,
      { "Counting pixels and tracked links only for those who agreed to tracking.",
        "Píxeles y enlaces de seguimiento solo para quien consintió el seguimiento." } },
    { "sender-identity",
      "fields",
      true,
      { "The visible text must say who sends: %s.",
        "El texto visible debe decir quién envía: %s." } },
    { "contact-window",
      "time_zone",
      false,
      { "The hours are those of %s.", "Las horas son las de %s." } },
    { "contact-window",
      "windows",
      true,
      { "It may go at these hours: %s.", "Puede salir a estas horas: %s." } },
    { "contact-window",
      "closed_on_holidays",
      false,
      { "Not on the public holidays of %s.", "No en los días festivos de %s." } },
    { "contact-window", "extra_holidays", false, { "Nor on %s.", "Tampoco el %s." } },
    { "promo-share",
      "most_percent",
      false,
      { "At most %s % of the visible text may be promotion.",
        "La promoción puede ser como mucho el %s % del texto visible." } },
    { "required-text",
      "texts",
      false,
      { "The visible text must have, word by word: %s",
        "El texto visible debe tener, palabra por palabra: %s" } },
    { "subject-truth",
      "prefixes",
      false,
      { "Only an answer may have a subject that begins with: %s.",
        "Solo una respuesta puede tener un asunto que empiece por: %s." } },
    { "order",
      NULL,
      false,
      { "In a mail that is both, the transaction stands above the promotion.",
        "En un correo mixto, la transacción va antes que la promoción." } },
    { "order",
      "subject",
      false,
      { "The subject speaks of the transaction.", "El asunto habla de la transacción." } },
    { "registry",
      "registry",
      false,
      { "The registry %s is asked about the recipient.",
        "Se consulta el registro %s sobre la persona." } },
    { "registry", "lists", false, { "It lists %s.", "El registro contiene %s." } },
    { "registry",
      "max_age_days",
      false,
      { "Its copy is at most %s days old.", "Su copia tiene como mucho %s días." } },
    { "registry",
      "unless",
      true,
      { "It does not count for those who agreed: %s.",
        "No cuenta para quien consintió: %s." } },
    { "frequency-cap",
      "most",
      false,
      { "Nobody gets more promotional mails than: %s.",
        "Nadie recibe más correos promocionales que: %s." } },
    { "frequency-cap", "hours", false, { "Counted over %s hours.", "Contados en %s horas." } },
    { "frequency-cap",
      "time_zone",
      false,
      { "Days are those of %s.", "Los días son los de %s." } },
    { "sector-gate",
      NULL,
      false,
      { "The sector may advertise to some people only, or to nobody.",
        "El sector solo puede anunciarse a algunas personas, o a nadie." } },
    { "sector-gate", "forbidden", false, { "To nobody.", "A nadie." } },
    { "soft-opt-in",
      "predicates",
      true,
      { "The record of a soft opt-in must state: %s.",
        "El registro del soft opt-in debe constar de: %s." } },
    { "consent-evidence",
      "fields",
      true,
      { "The record of the consent must hold: %s.",
        "El registro del consentimiento debe tener: %s." } },
    { "suppression",
      NULL,
      false,
      { "Promotion stops after a withdrawal.", "La promoción cesa tras la retirada." } },
    { "suppression",
      "days",
      false,
      { "At the latest after %s days.", "A más tardar a los %s días." } },
    { "suppression",
      "business_days",
      false,
      { "At the latest after %s business days.", "A más tardar a los %s días hábiles." } },
    { "language",
      "languages",
      false,
      { "The way to unsubscribe is said in: %s.", "La baja se explica en: %s." } },
    { "consent-request",
      "allowed",
      false,
      { "A mail that asks for consent is allowed: %s.",
        "Un correo que pide el consentimiento se permite: %s." } },
    { "promotion-terms",
      NULL,
      false,
      { "The conditions of an offer can be reached from the mail.",
        "Las condiciones de una oferta se alcanzan desde el correo." } },
    { "ad-disclosure",
      NULL,
      false,
      { "The mail says that it is advertising.", "El correo dice que es publicidad." } },
    { "ad-disclosure", "when", true, { "It is due %s.", "Es obligatorio %s." } },
    { "header-truth",
      NULL,
      false,
      { "From names one sender, who is not somebody else.",
        "From nombra a un remitente que no es otra persona." } },
    { "header-truth",
      "not_from",
      false,
      { "No From address is of: %s.", "Ninguna dirección de From es de: %s." } },
    { "attestation",
      "duty",
      false,
      { "A person attests: %s.", "Una persona da fe de esto: %s." } },
    { "authentication",
      NULL,
      false,
      { "The DNS of the sender's domain is as the provider asks.",
        "El DNS del dominio del remitente es como pide el proveedor." } },
    { "authentication",
      "require",
      false,
      { "All of these hold: %s.", "Se cumplen todos: %s." } },
    { "authentication",
      "require_one",
      false,
      { "One of these holds: %s.", "Se cumple uno de estos: %s." } },
    { "list-unsubscribe",
      NULL,
      false,
      { "The header has the field List-Unsubscribe.",
        "La cabecera tiene el campo List-Unsubscribe." } },
    { "list-unsubscribe",
      "one_click",
      false,
      { "One click must be enough (RFC 8058).", "Un clic debe bastar (RFC 8058)." } },
    { "reply-address",
      NULL,
      false,
      { "An answer to the mail reaches somebody.",
        "Una respuesta al correo llega a alguien." } },
    { "subject-truth",
      "claims",
      false,
      { "It is noted when the subject claims: %s.", "Se anota si el asunto afirma: %s." } },
};

/* Words of values. */
static const Named words[] = {
    { "express", { "expressly", "expresamente" } },
    { "double-opt-in", { "confirmed (double opt-in)", "confirmado (doble opt-in)" } },
    { "soft-opt-in",
      { "as a customer of similar goods (soft opt-in)",
        "como cliente de productos similares (soft opt-in)" } },
    { "inferred", { "as can be inferred", "de forma inferida" } },
    { "published", { "by publishing the address", "al publicar la dirección" } },
    { "registry", { "in the official registry", "en el registro oficial" } },
    { "contract", { "by a business relationship", "por una relación comercial" } },
    { "at", { "the time", "la fecha y hora" } },
    { "source", { "the source", "el origen" } },
    { "wording", { "the wording", "el texto aceptado" } },
    { "evidence", { "the evidence", "la prueba" } },
    { "sale", { "the address was obtained in a sale", "la dirección se obtuvo en una venta" } },
    { "own", { "the goods are the sender's own", "los productos son propios" } },
    { "similar", { "the goods are similar", "los productos son similares" } },
    { "objection-offered",
      { "an objection was offered when the address was taken",
        "se ofreció oponerse al recoger la dirección" } },
    { "link", { "a link", "un enlace" } },
    { "mailto", { "an e-mail address", "una dirección de correo" } },
    { "header", { "the field List-Unsubscribe", "el campo List-Unsubscribe" } },
    { "start", { "at the start", "al principio" } },
    { "anywhere", { "anywhere", "en cualquier lugar" } },
    { "always", { "always", "siempre" } },
    { "unsolicited", { "where the recipient did not agree", "si la persona no consintió" } },
    { "name", { "the name", "el nombre" } },
    { "postal_address", { "the postal address", "la dirección postal" } },
    { "contact", { "a contact", "un contacto" } },
    { "email", { "an e-mail address", "una dirección de correo" } },
    { "telephone", { "a telephone number", "un número de teléfono" } },
    { "telephone_else_email",
      { "a telephone number or, failing that, an e-mail address",
        "un número de teléfono o, en su defecto, una dirección de correo" } },
    { "postal_address_or_telephone",
      { "the postal address or a telephone number",
        "la dirección postal o un número de teléfono" } },
    { "register", { "the register data", "los datos registrales" } },
    { "days", { "", "" } },
    { "from", { "from", "de" } },
    { "to", { "to", "a" } },
    { "mon", { "mon", "lun" } },
    { "tue", { "tue", "mar" } },
    { "wed", { "wed", "mié" } },
    { "thu", { "thu", "jue" } },
    { "fri", { "fri", "vie" } },
    { "sat", { "sat", "sáb" } },
    { "sun", { "sun", "dom" } },
};

const char *
phrase (Phrase which, Language language)
{
    return phrases[which][language];
}

const char *
sentence_for_action (Action action, Language language)
{
    return actions[action][language];
}

const char *
sentence_for_mixed (const char *test, Language language)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (mixed_tests); i++)
        if (strcmp (mixed_tests[i].name, test) == 0)
            return mixed_tests[i].texts[language];
    return test;
}

static const char *
translate (const char *word, Language language)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strcmp (words[i].name, word) == 0)
            return words[i].texts[language];
    return word;
}

/* Word by word; what stands between them stays. */
static char *
translate_value (const char *value, Language language)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_-";
    g_autoptr (GString) text = g_string_new (NULL);

    for (const char *at = value; *at;) {
        size_t length = strspn (at, letters);
        g_autofree char *word = g_strndup (at, length ? length : 1);
        const char *told = length ? translate (word, language) : word;
        at += strlen (word);
        if (!*told && *at == ' ')
            at++;
        g_string_append (text, told);
    }
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static const Sentence *
find_sentence (const char *kind, const char *parameter)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (sentences); i++)
        if (strcmp (sentences[i].kind, kind) == 0 &&
            g_strcmp0 (sentences[i].parameter, parameter) == 0)
            return &sentences[i];
    return NULL;
}

bool
sentence_knows (const char *kind)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (sentences); i++)
        if (strcmp (sentences[i].kind, kind) == 0)
            return true;
    return false;
}

char *
sentence_of (const char *kind, const char *parameter, const char *value, Language language)
{
    const Sentence *sentence = find_sentence (kind, parameter);

    if (!sentence)
        return NULL;
    g_autofree char *told =
        sentence->words ? translate_value (value, language) : g_strdup (value ? value : "");
    g_auto (GStrv) around = g_strsplit (sentence->texts[language], "%s", 2);
    return g_strconcat (around[0], around[1] ? told : NULL, around[1], NULL);
}
