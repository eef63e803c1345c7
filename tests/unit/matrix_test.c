/* The rows of the support matrix: with configurations of each kernel generation, and without a configuration.
 */
#include <stdlib.h>

#include "base/base.h"
#include "judge/judge.h"
#include "tap.h"

/* A host with everything unknown. */
static struct host unseen(void)
{
	struct host host = { .mode = MODE_UNKNOWN };
	for (int question = 0; question < QUESTION_COUNT; question++)
		host.seen[question] = host.in_modules[question] = ANSWER_UNKNOWN;
	return host;
}

/* A host whose configuration sets the symbols `yes` and lists `no` as not set; both end with -1. */
static struct host configured(const int *yes, const int *no)
{
	struct host host = unseen();
	host.kconfig.source = "/config";
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		host.kconfig.value[symbol] = KCONFIG_ABSENT;
	for (; *yes >= 0; yes++)
		host.kconfig.value[*yes] = KCONFIG_Y;
	for (; *no >= 0; no++)
		host.kconfig.value[*no] = KCONFIG_N;
	return host;
}

#define LIST(...) ((const int[]){ __VA_ARGS__ __VA_OPT__(, ) - 1 })

/* Whether the verdict has these values. */
static bool is(struct host host, int number, enum path group, enum path cdev)
{
	struct access_case access = access_case_judge(&host);
	return access.number == number && access.group == group && access.cdev == cdev;
}

#define V     KCONFIG_VFIO
#define G     KCONFIG_VFIO_GROUP
#define C     KCONFIG_VFIO_CONTAINER
#define D     KCONFIG_VFIO_DEVICE_CDEV
#define N     KCONFIG_VFIO_NOIOMMU
#define ION   KCONFIG_IOMMUFD_NOIOMMU
#define IOC   KCONFIG_IOMMUFD_VFIO_CONTAINER
#define SPLIT KCONFIG_VFIO_GROUP_NOIOMMU
#define YES   PATH_WORKS
#define NO    PATH_NONE
#define IOF   PATH_IOMMUFD_ONLY

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
	/* case 4 with a relaxed dependency: the cdev works, the group works with iommufd in place of the
	 * container */
	ok(is(configured(LIST(V, G, D, N, ION, KCONFIG_IOMMUFD), LIST(C)), 4, IOF, YES));
	ok(is(configured(LIST(V, G, D, N, ION), LIST(C)), 4, NO, YES));
}

static void test_older(void)
{
	/* before 6.2: no symbols GROUP and CONTAINER, both are always built */
	ok(is(configured(LIST(V, N), LIST()), 1, YES, NO));
	ok(is(configured(LIST(V), LIST(N)), 1, NO, NO));
	/* 6.2 to 6.5: no symbol GROUP */
	ok(is(configured(LIST(V, C, N), LIST()), 1, YES, NO));
	ok(is(configured(LIST(V, N), LIST(C)), 2, NO, NO));
	/* 6.6 to 7.2: a noiommu device has no cdev, even with CDEV */
	ok(is(configured(LIST(V, G, C, D, N), LIST()), 3, YES, NO));
	/* the symbols of the v5 patch series */
	ok(is(configured(LIST(V, G, C, D, SPLIT), LIST(KCONFIG_VFIO_CDEV_NOIOMMU)), 3, YES, NO));
	ok(is(configured(LIST(V, G, C, D, KCONFIG_VFIO_CDEV_NOIOMMU), LIST(SPLIT)), 3, NO, YES));
}

