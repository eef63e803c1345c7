/* The replacements for functions of newer C libraries return the same results. */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "tap.h"

static void test_error_names(void)
{
	ok(text_same(error_name(EPERM), "EPERM"));
	ok(text_same(error_name(EAGAIN), "EAGAIN"));
	ok(text_same(error_name(EOPNOTSUPP), "EOPNOTSUPP"));
	ok(!error_name(0) && !error_name(-EPERM) && !error_name(4096));
#if __GLIBC_PREREQ(2, 32)
	int differences = 0;
	/* The last of Linux 6; glibc 2.43 knows one more. */
	for (int error = 1; error <= EHWPOISON; error++)
		differences += !text_same(error_name(error), strerrorname_np(error));
	ok(differences == 0);
#endif
}

int main(void)
{
	test_error_names();
	return tap_done();
}
