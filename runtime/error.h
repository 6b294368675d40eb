/*
 * Exceptions: the one way in which errors travel. A function that fails sets the exception on the thread and returns
 * NULL (false, -1).
 */
#ifndef ATOLL_ERROR_H
#define ATOLL_ERROR_H

#include "runtime/type.h"

/* Every built-in exception: name, base. E(Name, Base). The order is the order of definition; the numbering starts at
 * TYPE_ID_FIRST_EXCEPTION. */
#define EXCEPTIONS(E)                                                                                                  \
    E(BaseException, object)                                                                                           \
    E(Exception, BaseException)                                                                                        \
    E(BaseExceptionGroup, BaseException)                                                                               \
    E(ExceptionGroup, BaseExceptionGroup)                                                                              \
    E(SystemExit, BaseException)                                                                                       \
    E(KeyboardInterrupt, BaseException) E(GeneratorExit, BaseException) E(StopIteration, Exception) E(                 \
        StopAsyncIteration, Exception) E(ArithmeticError, Exception) E(FloatingPointError, ArithmeticError)            \
        E(OverflowError, ArithmeticError) E(ZeroDivisionError, ArithmeticError) E(AssertionError, Exception) E(        \
            AttributeError, Exception) E(BufferError, Exception) E(EOFError, Exception) E(ImportError, Exception)      \
            E(ModuleNotFoundError, ImportError) E(LookupError, Exception) E(IndexError, LookupError) E(                \
                KeyError, LookupError) E(MemoryError, Exception) E(NameError, Exception)                               \
                E(UnboundLocalError, NameError) E(OSError, Exception) E(BlockingIOError, OSError) E(                   \
                    ChildProcessError, OSError) E(ConnectionError, OSError) E(BrokenPipeError, ConnectionError)        \
                    E(ConnectionAbortedError, ConnectionError) E(ConnectionRefusedError, ConnectionError) E(           \
                        ConnectionResetError,                                                                          \
                        ConnectionError) E(FileExistsError, OSError)                                                   \
                        E(FileNotFoundError, OSError) E(InterruptedError, OSError) E(IsADirectoryError, OSError)       \
                            E(NotADirectoryError, OSError) E(PermissionError, OSError) E(ProcessLookupError, OSError)  \
                                E(TimeoutError, OSError) E(ReferenceError, Exception) E(RuntimeError, Exception)       \
                                    E(NotImplementedError, RuntimeError) E(RecursionError,                             \
                                                                           RuntimeError) E(SyntaxError, Exception)     \
                                        E(IndentationError, SyntaxError) E(TabError, IndentationError)                 \
                                            E(SystemError, Exception) E(TypeError, Exception) E(ValueError, Exception) \
                                                E(UnicodeError,                                                        \
                                                  ValueError) E(UnicodeDecodeError, UnicodeError)                      \
                                                    E(UnicodeEncodeError,                                              \
                                                      UnicodeError) E(UnicodeTranslateError, UnicodeError)             \
                                                        E(Warning, Exception) E(DeprecationWarning, Warning)           \
                                                            E(PendingDeprecationWarning, Warning)                      \
                                                                E(RuntimeWarning, Warning) E(SyntaxWarning, Warning)   \
                                                                    E(UserWarning, Warning)                            \
                                                                        E(FutureWarning, Warning) E(ImportWarning,     \
                                                                                                    Warning)           \
                                                                            E(UnicodeWarning, Warning)                 \
                                                                                E(BytesWarning, Warning)               \
                                                                                    E(ResourceWarning, Warning)        \
                                                                                        E(EncodingWarning, Warning)
enum exception_id {
    EXCEPTION_ID_before_first = TYPE_ID_FIRST_EXCEPTION - 1,
#define E(name, base) EXCEPTION_ID_##name,
    EXCEPTIONS(E)
#undef E
};
#define EXC(name) TYPE_WELL_KNOWN(EXCEPTION_ID_##name) /* EXC(TypeError) */

/* Raise: sets a new exception with the formatted message; always returns NULL so that `return raise(...)` reads well
   (raise_int: -1, raise_false: false). Format directives: those of str_format() in objects/text/str.h: %s %d %i %u %zd
   %zu %lld %ld %c %x %p %% plus %R (repr of a value), %S (str of a value), %A (ascii), %T (type name of a value; %K:
   but "None" for None), %N (name of a struct type *), %U (a str value as it is, may carry a precision), %V. */
value raise_error(struct type *type, const char *format, ...);
/* Written raise(...). The C library has a raise of its own in <signal.h>: a file that needs that header includes it
 * before this one. */
#define raise(...) raise_error(__VA_ARGS__)
int raise_int(struct type *type, const char *format, ...);
bool raise_false(struct type *type, const char *format, ...);
/* The same from the current exception, which becomes its cause. */
value raise_from(struct type *type, const char *format, ...);
value raise_value(struct type *type, value argument); /* type(argument) */
value raise_no_memory(void);                          /* a prepared MemoryError; never allocates */
/* The MemoryError made beforehand lets go of the frames that the last one went through, and of its context. */
void error_forget_no_memory(void);
value raise_errno(int error, value filename /* or NULL */,
                  value filename2 /* or NULL */); /* the right subclass of OSError */
value raise_key_error(value key);
void raise_exception(value exception); /* an exception instance; borrowed; sets __context__ as a raise statement does */

/* The thread's current exception, always a normalised instance. */
bool error_occurred(void);
bool error_matches(struct type *type); /* the current one is an instance of it */
value error_fetch(void);               /* take it out, owned; NULL when there is none */
void error_restore(value exception);   /* put it back, stolen; replaces what is there */
void error_clear(void);
/* An error that nobody can be told about (in a destructor or callback): reports it through sys.unraisablehook and
 * clears it. */
void error_unraisable(const char *message /* or NULL */, value object /* or NULL */);
/* Set cause/context by hand. */
void exception_set_cause(value exception, value cause /* stolen, or NULL */);
void exception_set_context(value exception, value context /* stolen, or NULL */);
value exception_traceback(value exception); /* owned traceback, or None */
void exception_set_traceback(value exception, value traceback /* borrowed: traceback or None */);
/* The value carried by a StopIteration instance, owned. */
value stop_iteration_value(value exception);

/* Warn: category is a Warning type; 0, or -1 when the filter turned it into an exception. */
int warn(struct type *category, ssize stack_level, const char *format, ...);
/* A ResourceWarning that `source` should have been closed, or the like. */
int warn_of_source(value source, const char *format, ...);
/* The same about a place in a source file. Message and filename are borrowed strs. */
int warn_at(struct type *category, value message, value filename, int line);

#endif
