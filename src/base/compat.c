#include "base/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Older headers lack these. The numbers are the same on all architectures except alpha. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

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

const char *compat_error_name(int error)
{
#define NAME(name) [E##name] = "E" #name,
	static const char *const names[] = { ERRORS(NAME) };
#undef NAME
	size_t count = sizeof names / sizeof *names;
	return error > 0 && (size_t)error < count ? names[error] : NULL;
}

/* ---- descriptors ---- */

/* The size of the descriptor table, which is above the highest open descriptor. The resource limit may be a
 * billion, or may have been lowered below open descriptors. */
static int descriptors(void)
{
	static const char key[] = "\nFDSize:";
	char text[4096];
	auto_fd int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (length < 0)
		return 1024;
	text[length] = '\0';
	const char *size = strstr(text, key);
	return size ? atoi(size + sizeof key - 1) : 1024;
}

void compat_close_from(int first)
{
	/* Linux 5.9, glibc 2.34. */
	if (syscall(SYS_close_range, (unsigned int)first, ~0U, 0U) == 0)
		return;
	for (int fd = descriptors() - 1; fd >= first; fd--)
		close(fd);
}

int compat_open_in_root(int root, const char *path, int flags)
{
	/* struct open_how and RESOLVE_IN_ROOT of linux/openat2.h, since 5.6. */
	const struct {
		uint64_t flags, mode, resolve;
	} how = { .flags = (unsigned int)flags, .resolve = 0x10 };
	int fd, tries = 100;
	/* EAGAIN: because of a concurrent rename or mount, anywhere, the kernel cannot be sure that ".."
	 * stayed below the root. */
	do
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	while (fd < 0 && errno == EAGAIN && --tries);
	return fd;
}
