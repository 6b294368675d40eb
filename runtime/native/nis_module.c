/* The nis module, over libnsl: maps of the Network Information Service. The library's functions may be called by
 * several threads; they wait for servers, in blocking regions. */
#include <limits.h>
#include <rpcsvc/yp_prot.h> /* includes <signal.h>, which goes before atoll.h */
#include <rpcsvc/ypclnt.h>
#include <stdlib.h>

#include "runtime/native/arguments.h"

int yp_maplist(const char *domain, struct ypmaplist **maps); /* exported, but declared in no header */

static value_slot error_class;
static value fail(const char *message)
{
    return raise((struct type *)slot_peek(&error_class), "%s", message);
}

/* ---- names of maps ---- */
static const struct alias {
    const char *alias, *map;
    bool terminated; /* a NUL ends its keys and values, and counts */
} aliases[] = {
    {"passwd", "passwd.byname", false},         {"group", "group.byname", false},
    {"networks", "networks.byaddr", false},     {"hosts", "hosts.byname", false},
    {"protocols", "protocols.bynumber", false}, {"services", "services.byname", false},
    {"aliases", "mail.aliases", true},          {"ethers", "ethers.byname", false},
};
#define ALIASES (sizeof aliases / sizeof *aliases)

static const char *map_name(const char *given, bool *terminated)
{
    *terminated = false;
    for (const struct alias *at = aliases; at < aliases + ALIASES; at++)
        if (!strcmp(given, at->alias) || !strcmp(given, at->map)) {
            *terminated = at->terminated;
            return at->map;
        }
    return given;
}

/* ---- domains ---- */
/* One not given has no bytes, until domain_find. */
static bool domain_get(value given, const char *function, int place, struct text *domain)
{
    *domain = (struct text){0};
    return is_missing(given) || argument_text(given, function, place, domain);
}
static bool domain_find(struct text *domain)
{
    char *name;
    if (domain->bytes)
        return true;
    int error = yp_get_default_domain(&name);
    if (error)
        return fail(yperr_string(error));
    domain->bytes = name; /* the library's, for good */
    return true;
}
static value nis_get_default_domain(value module)
{
    struct text domain = {0};
    return domain_find(&domain) ? str_from_text(domain.bytes) : NULL;
}

static value decode(const char *bytes, int length, bool terminated)
{
    if (terminated && length > 0 && !bytes[length - 1])
        length--;
    return str_decode((const uint8_t *)bytes, (size_t)length, "utf-8", "surrogateescape");
}

/* ---- match ---- */
static value match(value key, const char *given_map, const char *domain)
{
    bool terminated;
    const char *map = map_name(given_map, &terminated);
    size_t length = bytes_length(key);
    if (length >= INT_MAX)
        return fail(yperr_string(YPERR_BADARGS));
    char *copy = raw_alloc(length + 1), *found = NULL;
    if (!copy)
        return raise_no_memory();
    memcpy(copy, bytes_data(key), length);
    copy[length] = 0;
    int found_length = 0;
    thread_enter_blocking();
    int error = yp_match(domain, map, copy, (int)length + terminated, &found, &found_length);
    thread_leave_blocking();
    free(copy);
    if (error)
        return fail(yperr_string(error));
    value result = decode(found, found_length, terminated);
    free(found);
    return result;
}
static value nis_match(value module, value given_key, value given_map, value given_domain)
{
    if (!is_str(given_key))
        return raise(EXC(TypeError), "match() argument 1 must be str, not %K", given_key);
    struct text map, domain;
    if (!argument_text(given_map, "match", 2, &map))
        return NULL;
    value result = NULL;
    if (domain_get(given_domain, "match", 3, &domain)) {
        value key = str_encode(given_key, "utf-8", "surrogateescape");
        if (key && domain_find(&domain))
            result = match(key, map.bytes, domain.bytes);
        value_dec(key);
        text_release(&domain);
    }
    text_release(&map);
    return result;
}

