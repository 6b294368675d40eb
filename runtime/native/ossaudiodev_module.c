/* The ossaudiodev module: sound devices with the Open Sound System's interface, which is system calls alone.
 *
 * A device may be used by several threads, and closed by one while others read, write or wait. So the calls are
 * counted, and the descriptor is closed by whoever comes last: its number cannot come to mean another file in between.
 */
#include "runtime/native/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/soundcard.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static value_slot error_class;
#define OSS_ERROR ((struct type *)slot_peek(&error_class))

/* ---- devices ---- */
struct device { /* of both types; a mixer has no mode and name */
    struct object header;
    int descriptor; /* -1: never opened */
    int mode;       /* O_RDONLY, O_WRONLY, O_RDWR */
    char *name;
    /* under the object's lock: */
    uint32_t users; /* calls under way */
    bool closed;
};
#define DEVICE(v) ((struct device *)(v))
static struct type *audio_type, *mixer_type;

static void close_descriptor(int descriptor)
{
    thread_enter_blocking(); /* a device may play first what it has */
    close(descriptor);
    thread_leave_blocking();
}
static bool enter(value v)
{
    object_lock(&DEVICE(v)->header);
    bool closed = DEVICE(v)->closed;
    if (!closed)
        DEVICE(v)->users++;
    object_unlock(&DEVICE(v)->header);
    return !closed || raise_false(EXC(ValueError), "Operation on closed OSS device.");
}
static void leave(value v)
{
    object_lock(&DEVICE(v)->header);
    bool last = --DEVICE(v)->users == 0 && DEVICE(v)->closed;
    object_unlock(&DEVICE(v)->header);
    if (last)
        close_descriptor(DEVICE(v)->descriptor);
}
static value device_close(value v)
{
    object_lock(&DEVICE(v)->header);
    bool now = !DEVICE(v)->closed && !DEVICE(v)->users;
    DEVICE(v)->closed = true;
    object_unlock(&DEVICE(v)->header);
    if (now)
        close_descriptor(DEVICE(v)->descriptor);
    return VALUE_NONE;
}
static value device_enter(value v)
{
    return value_inc(v);
}
static value device_exit(value v, const value *args)
{
    return device_close(v);
}
static value device_fileno(value v)
{
    if (!enter(v))
        return NULL;
    value number = small_int(DEVICE(v)->descriptor);
    leave(v);
    return number;
}
static void device_destroy(struct object *o)
{
    struct device *d = (struct device *)o;
    if (!d->closed && d->descriptor >= 0)
        close(d->descriptor);
    free(d->name);
}

