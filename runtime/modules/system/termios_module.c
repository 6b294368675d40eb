/* The termios module. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <linux/serial.h>
#include <linux/tty.h>

static value_slot error_type;

static value raise_termios(void)
{
    value arguments[] = {small_int(errno), str_decode_locale(strerror(errno))};
    value type = value_inc(atomic_load(&error_type));
    value exception = arguments[1] ? call_vector(type, arguments, 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(type);
    value_dec(arguments[1]);
    return NULL;
}
static value none_or_error(int result)
{
    return result < 0 ? raise_termios() : VALUE_NONE;
}

static value control_characters(const struct termios *t)
{
    value list = list_new(NCCS);
    bool numbers = !(t->c_lflag & ICANON); /* then two of them are counts */
    for (int i = 0; list && i < NCCS; i++) {
        value item = numbers && (i == VMIN || i == VTIME) ? small_int(t->c_cc[i]) : bytes_new(&t->c_cc[i], 1);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}
static value termios_tcgetattr(value self, value given_fd)
{
    int fd;
    struct termios t;
    if (!fd_get(given_fd, &fd))
        return NULL;
    if (BLOCKING(tcgetattr(fd, &t)) < 0)
        return raise_termios();
    value items[] = {small_int(t.c_iflag),  small_int(t.c_oflag),       small_int(t.c_cflag),
                     small_int(t.c_lflag),  small_int(cfgetispeed(&t)), small_int(cfgetospeed(&t)),
                     control_characters(&t)};
    if (items[6])
        return list_from_owned(items, 7);
    return NULL;
}

static bool set_characters(struct termios *t, value list)
{
    if (!is_list(list) || list_length(list) != NCCS)
        return raise_false(EXC(TypeError), "tcsetattr: attributes[6] must be %d element list", NCCS);
    for (int i = 0; i < NCCS; i++) {
        value item = list_get(list, (size_t)i);
        int64_t number = 0;
        bool done = true;
        if (is_bytes(item) && bytes_length(item) == 1)
            number = bytes_data(item)[0];
        else if (is_int(item))
            done = value_as_i64(item, &number);
        else
            done = raise_false(EXC(TypeError), "tcsetattr: elements of attributes must be characters or integers");
        if (item != VALUE_MISSING)
            value_dec(item);
        if (!done)
            return false;
        t->c_cc[i] = (cc_t)number;
    }
    return true;
}
static value termios_tcsetattr(value self, value given_fd, value given_when, value attributes)
{
    int fd, when;
    struct termios t;
    int64_t n[6];
    if (!fd_get(given_fd, &fd) || !value_as_int(given_when, &when))
        return NULL;
    if (!is_list(attributes) || list_length(attributes) != 7)
        return raise(EXC(TypeError), "tcsetattr, arg 3: must be 7 element list");
    value tuple = list_to_tuple(attributes);
    if (!tuple)
        return NULL;
    bool done = tuple_length(tuple) == 7 || raise_false(EXC(TypeError), "tcsetattr, arg 3: must be 7 element list");
    for (size_t i = 0; done && i < 6; i++)
        done = value_as_i64(tuple_get(tuple, i), &n[i]);
    if (done && BLOCKING(tcgetattr(fd, &t)) < 0)
        done = raise_termios() != NULL;
    done = done && set_characters(&t, tuple_get(tuple, 6));
    value_dec(tuple);
    if (!done)
        return NULL;
    t.c_iflag = (tcflag_t)n[0];
    t.c_oflag = (tcflag_t)n[1];
    t.c_cflag = (tcflag_t)n[2];
    t.c_lflag = (tcflag_t)n[3];
    if (cfsetispeed(&t, (speed_t)n[4]) < 0 || cfsetospeed(&t, (speed_t)n[5]) < 0)
        return raise_termios();
    return none_or_error(BLOCKING(tcsetattr(fd, when, &t)));
}

