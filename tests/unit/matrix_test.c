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

/* A host whose configuration sets VFIO_PCI and the symbols `yes` and lists `no` as not set; both end with -1.
 */
static struct host configured(const int *yes, const int *no)
{
	struct host host = unseen();
	host.kconfig.source = "/config";
	for (int symbol = 0; symbol < KCONFIG_COUNT; symbol++)
		host.kconfig.value[symbol] = KCONFIG_ABSENT;
	host.kconfig.kind = KCONFIG_WHOLE;
	host.kconfig.value[KCONFIG_VFIO_PCI] = KCONFIG_Y;
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

/* Cases 1 to 6, and case 4 with a relaxed dependency, are in golden/matrix.txt. */
static void test_since_7_3(void)
{
	ok(is(configured(LIST(V, G, IOC, D, N, ION), LIST(C)), 3, YES, YES));
	/* GENERIC_ATOMIC64: noiommu without a noiommu cdev */
	ok(is(configured(LIST(V, G, C, D, N, KCONFIG_GENERIC_ATOMIC64), LIST()), 3, YES, NO));
	/* case 4 with a relaxed dependency, but without iommufd in place of the container */
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
	/* the other way round: what the stale file says of both nodes is worth nothing */
	stale = configured(LIST(V, G, C, D), LIST(N, ION));
	stale.seen[QUESTION_NOIOMMU] = ANSWER_YES;
	ok(is(stale, 3, YES, PATH_UNKNOWN));
	stale.release = "7.3.4";
	stale.arch = "x86_64";
	ok(is(stale, 3, YES, YES));
	stale = configured(LIST(V, G, C, N), LIST(D, ION));
	stale.seen[QUESTION_CDEV] = ANSWER_YES;
	ok(is(stale, 3, YES, PATH_UNKNOWN));
	/* without a configuration: the running kernel and the module files */
	struct host seen = unseen();
	seen.seen[QUESTION_GROUP] = seen.seen[QUESTION_CONTAINER] = seen.seen[QUESTION_CDEV] = ANSWER_YES;
	seen.seen[QUESTION_NOIOMMU] = ANSWER_YES;
	seen.seen[QUESTION_PCI] = ANSWER_YES;
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

static struct host of_version(struct host host, int version)
{
	host.kconfig.version = version;
	return host;
}

static void test_advice(void)
{
	struct host four = configured(LIST(V, KCONFIG_IOMMUFD, G, D), LIST(C, N));
	ok(advises(four, 0, "CONFIG_VFIO_CONTAINER=y\nCONFIG_VFIO_NOIOMMU=y"));
	ok(advises(four, 1, "CONFIG_VFIO_NOIOMMU=y\n# CONFIG_VFIO_GROUP is not set"));
	ok(advises(configured(LIST(V, G, C, D, N, ION), LIST()), 0, NULL));
	ok(advises(unseen(), 0, NULL));
	/* before 6.2 there are no symbols for group and container, before 4.5 there is no noiommu */
	ok(advises(configured(LIST(V), LIST(N)), 0, "CONFIG_VFIO_NOIOMMU=y"));
	struct host off = configured(LIST(), LIST(V, KCONFIG_VFIO_PCI));
	off.kconfig.value[KCONFIG_PCI] = KCONFIG_Y;
	ok(advises(of_version(off, 510), 0, "CONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\nCONFIG_VFIO_NOIOMMU=y"));
	ok(advises(of_version(off, 602), 0,
		"CONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\nCONFIG_VFIO_CONTAINER=y\nCONFIG_VFIO_NOIOMMU=y"));
	ok(advises(of_version(off, 404), 0, NULL) && advises(of_version(off, 510), 1, NULL));
	/* Red Hat's 3.10 has it */
	off.kconfig.rhel = true;
	ok(advises(of_version(off, 310), 0, "CONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\nCONFIG_VFIO_NOIOMMU=y"));
	/* PCI before VFIO_PCI, IOMMU_SUPPORT before IOMMUFD, unless Kconfig does not offer them */
	struct host bare = of_version(configured(LIST(), LIST(V, KCONFIG_VFIO_PCI, KCONFIG_PCI)), 703);
	bare.kconfig.named = 900;
	ok(advises(bare, 0,
		"CONFIG_PCI=y\nCONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\nCONFIG_VFIO_GROUP=y\nCONFIG_VFIO_CONTAINER=y\n"
		"CONFIG_VFIO_NOIOMMU=y"));
	ok(advises(bare, 1, NULL));
	bare.kconfig.value[KCONFIG_IOMMU_SUPPORT] = KCONFIG_N;
	ok(advises(bare, 1,
		"CONFIG_PCI=y\nCONFIG_IOMMU_SUPPORT=y\nCONFIG_IOMMUFD=m\nCONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\n"
		"CONFIG_VFIO_DEVICE_CDEV=y\nCONFIG_VFIO_NOIOMMU=y\n# CONFIG_VFIO_GROUP is not set"));
	bare.kconfig.value[KCONFIG_PCI] = KCONFIG_ABSENT;
	ok(advises(bare, 0, NULL));
	/* what is built in needs what is built in; without modules, everything is built in */
	struct host one = of_version(
		configured(LIST(V, G, C, N, KCONFIG_IOMMU_SUPPORT), LIST(D, KCONFIG_IOMMUFD)), 703);
	ok(advises(one, 0, "CONFIG_IOMMUFD=y\nCONFIG_VFIO_DEVICE_CDEV=y"));
	one.kconfig.value[V] = KCONFIG_M;
	ok(advises(one, 0, "CONFIG_IOMMUFD=m\nCONFIG_VFIO_DEVICE_CDEV=y"));
	one.kconfig.value[KCONFIG_MODULES] = KCONFIG_N;
	ok(advises(one, 0, "CONFIG_IOMMUFD=y\nCONFIG_VFIO_DEVICE_CDEV=y"));
	/* nothing brings the cdev on a PowerPC machine with TCE, on some 32-bit machines, before 7.3 */
	one.kconfig.value[KCONFIG_SPAPR_TCE_IOMMU] = KCONFIG_Y;
	ok(advises(one, 0, NULL));
	struct host compat = configured(LIST(V, KCONFIG_IOMMUFD, G, IOC, D), LIST(C, N));
	ok(advises(compat, 0, "CONFIG_VFIO_NOIOMMU=y"));
	compat.kconfig.value[KCONFIG_GENERIC_ATOMIC64] = KCONFIG_Y;
	ok(advises(compat, 1, NULL));
	ok(advises(of_version(configured(LIST(V, KCONFIG_IOMMUFD, G, C, D, N), LIST()), 612), 0, NULL));
}

/* The reasons of a verdict, and the versions that it calls for. */
static bool because(struct host host, enum reason group, enum reason cdev, int group_since, int cdev_since)
{
	struct access_case access = access_case_judge(&host);
	return access.group_reason == group && access.cdev_reason == cdev &&
	       access.group_since == group_since && access.cdev_since == cdev_since &&
	       access.version == host.kconfig.version;
}

static void test_reasons(void)
{
	struct host three = configured(LIST(V, G, C, D, N, ION, KCONFIG_IOMMUFD), LIST());
	ok(because(of_version(three, 703), REASON_NONE, REASON_NONE, 0, 0));
	three.kconfig.value[ION] = KCONFIG_ABSENT;
	ok(because(of_version(three, 700), REASON_NONE, REASON_VERSION, 0, 703));
	three.kconfig.value[KCONFIG_GENERIC_ATOMIC64] = KCONFIG_Y;
	ok(because(of_version(three, 703), REASON_NONE, REASON_ATOMIC64, 0, 0));
	three.kconfig.value[KCONFIG_VFIO_PCI] = KCONFIG_N;
	ok(because(of_version(three, 703), REASON_NO_PCI, REASON_ATOMIC64, 0, 0));
	three.kconfig.value[KCONFIG_VFIO_PCI_CORE] = KCONFIG_M; /* a driver for one kind of card */
	ok(because(of_version(three, 703), REASON_NONE, REASON_ATOMIC64, 0, 0));
	ok(because(of_version(configured(LIST(V, G, D), LIST(C, N)), 703), REASON_NO_CONTAINER,
		REASON_NO_CONTAINER, 0, 0));
	ok(because(of_version(configured(LIST(V, G, C), LIST(D, N)), 703), REASON_NO_NOIOMMU,
		REASON_NOT_BUILT, 0, 0));
	ok(because(of_version(configured(LIST(), LIST(V)), 310), REASON_VERSION, REASON_VERSION, 405, 703));
	ok(because(of_version(configured(LIST(V, G, C, N, KCONFIG_SPAPR_TCE_IOMMU), LIST()), 703),
		REASON_NONE, REASON_SPAPR, 0, 0));
	ok(because(unseen(), REASON_UNKNOWN, REASON_UNKNOWN, 0, 0));
}

/* Whether noiommu is possible in each row, "nyny..." */
static bool rows_are(struct host host, const char *possible)
{
	struct access_case access = access_case_judge(&host), cases[CASE_COUNT];
	access_case_judge_all(&host, &access, cases);
	for (int i = 0; i < CASE_COUNT; i++)
		if (cases[i].number != i + 1 || cases[i].possible != (possible[i] == 'y'))
			return false;
	return cases[access.number - 1].built[QUESTION_NOIOMMU].answer ==
	       access.built[QUESTION_NOIOMMU].answer;
}

static void test_rows(void)
{
	struct host one = configured(LIST(V, G, C), LIST(D, N));
	ok(rows_are(of_version(one, 703), "ynynyn"));
	ok(rows_are(of_version(one, 0), "ynynyn"));
	ok(rows_are(of_version(one, 612), "yyyynn"));
	one.loosened = true;
	ok(rows_are(of_version(one, 703), "ynyyyn"));
	one.loosened = false;
	one.kconfig.value[KCONFIG_GENERIC_ATOMIC64] = KCONFIG_Y;
	ok(rows_are(of_version(one, 703), "ynynnn"));
}

int main(void)
{
	test_since_7_3();
	test_older();
	test_sources();
	test_possible();
	test_advice();
	test_reasons();
	test_rows();
	return tap_done();
}
