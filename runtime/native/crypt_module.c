/* The _crypt module, over libcrypt. */
#include "runtime/native/arguments.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/* Slow by design: in a blocking region, with a state of its own. */
static value crypt_texts(const struct text *word, const struct text *salt)
{
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data)
        return raise_no_memory();
    thread_enter_blocking();
    const char *hash = crypt_rn(word->bytes, salt->bytes, data, sizeof *data);
    thread_leave_blocking();
    if (!hash) /* what crypt() says of a salt that is none: never the salt itself */
        hash = strncmp(salt->bytes, "*0", 2) ? "*0" : "*1";
    value result = str_from_text(hash);
    free(data);
    return result;
}
static value crypt_crypt(value module, value given_word, value given_salt)
{
    struct text word, salt;
    if (!argument_text(given_word, "crypt", 1, &word))
        return NULL;
    value result = NULL;
    if (argument_text(given_salt, "crypt", 2, &salt)) {
        result = crypt_texts(&word, &salt);
        text_release(&salt);
    }
    text_release(&word);
    return result;
}

static const struct method_def functions[] = {
    METHOD("crypt", crypt_crypt, "(word, salt, /)",
           "Hash a *word* with the given *salt* and return the hashed password."),
    {0},
};
static const struct module_def definition = {.name = "_crypt", .functions = functions};
ATOLL_MODULE(definition);