static value termios_tcsendbreak(value self, value given_fd, value given_duration)
{
    int fd, duration;
    return fd_get(given_fd, &fd) && value_as_int(given_duration, &duration)
               ? none_or_error(BLOCKING(tcsendbreak(fd, duration)))
               : NULL;
}
static value termios_tcdrain(value self, value given_fd)
{
    int fd;
    return fd_get(given_fd, &fd) ? none_or_error(BLOCKING(tcdrain(fd))) : NULL;
}
static value termios_tcflush(value self, value given_fd, value given_queue)
{
    int fd, queue;
    return fd_get(given_fd, &fd) && value_as_int(given_queue, &queue) ? none_or_error(BLOCKING(tcflush(fd, queue)))
                                                                      : NULL;
}
static value termios_tcflow(value self, value given_fd, value given_action)
{
    int fd, action;
    return fd_get(given_fd, &fd) && value_as_int(given_action, &action) ? none_or_error(BLOCKING(tcflow(fd, action)))
                                                                        : NULL;
}
static value termios_tcgetwinsize(value self, value given_fd)
{
    int fd;
    struct winsize size;
    if (!fd_get(given_fd, &fd))
        return NULL;
    return BLOCKING(ioctl(fd, TIOCGWINSZ, &size)) < 0 ? raise_termios()
                                                      : tuple_pack(2, small_int(size.ws_row), small_int(size.ws_col));
}
static value termios_tcsetwinsize(value self, value given_fd, value given_size)
{
    int fd;
    struct winsize size;
    int64_t n[2] = {0};
    if (!fd_get(given_fd, &fd))
        return NULL;
    if (!value_type_slot(given_size, getitem) || is_dict(given_size))
        return raise(EXC(TypeError), "tcsetwinsize, arg 2: must be a two-item sequence");
    value tuple = tuple_from_iterable(given_size);
    if (!tuple)
        return NULL;
    bool done =
        tuple_length(tuple) == 2 || raise_false(EXC(TypeError), "tcsetwinsize, arg 2: must be a two-item sequence");
    done = done && value_as_i64(tuple_get(tuple, 0), &n[0]) && value_as_i64(tuple_get(tuple, 1), &n[1]);
    value_dec(tuple);
    if (!done)
        return NULL;
    if (n[0] < 0 || n[0] > 0xffff || n[1] < 0 || n[1] > 0xffff)
        return raise(EXC(OverflowError), "winsize value(s) out of range.");
    if (BLOCKING(ioctl(fd, TIOCGWINSZ, &size)) < 0)
        return raise_termios();
    size.ws_row = (unsigned short)n[0];
    size.ws_col = (unsigned short)n[1];
    return none_or_error(BLOCKING(ioctl(fd, TIOCSWINSZ, &size)));
}

