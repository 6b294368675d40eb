/* The _uuid module, over libuuid. */
#include <atoll.h>

#include <uuid/uuid.h>

static value generate_time_safe(value module)
{
    uuid_t id;
    thread_enter_blocking();
    int safe = uuid_generate_time_safe(id);
    thread_leave_blocking();
    value bytes = bytes_new(id, sizeof id);
    value items[] = {bytes, small_int(safe)};
    return bytes ? tuple_from_owned(items, 2) : NULL;
}

static const struct method_def functions[] = {METHOD("generate_time_safe", generate_time_safe, "()", NULL), {0}};
static bool fill(value module)
{
    return module_add(module, "has_uuid_generate_time_safe", small_int(1));
}
static const struct module_def definition = {.name = "_uuid", .functions = functions, .fill = fill};
ATOLL_MODULE(definition);