/* ---- cat ---- */
struct collection {
    value dict;
    value exception; /* why it ended early; NULL */
    bool terminated, no_memory;
};
static bool collect(struct collection *c, const char *key_bytes, int key_length, const char *bytes, int length)
{
    value key = decode(key_bytes, key_length, c->terminated);
    value item = key ? decode(bytes, length, c->terminated) : NULL;
    bool done = item && dict_set(c->dict, key, item);
    value_dec(item);
    value_dec(key);
    return done;
}
/* Called by the library for each entry, in the blocking region; not 0: no more. */
static int collect_entry(int status, char *key, int key_length, char *bytes, int length, char *data)
{
    struct collection *c = (struct collection *)data;
    struct native_entry entry;
    if (status != YP_TRUE)
        return 0;
    if (!native_enter(&entry)) {
        c->no_memory = true;
        return 1;
    }
    if (!collect(c, key, key_length, bytes, length))
        c->exception = error_fetch();
    native_leave(&entry);
    return c->exception != NULL;
}
static value cat(const char *given_map, const char *domain)
{
    struct collection c = {.dict = dict_new()};
    if (!c.dict)
        return NULL;
    struct ypall_callback callback = {.foreach = collect_entry, .data = (char *)&c};
    const char *map = map_name(given_map, &c.terminated);
    thread_enter_blocking();
    int error = yp_all(domain, map, &callback);
    thread_leave_blocking();
    if (c.exception)
        error_restore(c.exception);
    else if (c.no_memory)
        raise_no_memory();
    else if (error)
        fail(yperr_string(error));
    else
        return c.dict;
    value_dec(c.dict);
    return NULL;
}
static value nis_cat(value module, value given_map, value given_domain)
{
    struct text map, domain;
    if (!argument_text(given_map, "cat", 1, &map))
        return NULL;
    value result = NULL;
    if (domain_get(given_domain, "cat", 2, &domain)) {
        if (domain_find(&domain))
            result = cat(map.bytes, domain.bytes);
        text_release(&domain);
    }
    text_release(&map);
    return result;
}

/* ---- maps ---- */
/* Takes the library's list. */
static value names_of(struct ypmaplist *maps)
{
    value names = list_new(0);
    while (maps) {
        struct ypmaplist *next = maps->next;
        value name = names ? str_from_text(maps->map) : NULL;
        if (names && !(name && list_append_owned(names, name))) {
            value_dec(names);
            names = NULL;
        }
        free(maps->map);
        free(maps);
        maps = next;
    }
    return names;
}
static value maps_of(const char *domain)
{
    struct ypmaplist *maps = NULL;
    char *server = NULL;
    int error = 0;
    thread_enter_blocking();
    for (size_t i = 0; i < ALIASES && !server; i++)
        if (yp_master(domain, aliases[i].map, &server))
            server = NULL;
    bool found = server;
    free(server);
    if (found)
        error = yp_maplist(domain, &maps);
    thread_leave_blocking();
    if (!found)
        return fail("No NIS master found for any map");
    return error ? fail(yperr_string(error)) : names_of(maps);
}
static value nis_maps(value module, value given_domain)
{
    struct text domain;
    if (!domain_get(given_domain, "maps", 1, &domain))
        return NULL;
    value result = domain_find(&domain) ? maps_of(domain.bytes) : NULL;
    text_release(&domain);
    return result;
}

/* ---- the module ---- */
static const struct method_def functions[] = {
    METHOD("match", nis_match, "(key, map, domain=<unrepresentable>)",
           "match(key, map, domain = defaultdomain)\nCorresponds to the C library yp_match() call, returning the value "
           "of\nkey in the given map. Optionally domain can be specified but it\ndefaults to the system default "
           "domain.\n"),
    METHOD("cat", nis_cat, "(map, domain=<unrepresentable>)",
           "cat(map, domain = defaultdomain)\nReturns the entire map as a dictionary. Optionally domain can "
           "be\nspecified but it defaults to the system default domain.\n"),
    METHOD("maps", nis_maps, "(domain=<unrepresentable>)",
           "maps(domain = defaultdomain)\nReturns an array of all available NIS maps within a domain. If domain\nis "
           "not specified it defaults to the system default domain.\n"),
    METHOD("get_default_domain", nis_get_default_domain, "()",
           "get_default_domain() -> str\nCorresponds to the C library yp_get_default_domain() call, returning\nthe "
           "default NIS domain.\n"),
    {0},
};
static bool fill(value module)
{
    return warn(EXC(DeprecationWarning), 7, "'nis' is deprecated and slated for removal in Python 3.13") == 0 &&
           module_define_exception(module, &error_class, "nis.error", EXC(Exception), NULL);
}
static void finish(void)
{
    slot_drop(&error_class);
}
static const struct module_def definition = {
    .name = "nis",
    .doc = "This module contains functions for accessing NIS maps.\n",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
