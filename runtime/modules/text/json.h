/* The parts of the module _json. */
#ifndef ATOLL_JSON_H
#define ATOLL_JSON_H

#include "runtime/modules/module.h"
#include "runtime/objects/text/str.h"

/* raise json.JSONDecodeError(message, document, at) */
value json_error(const char *message, value document, ssize at);

/* A string, from the character behind its opening quote on; *end: behind the closing one. `strict`: without control
   characters. The document is an exact str. */
value json_scan_string(value document, size_t start, bool strict, size_t *end);

/* The text as a string with its quotes; `ascii`: everything else escaped. */
void json_add_string(struct str_builder *b, value text, bool ascii);
value json_encode_ascii(value self, value text);
value json_encode(value self, value text);
/* Is it the function of this module that is one of those two? 1: with ASCII only, 0: the other; -1: neither. */
int json_encoder_kind(value function);

extern const struct type_spec json_scanner_spec, json_encoder_spec;

#endif