/* ---- controls: 0, or errno ---- */
static int control(value v, unsigned long request, void *argument)
{
    thread_enter_blocking();
    int error = ioctl(DEVICE(v)->descriptor, request, argument) < 0 ? errno : 0;
    thread_leave_blocking();
    return error;
}
/* The result of a control that changes *number. */
static value control_number(value v, unsigned long request, int number)
{
    int error = control(v, request, &number);
    return error ? raise_errno(error, NULL, NULL) : int_from_i64(number);
}
/* Of one without an argument. */
static value control_alone(value v, unsigned long request)
{
    int error = control(v, request, NULL);
    return error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
static bool no_arguments(const char *name, size_t nargs, value kwnames)
{
    if (!no_keywords(name, kwnames))
        return false;
    return !nargs || raise_false(EXC(TypeError), "%s() takes exactly 0 arguments (%zu given)", name, nargs);
}
/* A closed device is noticed before its arguments are looked at. */
#define METHOD_ALONE(NAME, TEXT, REQUEST)                                                     \
    static value audio_##NAME(value v, const value *args, size_t nargs, value kwnames)        \
    {                                                                                         \
        if (!enter(v))                                                                        \
            return NULL;                                                                      \
        value result = no_arguments(TEXT, nargs, kwnames) ? control_alone(v, REQUEST) : NULL; \
        leave(v);                                                                             \
        return result;                                                                        \
    }
#define METHOD_CHANGE(OF, NAME, REQUEST)                                                                \
    static value OF##_##NAME(value v, value given)                                                      \
    {                                                                                                   \
        int number;                                                                                     \
        if (!enter(v))                                                                                  \
            return NULL;                                                                                \
        value result = value_as_signed_int(given, &number) ? control_number(v, REQUEST, number) : NULL; \
        leave(v);                                                                                       \
        return result;                                                                                  \
    }
#define METHOD_ASK(NAME, REQUEST)                                                                  \
    static value mixer_##NAME(value v, const value *args, size_t nargs, value kwnames)             \
    {                                                                                              \
        if (!enter(v))                                                                             \
            return NULL;                                                                           \
        value result = no_arguments(#NAME, nargs, kwnames) ? control_number(v, REQUEST, 0) : NULL; \
        leave(v);                                                                                  \
        return result;                                                                             \
    }
METHOD_ALONE(sync, "sync", SNDCTL_DSP_SYNC)
METHOD_ALONE(reset, "reset", SNDCTL_DSP_RESET)
METHOD_ALONE(post, "post", SNDCTL_DSP_POST)
METHOD_CHANGE(audio, setfmt, SNDCTL_DSP_SETFMT)
METHOD_CHANGE(audio, channels, SNDCTL_DSP_CHANNELS)
METHOD_CHANGE(audio, speed, SNDCTL_DSP_SPEED)
METHOD_CHANGE(mixer, set_recsrc, SOUND_MIXER_WRITE_RECSRC)
METHOD_ASK(controls, SOUND_MIXER_READ_DEVMASK)
METHOD_ASK(stereocontrols, SOUND_MIXER_READ_STEREODEVS)
METHOD_ASK(reccontrols, SOUND_MIXER_READ_RECMASK)
METHOD_ASK(get_recsrc, SOUND_MIXER_READ_RECSRC)

static value audio_nonblock(value v)
{
    if (!enter(v))
        return NULL;
    value result = control_alone(v, SNDCTL_DSP_NONBLOCK);
    leave(v);
    return result;
}
static value audio_getfmts(value v)
{
    if (!enter(v))
        return NULL;
    value result = control_number(v, SNDCTL_DSP_GETFMTS, 0);
    leave(v);
    return result;
}

/* One parameter of the three: set, and compared with what the device made of it. */
static bool set_parameter(value v, unsigned long request, int *number, bool strict, const char *what)
{
    int wanted = *number, error = control(v, request, number);
    if (error)
        raise_errno(error, NULL, NULL);
    else if (strict && *number != wanted)
        raise(OSS_ERROR, "unable to set requested %s (wanted %d, got %d)", what, wanted, *number);
    else
        return true;
    return false;
}
static value audio_setparameters(value v, const value *args)
{
    int format, channels, rate, strict;
    if (!enter(v))
        return NULL;
    value result = NULL;
    if (value_as_signed_int(args[0], &format) && value_as_signed_int(args[1], &channels) &&
        value_as_signed_int(args[2], &rate) && value_as_signed_int(args[3], &strict) &&
        set_parameter(v, SNDCTL_DSP_SETFMT, &format, strict, "format") &&
        set_parameter(v, SNDCTL_DSP_CHANNELS, &channels, strict, "channels") &&
        set_parameter(v, SNDCTL_DSP_SPEED, &rate, strict, "rate")) {
        value numbers[] = {small_int(format), small_int(channels), small_int(rate)};
        result = tuple_from_owned(numbers, 3);
    }
    leave(v);
    return result;
}

/* ---- reading and writing ---- */
static value read_bytes(value v, ssize size)
{
    if (size < 0)
        return raise(EXC(SystemError), "Negative size passed to PyBytes_FromStringAndSize");
    uint8_t *bytes = raw_alloc(size ? (size_t)size : 1);
    if (!bytes)
        return raise_no_memory();
    ssize_t count;
    int error;
    do {
        thread_enter_blocking();
        count = read(DEVICE(v)->descriptor, bytes, (size_t)size);
        error = errno;
        thread_leave_blocking();
    } while (count < 0 && error == EINTR && !posix_signalled());
    value result = NULL;
    if (count >= 0)
        result = bytes_new(bytes, (size_t)count);
    else if (error != EINTR)
        raise_errno(error, NULL, NULL);
    raw_free(bytes);
    return result;
}
static value audio_read(value v, value given)
{
    int64_t size;
    if (!enter(v))
        return NULL;
    value result = NULL, index = index_value(given);
    if (index && int_fits_i64(index, &size))
        result = read_bytes(v, size);
    else if (index)
        raise(EXC(OverflowError), "Python int too large to convert to C ssize_t");
    value_dec(index);
    leave(v);
    return result;
}

/* How much of it was written; when `wait`, once the device takes some, and 0 if it does not after all. -1: exception.
 */
static ssize write_some(value v, const uint8_t *bytes, size_t size, bool wait)
{
    ssize_t count;
    int error;
    do {
        struct pollfd ready = {.fd = DEVICE(v)->descriptor, .events = POLLOUT};
        thread_enter_blocking();
        count = wait ? poll(&ready, 1, -1) : 0;
        if (count >= 0)
            count = write(DEVICE(v)->descriptor, bytes, size);
        error = errno;
        thread_leave_blocking();
    } while (count < 0 && error == EINTR && !posix_signalled());
    if (count >= 0)
        return count;
    if (wait && error == EAGAIN)
        return 0;
    if (error != EINTR)
        raise_errno(error, NULL, NULL);
    return -1;
}
static value audio_write(value v, value given)
{
    struct buffer buffer;
    if (!enter(v))
        return NULL;
    ssize count = -1;
    if (buffer_get(given, &buffer, BUFFER_SIMPLE)) {
        count = write_some(v, buffer.data, (size_t)buffer.length, false);
        buffer_release(&buffer);
    }
    leave(v);
    return count < 0 ? NULL : int_from_i64(count);
}
static value audio_writeall(value v, value given)
{
    struct buffer buffer;
    if (!enter(v))
        return NULL;
    bool done = false;
    if (buffer_get(given, &buffer, BUFFER_SIMPLE)) {
        const uint8_t *at = buffer.data, *end = at + buffer.length;
        ssize count = 0;
        while (count >= 0 && at < end) {
            count = write_some(v, at, (size_t)(end - at), true);
            at += count > 0 ? count : 0;
        }
        done = count >= 0;
        buffer_release(&buffer);
    }
    leave(v);
    return done ? VALUE_NONE : NULL;
}

/* ---- the device's buffer, counted in samples ---- */
static int sample_size(int format)
{
    switch (format) {
    case AFMT_MU_LAW:
    case AFMT_A_LAW:
    case AFMT_U8:
    case AFMT_S8:
        return 1;
    case AFMT_S16_LE:
    case AFMT_S16_BE:
    case AFMT_U16_LE:
    case AFMT_U16_BE:
        return 2;
    default:
        return 0; /* of no fixed size */
    }
}
/* The bytes of a sample of all channels, and the state of the output buffer: 0, or errno. */
static int output_space(value v, int *bytes, audio_buf_info *info)
{
    int format = 0, channels = 0, error = control(v, SNDCTL_DSP_SETFMT, &format); /* 0 asks */
    if (!error && !sample_size(format))
        error = EOPNOTSUPP;
    if (!error)
        error = control(v, SNDCTL_DSP_CHANNELS, &channels);
    *bytes = channels * sample_size(format);
    if (!error && *bytes <= 0)
        error = EINVAL;
    return error ? error : control(v, SNDCTL_DSP_GETOSPACE, info);
}
enum part { WHOLE, USED, FREE };
static value samples(value v, enum part part)
{
    audio_buf_info info;
    int bytes;
    if (!enter(v))
        return NULL;
    int error = output_space(v, &bytes, &info);
    leave(v);
    if (error)
        return raise_errno(error, NULL, NULL);
    int64_t whole = (int64_t)info.fragstotal * info.fragsize;
    return int_from_i64((part == WHOLE ? whole : part == USED ? whole - info.bytes : info.bytes) / bytes);
}
static value audio_bufsize(value v)
{
    return samples(v, WHOLE);
}
static value audio_obufcount(value v)
{
    return samples(v, USED);
}
static value audio_obuffree(value v)
{
    return samples(v, FREE);
}
static value audio_getptr(value v)
{
    count_info info;
    if (!enter(v))
        return NULL;
    int error = control(v, DEVICE(v)->mode == O_RDONLY ? SNDCTL_DSP_GETIPTR : SNDCTL_DSP_GETOPTR, &info);
    leave(v);
    if (error)
        return raise_errno(error, NULL, NULL);
    value numbers[] = {small_int(info.bytes), small_int(info.blocks), small_int(info.ptr)};
    return tuple_from_owned(numbers, 3);
}

/* ---- attributes of audio devices ---- */
static value audio_closed(value v)
{
    object_lock(&DEVICE(v)->header);
    bool closed = DEVICE(v)->closed;
    object_unlock(&DEVICE(v)->header);
    return value_bool(closed);
}
static value audio_name(value v)
{
    return str_from_text(DEVICE(v)->name);
}
static value audio_mode(value v)
{
    int mode = DEVICE(v)->mode;
    return str_from_text(mode == O_RDONLY ? "r" : mode == O_WRONLY ? "w" : "rw");
}
static const struct getset_def audio_getset[] = {
    {"closed", audio_closed, NULL, NULL},
    {"mode", audio_mode, NULL, NULL},
    GETSET_FIELDS,
    {"name", audio_name, NULL, NULL},
    {0},
};

/* ---- volumes of mixers ---- */
/* With the device entered: the channel's volumes, left and right, from the control and its argument. */
static value volumes(value v, unsigned long request, int number)
{
    int error = control(v, request, &number);
    if (error)
        return raise_errno(error, NULL, NULL);
    value both[] = {small_int(number & 0xff), small_int((number >> 8) & 0xff)};
    return tuple_from_owned(both, 2);
}
static bool channel_of(value given, int *channel)
{
    if (!value_as_signed_int(given, channel))
        return false;
    return (*channel >= 0 && *channel <= SOUND_MIXER_NRDEVICES) ||
           raise_false(OSS_ERROR, "Invalid mixer channel specified.");
}
static value mixer_get(value v, value given)
{
    int channel;
    if (!enter(v))
        return NULL;
    value result = channel_of(given, &channel) ? volumes(v, MIXER_READ(channel), 0) : NULL;
    leave(v);
    return result;
}
/* What the argument (left, right) has, as two ints. */
static bool pair_of(value given, int *left, int *right)
{
    value subscript = is_bytes(given) || is_dict(given) ? VALUE_MISSING : special_lookup(given, NAME(__getitem__));
    if (!subscript)
        return false;
    if (subscript == VALUE_MISSING)
        return raise_false(EXC(TypeError), "set() argument 2 must be 2-item sequence, not %K", given);
    value_dec(subscript);
    ssize length = value_length(given);
    if (length < 0)
        return false;
    if (length != 2)
        return raise_false(EXC(TypeError), "set() argument 2 must be sequence of length 2, not %zd", length);
    value first = item_get(given, small_int(0)), second = NULL;
    bool done = first && value_as_signed_int(first, left) && (second = item_get(given, small_int(1))) &&
                value_as_signed_int(second, right);
    value_dec(second);
    value_dec(first);
    return done;
}
static value mixer_set(value v, value given_channel, value given)
{
    int channel, left, right;
    if (!enter(v))
        return NULL;
    value result = NULL;
    if (value_as_signed_int(given_channel, &channel) && pair_of(given, &left, &right) &&
        channel_of(given_channel, &channel)) {
        if (left < 0 || left > 100 || right < 0 || right > 100)
            raise(OSS_ERROR, "Volumes must be between 0 and 100.");
        else
            result = volumes(v, MIXER_WRITE(channel), right << 8 | left);
    }
    leave(v);
    return result;
}

/* ---- types ---- */
#define TUPLE(NAME, FN, SIGNATURE) METHOD_FLAGS(NAME, FN, SIGNATURE, NULL, METHOD_TUPLE)
#define DEVICE_METHODS                                                                                      \
    METHOD("close", device_close, "($self, /)", NULL), METHOD("fileno", device_fileno, "($self, /)", NULL), \
        METHOD("__enter__", device_enter, "($self, /)", NULL), TUPLE("__exit__", device_exit, "($self, /, *args)")
static const struct method_def audio_methods[] = {
    TUPLE("read", audio_read, "($self, size, /)"),
    TUPLE("write", audio_write, "($self, data, /)"),
    TUPLE("writeall", audio_writeall, "($self, data, /)"),
    TUPLE("setparameters", audio_setparameters, "($self, format, nchannels, samplerate, strict=0, /)"),
    METHOD("nonblock", audio_nonblock, "($self, /)", NULL),
    TUPLE("setfmt", audio_setfmt, "($self, format, /)"),
    METHOD("getfmts", audio_getfmts, "($self, /)", NULL),
    TUPLE("channels", audio_channels, "($self, nchannels, /)"),
    TUPLE("speed", audio_speed, "($self, samplerate, /)"),
    METHOD_ANY("sync", audio_sync, NULL, 0),
    METHOD_ANY("reset", audio_reset, NULL, 0),
    METHOD_ANY("post", audio_post, NULL, 0),
    METHOD_ANY("flush", audio_sync, NULL, 0),
    METHOD("bufsize", audio_bufsize, "($self, /)", NULL),
    METHOD("obufcount", audio_obufcount, "($self, /)", NULL),
    METHOD("obuffree", audio_obuffree, "($self, /)", NULL),
    METHOD("getptr", audio_getptr, "($self, /)", NULL),
    DEVICE_METHODS,
    {0},
};
static const struct method_def mixer_methods[] = {
    DEVICE_METHODS,
    METHOD_ANY("controls", mixer_controls, NULL, 0),
    METHOD_ANY("stereocontrols", mixer_stereocontrols, NULL, 0),
    METHOD_ANY("reccontrols", mixer_reccontrols, NULL, 0),
    TUPLE("get", mixer_get, "($self, control, /)"),
    TUPLE("set", mixer_set, "($self, control, volumes, /)"),
    METHOD_ANY("get_recsrc", mixer_get_recsrc, NULL, 0),
    TUPLE("set_recsrc", mixer_set_recsrc, "($self, bitmask, /)"),
    {0},
};
static const struct type_spec audio_spec = {
    .name = "ossaudiodev.oss_audio_device",
    .size = sizeof(struct device),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = device_destroy,
    .methods = audio_methods,
    .getset = audio_getset,
};
static const struct type_spec mixer_spec = {
    .name = "ossaudiodev.oss_mixer_device",
    .size = sizeof(struct device),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = device_destroy,
    .methods = mixer_methods,
};

/* ---- opening ---- */
static value open_failed(int error, const char *name)
{
    value filename = str_decode_locale(name);
    if (filename)
        raise_errno(error, filename, NULL);
    value_dec(filename);
    return NULL;
}
/* The descriptor; -1: exception. */
static int open_file(const char *name, int flags)
{
    int descriptor, error;
    do {
        thread_enter_blocking();
        descriptor = open(name, flags | O_CLOEXEC);
        error = errno;
        thread_leave_blocking();
    } while (descriptor < 0 && error == EINTR && !posix_signalled());
    if (descriptor < 0 && error != EINTR)
        open_failed(error, name);
    return descriptor;
}
/* A device that is in use would make open() wait: so it is told not to, and to wait from then on. It must know its
 * formats, or it is none. */
static bool audio_ready(value v, const char *name)
{
    int formats, error = fcntl(DEVICE(v)->descriptor, F_SETFL, 0) < 0 ? errno : 0;
    if (!error)
        error = control(v, SNDCTL_DSP_GETFMTS, &formats);
    return !error || open_failed(error, name);
}
static value open_audio(const char *name, int mode)
{
    struct device *d = (struct device *)object_new(audio_type, sizeof *d);
    if (!d)
        return NULL;
    d->mode = mode;
    d->name = strdup(name);
    d->descriptor = d->name ? open_file(name, mode | O_NONBLOCK) : -1;
    if (!d->name)
        raise_no_memory();
    if (d->descriptor >= 0 && audio_ready(value_of(d), name))
        return value_of(d);
    value_dec(value_of(d));
    return NULL;
}
/* open([device,] mode) */
static value oss_open(value module, value first, value second)
{
    struct text texts[2] = {{0}, {0}};
    bool both = !is_missing(second);
    if (!argument_text(first, "open", 1, &texts[0]))
        return NULL;
    value result = NULL;
    if (!both || argument_text(second, "open", 2, &texts[1])) {
        const char *mode = texts[both].bytes, *name = both ? texts[0].bytes : getenv("AUDIODEV");
        int flags = !strcmp(mode, "r") ? O_RDONLY : !strcmp(mode, "w") ? O_WRONLY : !strcmp(mode, "rw") ? O_RDWR : -1;
        if (flags < 0)
            raise(OSS_ERROR, "mode must be 'r', 'w', or 'rw'");
        else
            result = open_audio(name ? name : "/dev/dsp", flags);
        if (both)
            text_release(&texts[1]);
    }
    text_release(&texts[0]);
    return result;
}

static value open_mixer(const char *name)
{
    struct device *d = (struct device *)object_new(mixer_type, sizeof *d);
    if (!d)
        return NULL;
    d->descriptor = open_file(name, O_RDWR);
    if (d->descriptor >= 0)
        return value_of(d);
    value_dec(value_of(d));
    return NULL;
}
static value oss_openmixer(value module, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("openmixer", kwnames))
        return NULL;
    if (nargs > 1)
        return raise(EXC(TypeError), "function takes at most 1 argument (%zu given)", nargs);
    if (!nargs) {
        const char *name = getenv("MIXERDEV");
        return open_mixer(name ? name : "/dev/mixer");
    }
    struct text name;
    if (!argument_text(args[0], NULL, 1, &name))
        return NULL;
    value result = open_mixer(name.bytes);
    text_release(&name);
    return result;
}

/* ---- the module ---- */
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(AFMT_AC3),
    C(AFMT_A_LAW),
    C(AFMT_IMA_ADPCM),
    C(AFMT_MPEG),
    C(AFMT_MU_LAW),
    C(AFMT_QUERY),
    C(AFMT_S16_BE),
    C(AFMT_S16_LE),
    C(AFMT_S16_NE),
    C(AFMT_S8),
    C(AFMT_U16_BE),
    C(AFMT_U16_LE),
    C(AFMT_U8),
    C(SNDCTL_COPR_HALT),
    C(SNDCTL_COPR_LOAD),
    C(SNDCTL_COPR_RCODE),
    C(SNDCTL_COPR_RCVMSG),
    C(SNDCTL_COPR_RDATA),
    C(SNDCTL_COPR_RESET),
    C(SNDCTL_COPR_RUN),
    C(SNDCTL_COPR_SENDMSG),
    C(SNDCTL_COPR_WCODE),
    C(SNDCTL_COPR_WDATA),
    C(SNDCTL_DSP_BIND_CHANNEL),
    C(SNDCTL_DSP_CHANNELS),
    C(SNDCTL_DSP_GETBLKSIZE),
    C(SNDCTL_DSP_GETCAPS),
    C(SNDCTL_DSP_GETCHANNELMASK),
    C(SNDCTL_DSP_GETFMTS),
    C(SNDCTL_DSP_GETIPTR),
    C(SNDCTL_DSP_GETISPACE),
    C(SNDCTL_DSP_GETODELAY),
    C(SNDCTL_DSP_GETOPTR),
    C(SNDCTL_DSP_GETOSPACE),
    C(SNDCTL_DSP_GETSPDIF),
    C(SNDCTL_DSP_GETTRIGGER),
    C(SNDCTL_DSP_MAPINBUF),
    C(SNDCTL_DSP_MAPOUTBUF),
    C(SNDCTL_DSP_NONBLOCK),
    C(SNDCTL_DSP_POST),
    C(SNDCTL_DSP_PROFILE),
    C(SNDCTL_DSP_RESET),
    C(SNDCTL_DSP_SAMPLESIZE),
    C(SNDCTL_DSP_SETDUPLEX),
    C(SNDCTL_DSP_SETFMT),
    C(SNDCTL_DSP_SETFRAGMENT),
    C(SNDCTL_DSP_SETSPDIF),
    C(SNDCTL_DSP_SETSYNCRO),
    C(SNDCTL_DSP_SETTRIGGER),
    C(SNDCTL_DSP_SPEED),
    C(SNDCTL_DSP_STEREO),
    C(SNDCTL_DSP_SUBDIVIDE),
    C(SNDCTL_DSP_SYNC),
    C(SNDCTL_FM_4OP_ENABLE),
    C(SNDCTL_FM_LOAD_INSTR),
    C(SNDCTL_MIDI_INFO),
    C(SNDCTL_MIDI_MPUCMD),
    C(SNDCTL_MIDI_MPUMODE),
    C(SNDCTL_MIDI_PRETIME),
    C(SNDCTL_SEQ_CTRLRATE),
    C(SNDCTL_SEQ_GETINCOUNT),
    C(SNDCTL_SEQ_GETOUTCOUNT),
    C(SNDCTL_SEQ_GETTIME),
    C(SNDCTL_SEQ_NRMIDIS),
    C(SNDCTL_SEQ_NRSYNTHS),
    C(SNDCTL_SEQ_OUTOFBAND),
    C(SNDCTL_SEQ_PANIC),
    C(SNDCTL_SEQ_PERCMODE),
    C(SNDCTL_SEQ_RESET),
    C(SNDCTL_SEQ_RESETSAMPLES),
    C(SNDCTL_SEQ_SYNC),
    C(SNDCTL_SEQ_TESTMIDI),
    C(SNDCTL_SEQ_THRESHOLD),
    C(SNDCTL_SYNTH_CONTROL),
    C(SNDCTL_SYNTH_ID),
    C(SNDCTL_SYNTH_INFO),
    C(SNDCTL_SYNTH_MEMAVL),
    C(SNDCTL_SYNTH_REMOVESAMPLE),
    C(SNDCTL_TMR_CONTINUE),
    C(SNDCTL_TMR_METRONOME),
    C(SNDCTL_TMR_SELECT),
    C(SNDCTL_TMR_SOURCE),
    C(SNDCTL_TMR_START),
    C(SNDCTL_TMR_STOP),
    C(SNDCTL_TMR_TEMPO),
    C(SNDCTL_TMR_TIMEBASE),
    C(SOUND_MIXER_ALTPCM),
    C(SOUND_MIXER_BASS),
    C(SOUND_MIXER_CD),
    C(SOUND_MIXER_DIGITAL1),
    C(SOUND_MIXER_DIGITAL2),
    C(SOUND_MIXER_DIGITAL3),
    C(SOUND_MIXER_IGAIN),
    C(SOUND_MIXER_IMIX),
    C(SOUND_MIXER_LINE),
    C(SOUND_MIXER_LINE1),
    C(SOUND_MIXER_LINE2),
    C(SOUND_MIXER_LINE3),
    C(SOUND_MIXER_MIC),
    C(SOUND_MIXER_MONITOR),
    C(SOUND_MIXER_NRDEVICES),
    C(SOUND_MIXER_OGAIN),
    C(SOUND_MIXER_PCM),
    C(SOUND_MIXER_PHONEIN),
    C(SOUND_MIXER_PHONEOUT),
    C(SOUND_MIXER_RADIO),
    C(SOUND_MIXER_RECLEV),
    C(SOUND_MIXER_SPEAKER),
    C(SOUND_MIXER_SYNTH),
    C(SOUND_MIXER_TREBLE),
    C(SOUND_MIXER_VIDEO),
    C(SOUND_MIXER_VOLUME),
    {NULL, 0},
};
#undef C

