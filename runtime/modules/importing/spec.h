/* Specs and loaders of modules that were found while importlib slept. */
#ifndef ATOLL_SPEC_H
#define ATOLL_SPEC_H

#include "runtime/abstract.h"

/* A spec: of a source file, or with file NULL of a built-in module; search: of a package, else NULL; package is the
 * parent's name. Owned. */
value spec_new(value name, value file, value search, value package);
/* The loader of a source file, or with file NULL of built-in modules. Owned. */
value spec_new_loader(value name, value file);
/* While the module runs. Never fails. */
void spec_set_initializing(value spec, bool initializing);
/* Is v a spec, or a loader, from here, and not importlib's? */
bool spec_is_preliminary(value v);
bool spec_is_preliminary_loader(value v);
/* What is known of a module; owned; NULL what there is not. */
struct spec_facts {
    value name, file, search, origin;
    bool initializing;
};
void spec_get_facts(value spec, struct spec_facts *facts);
void spec_get_loader_facts(value loader, struct spec_facts *facts); /* name and file */
void spec_drop_facts(struct spec_facts *facts);

#endif