static void test_sources(void)
{
	ok(is(unseen(), 0, PATH_UNKNOWN, PATH_UNKNOWN));
	/* the running kernel has no mode parameter: built without noiommu, although a stale file disagrees */
	struct host stale = configured(LIST(V, G, C, D, N, ION), LIST());
	stale.seen[QUESTION_NOIOMMU] = ANSWER_NO;
	ok(is(stale, 3, NO, NO));
	struct access_case access = access_case_judge(&stale);
	ok(access.built[QUESTION_NOIOMMU].contradicted &&
		access.built[QUESTION_NOIOMMU].source == SOURCE_SEEN);
	ok(!access.built[QUESTION_GROUP].contradicted &&
		access.built[QUESTION_GROUP].source == SOURCE_CONFIG);
	/* without a configuration: the running kernel and the module files */
	struct host seen = unseen();
	seen.seen[QUESTION_GROUP] = seen.seen[QUESTION_CONTAINER] = seen.seen[QUESTION_CDEV] = ANSWER_YES;
	seen.seen[QUESTION_NOIOMMU] = ANSWER_YES;
	ok(is(seen, 3, YES, PATH_UNKNOWN));
	seen.release = "7.3.4";
	ok(is(seen, 3, YES, PATH_UNKNOWN));
	seen.arch = "x86_64";
	ok(is(seen, 3, YES, YES));
	seen.arch = "armv7l";
	seen.in_modules[QUESTION_CDEV_NOIOMMU] = ANSWER_YES;
	ok(is(seen, 3, YES, YES));
	/* module files take precedence over a configuration */
	struct host modules = configured(LIST(V, G, C, N), LIST(D));
	modules.in_modules[QUESTION_CDEV] = modules.in_modules[QUESTION_CDEV_NOIOMMU] = ANSWER_YES;
	ok(is(modules, 3, YES, YES));
}

static bool selectable(struct host host, int version)
{
	host.kconfig.version = version;
	return access_case_judge(&host).possible == ANSWER_YES;
}

static void test_possible(void)
{
	ok(selectable(configured(LIST(V, G, C), LIST(D, N)), 703));
	ok(!selectable(configured(LIST(V, G), LIST(C, D, N)), 703));
	ok(selectable(configured(LIST(V, G), LIST(C, D, N)), 612));
	ok(selectable(configured(LIST(V, G, IOC, D), LIST(C, N)), 703));
	ok(selectable(configured(LIST(V, D), LIST(G, N)), 703));
	ok(!selectable(configured(LIST(V, D), LIST(G, N)), 612));
	ok(!selectable(configured(LIST(V, D, KCONFIG_GENERIC_ATOMIC64), LIST(G, N)), 703));
	ok(!selectable(configured(LIST(), LIST(V)), 703));
}

static bool advises(struct host host, size_t which, const char *lines)
{
	static struct advice_list advice;
	size_t first = advice.count;
	struct access_case access = access_case_judge(&host);
	access_case_advise(&host, &access, &advice);
	if (!lines)
		return advice.count <= first + which;
	return advice.count > first + which && text_same(advice.items[first + which].lines, lines);
}

static void test_advice(void)
{
	struct host four = configured(LIST(V, KCONFIG_VFIO_PCI, KCONFIG_IOMMUFD, G, D), LIST(C, N));
	ok(advises(four, 0, "CONFIG_VFIO_CONTAINER=y\nCONFIG_VFIO_NOIOMMU=y"));
	ok(advises(four, 1, "CONFIG_VFIO_NOIOMMU=y\n# CONFIG_VFIO_GROUP is not set"));
	ok(advises(configured(LIST(V, G, C, D, N, ION), LIST()), 0, NULL));
	ok(advises(unseen(), 0, NULL));
	/* 6.12 with cdev and noiommu lacks no line, but is too old; before 6.2 there are no symbols for group
	 * and container */
	ok(advises(configured(LIST(V, KCONFIG_VFIO_PCI, KCONFIG_IOMMUFD, G, C, D, N), LIST()), 0, NULL));
	ok(advises(configured(LIST(V, KCONFIG_VFIO_PCI), LIST(N)), 0, "CONFIG_VFIO_NOIOMMU=y"));
	/* the container of iommufd is sufficient; a 32-bit machine has no noiommu cdev */
	struct host compat = configured(LIST(V, KCONFIG_VFIO_PCI, KCONFIG_IOMMUFD, G, IOC, D), LIST(C, N));
	ok(advises(compat, 0, "CONFIG_VFIO_NOIOMMU=y"));
	compat.kconfig.value[KCONFIG_GENERIC_ATOMIC64] = KCONFIG_Y;
	ok(advises(compat, 1, NULL));
}

int main(void)
{
	test_since_7_3();
	test_older();
	test_sources();
	test_possible();
	test_advice();
	return tap_done();
}
