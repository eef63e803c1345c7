#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"

/* ---- messages ---- */

static bool verbose_wanted;

void log_set_verbose(bool verbose)
{
	verbose_wanted = verbose;
}

static void (*diverted)(const char *line);

void log_divert(void (*to)(const char *line))
{
	diverted = to;
}

/* Writes each line with a single write, so that instances that share a stderr do not mix their lines. */
void log_line(const char *line)
{
	if (diverted) {
		diverted(line);
		return;
	}
	/* Keep the order of the lines if both streams are the same file. */
	fflush(NULL);
	fprintf(stderr, LOG_PREFIX "%s\n", line);
}

/* Uses buffers on the stack, because running a plan logs and must not allocate. */
__attribute__((format(printf, 2, 0))) static void log_format(
	const char *head, const char *format, va_list arguments)
{
	char line[8192];
	char escaped[sizeof line * 2];
	int length = snprintf(line, sizeof line, "%s", head);
	vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
	text_escape_into(escaped, sizeof escaped, line);
	log_line(escaped);
}

#define LOG(name, head)                                                                                      \
	void name(const char *format, ...)                                                                   \
	{                                                                                                    \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		log_format(head, format, arguments);                                                         \
		va_end(arguments);                                                                           \
	}
LOG(log_error, "error: ")
LOG(log_warning, "warning: ")
LOG(log_note, "note: ")
LOG(log_hint, "hint: ")

void log_verbose(const char *format, ...)
{
	if (!verbose_wanted)
		return;
	va_list arguments;
	va_start(arguments, format);
	log_format("", format, arguments);
	va_end(arguments);
}

/* ---- names of errors ---- */

/* The names of Linux, without the E. */
/* clang-format off */
#define ERRORS(X) \
	X(PERM) X(NOENT) X(SRCH) X(INTR) X(IO) X(NXIO) X(2BIG) X(NOEXEC) X(BADF) X(CHILD) X(AGAIN) \
	X(NOMEM) X(ACCES) X(FAULT) X(NOTBLK) X(BUSY) X(EXIST) X(XDEV) X(NODEV) X(NOTDIR) X(ISDIR) \
	X(INVAL) X(NFILE) X(MFILE) X(NOTTY) X(TXTBSY) X(FBIG) X(NOSPC) X(SPIPE) X(ROFS) X(MLINK) \
	X(PIPE) X(DOM) X(RANGE) X(DEADLK) X(NAMETOOLONG) X(NOLCK) X(NOSYS) X(NOTEMPTY) X(LOOP) \
	X(NOMSG) X(IDRM) X(CHRNG) X(L2NSYNC) X(L3HLT) X(L3RST) X(LNRNG) X(UNATCH) X(NOCSI) \
	X(L2HLT) X(BADE) X(BADR) X(XFULL) X(NOANO) X(BADRQC) X(BADSLT) X(BFONT) X(NOSTR) X(NODATA) \
	X(TIME) X(NOSR) X(NONET) X(NOPKG) X(REMOTE) X(NOLINK) X(ADV) X(SRMNT) X(COMM) X(PROTO) \
	X(MULTIHOP) X(DOTDOT) X(BADMSG) X(OVERFLOW) X(NOTUNIQ) X(BADFD) X(REMCHG) X(LIBACC) \
	X(LIBBAD) X(LIBSCN) X(LIBMAX) X(LIBEXEC) X(ILSEQ) X(RESTART) X(STRPIPE) X(USERS) \
	X(NOTSOCK) X(DESTADDRREQ) X(MSGSIZE) X(PROTOTYPE) X(NOPROTOOPT) X(PROTONOSUPPORT) \
	X(SOCKTNOSUPPORT) X(OPNOTSUPP) X(PFNOSUPPORT) X(AFNOSUPPORT) X(ADDRINUSE) X(ADDRNOTAVAIL) \
	X(NETDOWN) X(NETUNREACH) X(NETRESET) X(CONNABORTED) X(CONNRESET) X(NOBUFS) X(ISCONN) \
	X(NOTCONN) X(SHUTDOWN) X(TOOMANYREFS) X(TIMEDOUT) X(CONNREFUSED) X(HOSTDOWN) \
	X(HOSTUNREACH) X(ALREADY) X(INPROGRESS) X(STALE) X(UCLEAN) X(NOTNAM) X(NAVAIL) X(ISNAM) \
	X(REMOTEIO) X(DQUOT) X(NOMEDIUM) X(MEDIUMTYPE) X(CANCELED) X(NOKEY) X(KEYEXPIRED) \
	X(KEYREVOKED) X(KEYREJECTED) X(OWNERDEAD) X(NOTRECOVERABLE) X(RFKILL) X(HWPOISON)
/* clang-format on */

const char *error_name(int error)
{
#define NAME(name) [E##name] = "E" #name,
	static const char *const names[] = { ERRORS(NAME) };
#undef NAME
	size_t count = sizeof names / sizeof *names;
	return error > 0 && (size_t)error < count ? names[error] : NULL;
}

bool error_is_missing(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ENODEV;
}

/* ---- the user and the clock ---- */

bool user_is_root(void)
{
	return geteuid() == 0;
}

long long clock_milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool clock_sleep(int milliseconds)
{
	const struct timespec pause = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	return nanosleep(&pause, NULL) == 0;
}

/* ---- libraries ---- */

static bool load(const struct library *library)
{
	void *handle = dlopen(library->soname, RTLD_NOW);
	for (size_t i = 0; handle && i < library->count; i++) {
		void *function = dlsym(handle, library->functions[i].name);
		if (!function)
			return false;
		*library->functions[i].pointer = function;
	}
	return handle != NULL;
}

bool library_load(struct library *library)
{
	if (library->state == LIBRARY_UNTRIED) {
		library->state = load(library) ? LIBRARY_LOADED : LIBRARY_ABSENT;
		if (library->state == LIBRARY_ABSENT) {
			log_error("%s", dlerror());
			log_hint("install %s; on Debian: apt install %s", library->soname, library->package);
		}
	}
	return library->state == LIBRARY_LOADED;
}

void library_need(struct library *library)
{
	if (!library_load(library))
		exit(EXIT_FAILURE);
}