static const struct method_def functions[] = {
    METHOD("tcgetattr", termios_tcgetattr, "(fd, /)", "Get the tty attributes for file descriptor fd."),
    METHOD("tcsetattr", termios_tcsetattr, "(fd, when, attributes, /)",
           "Set the tty attributes for file descriptor fd."),
    METHOD("tcsendbreak", termios_tcsendbreak, "(fd, duration, /)", "Send a break on file descriptor fd."),
    METHOD("tcdrain", termios_tcdrain, "(fd, /)",
           "Wait until all output written to file descriptor fd has been transmitted."),
    METHOD("tcflush", termios_tcflush, "(fd, queue, /)", "Discard queued data on file descriptor fd."),
    METHOD("tcflow", termios_tcflow, "(fd, action, /)", "Suspend or resume input or output on file descriptor fd."),
    METHOD("tcgetwinsize", termios_tcgetwinsize, "(fd, /)", "Get the tty winsize for file descriptor fd."),
    METHOD("tcsetwinsize", termios_tcsetwinsize, "(fd, winsize, /)", "Set the tty winsize for file descriptor fd."),
    {0},
};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(B0),
    C(B1000000),
    C(B110),
    C(B115200),
    C(B1152000),
    C(B1200),
    C(B134),
    C(B150),
    C(B1500000),
    C(B1800),
    C(B19200),
    C(B200),
    C(B2000000),
    C(B230400),
    C(B2400),
    C(B2500000),
    C(B300),
    C(B3000000),
    C(B3500000),
    C(B38400),
    C(B4000000),
    C(B460800),
    C(B4800),
    C(B50),
    C(B500000),
    C(B57600),
    C(B576000),
    C(B600),
    C(B75),
    C(B921600),
    C(B9600),
    C(BRKINT),
    C(BS0),
    C(BS1),
    C(BSDLY),
    C(CBAUD),
    C(CBAUDEX),
    C(CDSUSP),
    C(CEOF),
    C(CEOL),
    C(CEOT),
    C(CERASE),
    C(CFLUSH),
    C(CIBAUD),
    C(CINTR),
    C(CKILL),
    C(CLNEXT),
    C(CLOCAL),
    C(CQUIT),
    C(CR0),
    C(CR1),
    C(CR2),
    C(CR3),
    C(CRDLY),
    C(CREAD),
    C(CRPRNT),
    C(CRTSCTS),
    C(CS5),
    C(CS6),
    C(CS7),
    C(CS8),
    C(CSIZE),
    C(CSTART),
    C(CSTOP),
    C(CSTOPB),
    C(CSUSP),
    C(CWERASE),
    C(ECHO),
    C(ECHOCTL),
    C(ECHOE),
    C(ECHOK),
    C(ECHOKE),
    C(ECHONL),
    C(ECHOPRT),
    C(EXTA),
    C(EXTB),
    C(FF0),
    C(FF1),
    C(FFDLY),
    C(FIOASYNC),
    C(FIOCLEX),
    C(FIONBIO),
    C(FIONCLEX),
    C(FIONREAD),
    C(FLUSHO),
    C(HUPCL),
    C(ICANON),
    C(ICRNL),
    C(IEXTEN),
    C(IGNBRK),
    C(IGNCR),
    C(IGNPAR),
    C(IMAXBEL),
    C(INLCR),
    C(INPCK),
    C(IOCSIZE_MASK),
    C(IOCSIZE_SHIFT),
    C(ISIG),
    C(ISTRIP),
    C(IUCLC),
    C(IXANY),
    C(IXOFF),
    C(IXON),
    C(NCC),
    C(NCCS),
    C(NL0),
    C(NL1),
    C(NLDLY),
    C(NOFLSH),
    C(N_MOUSE),
    C(N_PPP),
    C(N_SLIP),
    C(N_STRIP),
    C(N_TTY),
    C(OCRNL),
    C(OFDEL),
    C(OFILL),
    C(OLCUC),
    C(ONLCR),
    C(ONLRET),
    C(ONOCR),
    C(OPOST),
    C(PARENB),
    C(PARMRK),
    C(PARODD),
    C(PENDIN),
    C(TAB0),
    C(TAB1),
    C(TAB2),
    C(TAB3),
    C(TABDLY),
    C(TCFLSH),
    C(TCGETA),
    C(TCGETS),
    C(TCIFLUSH),
    C(TCIOFF),
    C(TCIOFLUSH),
    C(TCION),
    C(TCOFLUSH),
    C(TCOOFF),
    C(TCOON),
    C(TCSADRAIN),
    C(TCSAFLUSH),
    C(TCSANOW),
    C(TCSBRK),
    C(TCSBRKP),
    C(TCSETA),
    C(TCSETAF),
    C(TCSETAW),
    C(TCSETS),
    C(TCSETSF),
    C(TCSETSW),
    C(TCXONC),
    C(TIOCCONS),
    C(TIOCEXCL),
    C(TIOCGETD),
    C(TIOCGICOUNT),
    C(TIOCGLCKTRMIOS),
    C(TIOCGPGRP),
    C(TIOCGSERIAL),
    C(TIOCGSOFTCAR),
    C(TIOCGWINSZ),
    C(TIOCINQ),
    C(TIOCLINUX),
    C(TIOCMBIC),
    C(TIOCMBIS),
    C(TIOCMGET),
    C(TIOCMIWAIT),
    C(TIOCMSET),
    C(TIOCM_CAR),
    C(TIOCM_CD),
    C(TIOCM_CTS),
    C(TIOCM_DSR),
    C(TIOCM_DTR),
    C(TIOCM_LE),
    C(TIOCM_RI),
    C(TIOCM_RNG),
    C(TIOCM_RTS),
    C(TIOCM_SR),
    C(TIOCM_ST),
    C(TIOCNOTTY),
    C(TIOCNXCL),
    C(TIOCOUTQ),
    C(TIOCPKT),
    C(TIOCPKT_DATA),
    C(TIOCPKT_DOSTOP),
    C(TIOCPKT_FLUSHREAD),
    C(TIOCPKT_FLUSHWRITE),
    C(TIOCPKT_NOSTOP),
    C(TIOCPKT_START),
    C(TIOCPKT_STOP),
    C(TIOCSCTTY),
    C(TIOCSERCONFIG),
    C(TIOCSERGETLSR),
    C(TIOCSERGETMULTI),
    C(TIOCSERGSTRUCT),
    C(TIOCSERGWILD),
    C(TIOCSERSETMULTI),
    C(TIOCSERSWILD),
    C(TIOCSER_TEMT),
    C(TIOCSETD),
    C(TIOCSLCKTRMIOS),
    C(TIOCSPGRP),
    C(TIOCSSERIAL),
    C(TIOCSSOFTCAR),
    C(TIOCSTI),
    C(TIOCSWINSZ),
    C(TOSTOP),
    C(VDISCARD),
    C(VEOF),
    C(VEOL),
    C(VEOL2),
    C(VERASE),
    C(VINTR),
    C(VKILL),
    C(VLNEXT),
    C(VMIN),
    C(VQUIT),
    C(VREPRINT),
    C(VSTART),
    C(VSTOP),
    C(VSUSP),
    C(VSWTC),
    {"VSWTCH", 7},
    C(VT0),
    C(VT1),
    C(VTDLY),
    C(VTIME),
    C(VWERASE),
    C(XCASE),
    C(XTABS),
    {0},
};

static bool fill(value module)
{
    value name = str_from_text("error"), bases = name ? tuple_pack(1, value_of(EXC(Exception))) : NULL;
    value dict = bases ? dict_new() : NULL;
    bool done = dict && dict_set_text(dict, "__module__", NAME(termios));
    value error = done ? type_new_class(TYPE(TYPE), name, bases, dict, NULL, NULL) : NULL;
    value_dec(dict);
    value_dec(bases);
    value_dec(name);
    value_dec(slot_exchange(&error_type, value_inc(error)));
    return module_add_owned(module, "error", error) && module_add_constants(module, constants);
}
static void finish(void)
{
    value_dec(slot_exchange(&error_type, NULL));
}
const struct module_def termios_module = {
    .name = "termios",
    .doc = "This module provides an interface to the Posix calls for tty I/O control.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
