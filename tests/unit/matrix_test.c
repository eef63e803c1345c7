/* The matrix of kernel-facts, row by row, as configurations of each generation and as what is seen without
 * one. */
#include "judge/matrix.h"

#include <stdarg.h>

#include "tap.h"

/* A host whose configuration has the symbols `yes` set and names `no` as not set; -1 ends each. */
static struct host configured(const int *yes, const int *no)
{
	struct host host = { .kconfig.source = "/config", .mode = MODE_UNKNOWN };
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		host.kconfig.value[symbol] = KCONFIG_ABSENT;
	for (; *yes >= 0; yes++)
		host.kconfig.value[*yes] = KCONFIG_Y;
	for (; *no >= 0; no++)
		host.kconfig.value[*no] = KCONFIG_N;
	return host;
}

#define LIST(...) ((const int[]){ __VA_ARGS__ __VA_OPT__(, ) - 1 })

/* What the matrix says of a configuration, and whether it is this. */
static bool is(struct host host, int number, enum answer group, enum answer cdev)
{
	struct access_case access = access_case_judge(&host);
	return access.number == number && access.group_path == group && access.cdev_path == cdev;
}

#define V     KCONFIG_VFIO
#define G     KCONFIG_VFIO_GROUP
#define C     KCONFIG_VFIO_CONTAINER
#define D     KCONFIG_VFIO_DEVICE_CDEV
#define N     KCONFIG_VFIO_NOIOMMU
#define ION   KCONFIG_IOMMUFD_NOIOMMU
#define IOC   KCONFIG_IOMMUFD_VFIO_CONTAINER
#define SPLIT KCONFIG_VFIO_GROUP_NOIOMMU
#define YES   ANSWER_YES
#define NO    ANSWER_NO

static void test_since_7_3(void)
{
	ok(is(configured(LIST(V, G, C, N), LIST(D)), 1, YES, NO));
	ok(is(configured(LIST(V, G), LIST(C, D, N)), 2, NO, NO));
	ok(is(configured(LIST(V, G, C, D, N, ION), LIST()), 3, YES, YES));
	ok(is(configured(LIST(V, G, IOC, D, N, ION), LIST(C)), 3, YES, YES));
	ok(is(configured(LIST(V, G, D), LIST(C, N)), 4, NO, NO));
	ok(is(configured(LIST(V, D, N, ION), LIST(G)), 5, NO, YES));
	ok(is(configured(LIST(), LIST(V)), 6, NO, NO));
	/* GENERIC_ATOMIC64: noiommu without a noiommu cdev */
	ok(is(configured(LIST(V, G, C, D, N, KCONFIG_GENERIC_ATOMIC64), LIST()), 3, YES, NO));
	/* case 4 with the dependency loosened: the cdev works */
	ok(is(configured(LIST(V, G, D, N, ION), LIST(C)), 4, NO, YES));
}

static void test_older(void)
{
	/* before 6.2: neither GROUP nor CONTAINER is a symbol, both are built */
	ok(is(configured(LIST(V, N), LIST()), 1, YES, NO));
	ok(is(configured(LIST(V), LIST(N)), 1, NO, NO));
	/* 6.2 to 6.5: only CONTAINER is */
	ok(is(configured(LIST(V, C, N), LIST()), 1, YES, NO));
	ok(is(configured(LIST(V, N), LIST(C)), 2, NO, NO));
	/* 6.6 to 7.2: a noiommu device has no cdev, whatever CDEV says */
	ok(is(configured(LIST(V, G, C, D, N), LIST()), 3, YES, NO));
	/* the symbols of the split series */
	ok(is(configured(LIST(V, G, C, D, SPLIT), LIST(KCONFIG_VFIO_CDEV_NOIOMMU)), 3, YES, NO));
	ok(is(configured(LIST(V, G, C, D, KCONFIG_VFIO_CDEV_NOIOMMU), LIST(SPLIT)), 3, NO, YES));
}

static void test_seen(void)
{
	struct host nothing = { .mode = MODE_UNKNOWN, .group_class = -1, .container_misc = -1 };
	ok(is(nothing, 0, ANSWER_UNKNOWN, ANSWER_UNKNOWN));
	/* vfio is there without the parameter: built without noiommu, whatever a stale file says */
	struct host without = configured(LIST(V, G, C, D, N, ION), LIST());
	without.modules[MODULE_VFIO].state = MODULE_LOADED;
	without.mode = MODE_ABSENT;
	without.group_class = without.container_misc = ANSWER_YES;
	ok(is(without, 3, NO, NO));
	/* no configuration, but the parameter, the class and the container are there */
	struct host seen = { .mode = MODE_OFF, .group_class = ANSWER_YES, .container_misc = ANSWER_YES };
	seen.modules[MODULE_VFIO].state = MODULE_BUILTIN;
	struct access_case access = access_case_judge(&seen);
	ok(access.noiommu == YES && access.group_path == YES && access.cdev_path == ANSWER_UNKNOWN);
}

int main(void)
{
	test_since_7_3();
	test_older();
	test_seen();
	return tap_done();
}