static value list_of_texts(const char *const *texts, size_t count)
{
    value list = list_new(count);
    for (size_t i = 0; list && i < count; i++) {
        value text = str_from_text(texts[i]);
        if (!text || !list_append_owned(list, text)) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}
static bool add_exception(value module)
{
    return module_define_exception(module, &error_class, "ossaudiodev.OSSAudioError", EXC(Exception), NULL) &&
           module_add(module, "error", slot_peek(&error_class));
}
static bool fill(value module)
{
    static const char *const labels[] = SOUND_DEVICE_LABELS, *const names[] = SOUND_DEVICE_NAMES;
    return warn(EXC(DeprecationWarning), 7, "'ossaudiodev' is deprecated and slated for removal in Python 3.13") == 0 &&
           (audio_type || (audio_type = type_define(&audio_spec))) &&
           (mixer_type || (mixer_type = type_define(&mixer_spec))) && add_exception(module) &&
           module_add_owned(module, "control_labels", list_of_texts(labels, sizeof labels / sizeof *labels)) &&
           module_add_owned(module, "control_names", list_of_texts(names, sizeof names / sizeof *names)) &&
           module_add_constants(module, constants);
}
static void finish(void)
{
    slot_drop(&error_class);
}
static const struct method_def functions[] = {
    TUPLE("open", oss_open, "(device, mode=<unrepresentable>, /)"),
    METHOD_ANY("openmixer", oss_openmixer, NULL, 0),
    {0},
};
static const struct module_def definition = {
    .name = "ossaudiodev",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
