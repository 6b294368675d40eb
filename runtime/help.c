/* The texts of -h, --help-env and --help-xoptions. */
#include "runtime/options.h"

#include <stdio.h>

static const char options_text[] =
    "Options (and corresponding environment variables):\n"
    "-b     : warn where bytes are compared with str, or are shown by str(); -bb: errors\n"
    "-B     : don't write bytecode caches; also PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : program passed in as string (terminates option list)\n"
    "-d     : set sys.flags.debug, which changes nothing else; also PYTHONDEBUG=x\n"
    "-E     : ignore PYTHON* environment variables (such as PYTHONPATH)\n"
    "-h     : print this help message and exit (also -? or --help)\n"
    "-i     : prompt after running the program, even if stdin is no terminal;\n"
    "         also PYTHONINSPECT=x\n"
    "-I     : isolate the program from the user's environment (implies -E, -P and -s)\n"
    "-m mod : run library module as a script (terminates option list)\n"
    "-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x\n"
    "-OO    : do -O changes and also discard docstrings\n"
    "-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH=x\n"
    "-q     : don't print version and copyright messages on interactive startup\n"
    "-R     : hashes by chance, whatever PYTHONHASHSEED says\n"
    "-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x\n"
    "-S     : don't do what the site module does at the start\n"
    "-u     : unbuffered stdout and stderr; also PYTHONUNBUFFERED=x\n"
    "-v     : trace import statements; also PYTHONVERBOSE=x\n"
    "-V     : print the version and exit (also --version); -VV: and the build\n"
    "-W arg : warning control; arg is action:message:category:module:lineno\n"
    "         also PYTHONWARNINGS=arg\n"
    "-x     : skip first line of source, allowing use of non-Unix forms of #!cmd\n"
    "-X opt : set implementation-specific option\n"
    "--check-hash-based-pycs always|default|never:\n"
    "         control how importlib invalidates hash-based .pyc files\n"
    "--help-env      : print help about environment variables and exit\n"
    "--help-xoptions : print help about implementation-specific -X options and exit\n"
    "--help-all      : print complete help information and exit\n"
    "Arguments:\n"
    "file   : program read from script file\n"
    "-      : program read from stdin (default; interactive mode if a tty)\n"
    "arg ...: arguments passed to program in sys.argv[1:]\n";

static const char variables_text[] =
    "Environment variables that change behavior:\n"
    "PYTHONSTARTUP: file executed on interactive startup (no default)\n"
    "PYTHONPATH   : ':'-separated list of directories prefixed to the\n"
    "               default module search path.  The result is sys.path.\n"
    "PYTHONHOME   : alternate <prefix> directory (or <prefix>:<exec_prefix>),\n"
    "               whose lib/python3.11 is the standard library.\n"
    "PYTHONPLATLIBDIR : what sys.platlibdir says.\n"
    "PYTHONCASEOK : is for systems that ignore case, and without effect here.\n"
    "PYTHONUSERBASE: the directory of the user's own packages (~/.local).\n"
    "PYTHONUTF8: if set to 1, UTF-8 mode: sys.flags.utf8_mode, and standard streams\n"
    "   that keep odd bytes. Text of the system is UTF-8 without it, too.\n"
    "PYTHONIOENCODING: Encoding[:errors] used for stdin/stdout/stderr.\n"
    "PYTHONFAULTHANDLER: dump the Python traceback on fatal errors.\n"
    "PYTHONTRACEMALLOC: as -X tracemalloc.\n"
    "PYTHONPROFILEIMPORTTIME: show how long each import takes.\n"
    "PYTHONHASHSEED: 'random', or a number from 0 to 4294967295 that seeds the\n"
    "   hashes of str and bytes objects.\n"
    "PYTHONINTMAXSTRDIGITS: the most digits that conversions between int and str\n"
    "   may have; 0: any number.\n"
    "PYTHONMALLOC: names of CPython's allocators are accepted; there is one heap.\n"
    "PYTHONCOERCECLOCALE: without effect: no locale is changed at the start.\n"
    "PYTHONBREAKPOINT: what breakpoint() calls; 0: nothing.\n"
    "PYTHONDEVMODE: enable the development mode.\n"
    "PYTHONPYCACHEPREFIX: root directory for .pyc files, which importlib and\n"
    "   py_compile write.\n"
    "PYTHONWARNDEFAULTENCODING: enable opt-in EncodingWarning for 'encoding=None'.\n"
    "PYTHONNODEBUGRANGES: code objects know lines only.\n"
    "ATOLL_CACHE: the directory of bytecode caches, instead of\n"
    "   $XDG_CACHE_HOME/atoll or ~/.cache/atoll.\n"
    "ATOLL_STDLIB: the directory of the standard library.\n"
    "These variables have equivalent command-line parameters (see --help for details):\n"
    "PYTHONDEBUG (-d), PYTHONDONTWRITEBYTECODE (-B), PYTHONINSPECT (-i),\n"
    "PYTHONNOUSERSITE (-s), PYTHONOPTIMIZE (-O), PYTHONSAFEPATH (-P),\n"
    "PYTHONUNBUFFERED (-u), PYTHONVERBOSE (-v), PYTHONWARNINGS=arg (-W arg)\n";

static const char x_options_text[] =
    "The following implementation-specific options are available:\n"
    "\n"
    "-X faulthandler: dump the Python traceback on fatal errors\n"
    "-X showrefcount: is for debug builds of CPython, and without effect here\n"
    "-X tracemalloc[=NFRAME]: trace memory by the tracemalloc module; NFRAME frames\n"
    "    of each traceback are kept (1)\n"
    "-X importtime: show how long each import takes: name, cumulative time (with\n"
    "    nested imports) and self time (without)\n"
    "-X dev: development mode: -W default, -X faulthandler, asyncio's debug mode,\n"
    "    names of encodings and error handlers are checked, sys.flags.dev_mode is True\n"
    "-X utf8[=0|1]: UTF-8 mode, see PYTHONUTF8\n"
    "-X pycache_prefix=PATH: write .pyc files to a parallel tree rooted at PATH\n"
    "-X warn_default_encoding: enable opt-in EncodingWarning for 'encoding=None'\n"
    "-X no_debug_ranges: code objects know lines only: no columns in tracebacks\n"
    "-X frozen_modules[=on|off]: no module is frozen but importlib's own, which stay so\n"
    "-X int_max_str_digits=N: limit the size of int<->str conversions; 0: no limit\n"
    "-X dist-packages: run the .pth files of Debian's dist-packages at the start\n"
    "-X gc-stats: print the collector's figures at the end\n"
    "-X contention: report at the end where threads disturbed one another; --json FILE\n"
    "    and --svg FILE after it write the report in these forms\n"
    "-X compile-library=FILE: compile the standard library into FILE, as the build\n"
    "    does; library.bytecode beside the program is used\n"
    "-X chaos=SEED: pause threads where they may meet, as the number says\n"
    "-X fail-allocation=N: let the N-th allocation fail; 0 tells how many there were\n"
    "Others are kept in sys._xoptions.\n";

void help_print_usage(const char *program)
{
    printf("usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n%s", program, options_text);
}

void help_print_variables(void)
{
    fputs(variables_text, stdout);
}

void help_print_x_options(void)
{
    fputs(x_options_text, stdout);
}
