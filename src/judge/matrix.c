#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "judge/judge.h"

static enum answer answer_and(enum answer a, enum answer b)
{
	if (a == ANSWER_NO || b == ANSWER_NO)
		return ANSWER_NO;
	return a == ANSWER_YES && b == ANSWER_YES ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer answer_or(enum answer a, enum answer b)
{
	if (a == ANSWER_YES || b == ANSWER_YES)
		return ANSWER_YES;
	return a == ANSWER_NO && b == ANSWER_NO ? ANSWER_NO : ANSWER_UNKNOWN;
}

static enum answer answer_not(enum answer a)
{
	return a == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : !a;
}

/* ---- evidence from a configuration ---- */

static enum answer built(const struct kconfig *config, enum kconfig_symbol symbol)
{
	switch (config->value[symbol]) {
	case KCONFIG_Y:
	case KCONFIG_M:
		return ANSWER_YES;
	case KCONFIG_N:
	case KCONFIG_ABSENT:
		return ANSWER_NO;
	default:
		return ANSWER_UNKNOWN;
	}
}

static bool absent(const struct kconfig *config, enum kconfig_symbol symbol)
{
	return config->value[symbol] == KCONFIG_ABSENT;
}

/* The symbol VFIO_GROUP exists since 6.6, and is then always listed, possibly as "not set". Older kernels
 * always build the group. */
static enum answer group_configured(const struct kconfig *config)
{
	return absent(config, KCONFIG_VFIO_GROUP) ? ANSWER_YES : built(config, KCONFIG_VFIO_GROUP);
}

/* The symbol VFIO_CONTAINER exists since 6.2; older kernels always build the container. Since 6.6 it depends
 * on VFIO_GROUP and is not listed without it. */
static enum answer container_configured(const struct kconfig *config)
{
	if (absent(config, KCONFIG_VFIO_GROUP) && absent(config, KCONFIG_VFIO_CONTAINER))
		return ANSWER_YES;
	return answer_or(
		built(config, KCONFIG_VFIO_CONTAINER), built(config, KCONFIG_IOMMUFD_VFIO_CONTAINER));
}

/* The two symbols that replace VFIO_NOIOMMU in a patch series: a configuration that names it has neither. */
static enum answer built_if_split(const struct kconfig *config, enum kconfig_symbol symbol)
{
	bool split = config->value[KCONFIG_VFIO_NOIOMMU] < KCONFIG_N;
	return split ? built(config, symbol) : answer_or(ANSWER_NO, config->value[symbol] >= KCONFIG_M);
}

static enum answer configured(const struct kconfig *config, enum question question)
{
	enum answer vfio = built(config, KCONFIG_VFIO);
	switch (question) {
	case QUESTION_GROUP:
		return answer_and(vfio, group_configured(config));
	case QUESTION_CONTAINER:
		return answer_and(vfio, container_configured(config));
	case QUESTION_CDEV:
		return answer_and(vfio, built(config, KCONFIG_VFIO_DEVICE_CDEV));
	case QUESTION_IOMMUFD:
		return built(config, KCONFIG_IOMMUFD);
	case QUESTION_GROUP_NOIOMMU:
		return answer_and(vfio, answer_or(built(config, KCONFIG_VFIO_NOIOMMU),
						built_if_split(config, KCONFIG_VFIO_GROUP_NOIOMMU)));
	case QUESTION_CDEV_NOIOMMU:
		return answer_and(vfio, answer_or(built(config, KCONFIG_IOMMUFD_NOIOMMU),
						built_if_split(config, KCONFIG_VFIO_CDEV_NOIOMMU)));
	case QUESTION_NOIOMMU:
		return answer_or(configured(config, QUESTION_GROUP_NOIOMMU),
			configured(config, QUESTION_CDEV_NOIOMMU));
	default:
		return ANSWER_UNKNOWN;
	}
}

/* ---- the most reliable source wins ---- */

static struct answered answer(const struct host *host, enum question question)
{
	const enum answer said[SOURCE_COUNT] = {
		[SOURCE_SEEN] = host->seen[question],
		[SOURCE_MODULES] = host->in_modules[question],
		[SOURCE_CONFIG] = configured(&host->kconfig, question),
		[SOURCE_RELEASE] = ANSWER_UNKNOWN,
	};
	struct answered found = { .answer = ANSWER_UNKNOWN };
	for (int source = 0; source <= SOURCE_CONFIG; source++) {
		if (said[source] == ANSWER_UNKNOWN)
			continue;
		if (found.answer == ANSWER_UNKNOWN)
			found = (struct answered){ .answer = said[source], .source = source };
		else
			found.contradicted |= said[source] != found.answer;
	}
	return found;
}

static int kernel_version(const struct host *host)
{
	int major, minor;
	if (host->kconfig.version)
		return host->kconfig.version;
	if (host->release && sscanf(host->release, "%3d.%3d", &major, &minor) == 2)
		return major * 100 + minor;
	return 0;
}

/* Whether the kernel emulates 64-bit atomic operations with a lock, so that it has no 64-bit compare and
 * exchange. Only 32-bit architectures select GENERIC_ATOMIC64. */
static enum answer emulates_atomic64(const struct host *host)
{
	if (host->arch && (strstr(host->arch, "64") || text_same(host->arch, "s390x")))
		return ANSWER_NO;
	return built(&host->kconfig, KCONFIG_GENERIC_ATOMIC64);
}

/* Derives missing answers from known ones. A single symbol enables both paths (except in one patch series),
 * so a kernel without it has neither. Since 7.3 it selects IOMMUFD_NOIOMMU if the cdev is built. */
static void derive(const struct host *host, struct answered *all)
{
	const struct answered *noiommu = &all[QUESTION_NOIOMMU], *cdev = &all[QUESTION_CDEV];
	struct answered *for_group = &all[QUESTION_GROUP_NOIOMMU], *for_cdev = &all[QUESTION_CDEV_NOIOMMU];
	if (for_group->answer == ANSWER_UNKNOWN || noiommu->answer == ANSWER_NO)
		*for_group = *noiommu;
	if (noiommu->answer == ANSWER_NO)
		*for_cdev = *noiommu;
	else if (cdev->answer == ANSWER_NO)
		*for_cdev = *cdev;
	else if (for_cdev->answer == ANSWER_UNKNOWN && cdev->answer == ANSWER_YES &&
		 noiommu->answer == ANSWER_YES && kernel_version(host) >= 703 &&
		 emulates_atomic64(host) == ANSWER_NO)
		*for_cdev = (struct answered){ .answer = ANSWER_YES, .source = SOURCE_RELEASE };
}

/* ---- the verdict ---- */

static int matrix_row(enum answer group, enum answer container, enum answer cdev)
{
	if (group == ANSWER_NO && cdev != ANSWER_UNKNOWN)
		return cdev ? 5 : 6;
	if (group != ANSWER_YES || container == ANSWER_UNKNOWN || cdev == ANSWER_UNKNOWN)
		return 0;
	if (cdev)
		return container ? 3 : 4;
	return container ? 1 : 2;
}

/* The dependencies of VFIO_NOIOMMU. Since 7.3: the group or the cdev, and a container if the group is built.
 * Before: the group only. */
static enum answer selectable(const struct host *host, const struct answered *all)
{
	enum answer group = all[QUESTION_GROUP].answer, cdev = all[QUESTION_CDEV].answer;
	int version = kernel_version(host);
	if (version && version < 703)
		return group;
	return answer_and(answer_or(group, answer_and(cdev, answer_not(emulates_atomic64(host)))),
		answer_or(answer_not(group), all[QUESTION_CONTAINER].answer));
}

static enum path group_path(const struct answered *all, enum answer node)
{
	if (node != ANSWER_YES)
		return node == ANSWER_NO ? PATH_NONE : PATH_UNKNOWN;
	enum answer container = all[QUESTION_CONTAINER].answer, iommufd = all[QUESTION_IOMMUFD].answer;
	if (container != ANSWER_NO)
		return container == ANSWER_YES ? PATH_WORKS : PATH_UNKNOWN;
	return iommufd == ANSWER_YES ? PATH_IOMMUFD_ONLY : iommufd == ANSWER_NO ? PATH_NONE : PATH_UNKNOWN;
}

struct access_case access_case_judge(const struct host *host)
{
	struct access_case found = { 0 };
	struct answered *all = found.built;
	for (int question = 0; question < QUESTION_COUNT; question++)
		all[question] = answer(host, question);
	derive(host, all);
	found.number = matrix_row(
		all[QUESTION_GROUP].answer, all[QUESTION_CONTAINER].answer, all[QUESTION_CDEV].answer);
	found.possible = selectable(host, all);
	found.group_node = answer_and(all[QUESTION_GROUP].answer, all[QUESTION_GROUP_NOIOMMU].answer);
	found.cdev_node = answer_and(all[QUESTION_CDEV].answer, all[QUESTION_CDEV_NOIOMMU].answer);
	found.group = group_path(all, found.group_node);
	found.cdev = found.cdev_node == ANSWER_YES  ? PATH_WORKS
		     : found.cdev_node == ANSWER_NO ? PATH_NONE
						    : PATH_UNKNOWN;
	return found;
}

/* ---- advice ---- */

/* A required line of a configuration. */
struct line {
	enum kconfig_symbol symbol;
	enum kconfig_value value;
	const char *text;
};

static const struct line for_group[] = {
	{ KCONFIG_VFIO, KCONFIG_M, "CONFIG_VFIO=m" },
	{ KCONFIG_VFIO_PCI, KCONFIG_M, "CONFIG_VFIO_PCI=m" },
	{ KCONFIG_VFIO_GROUP, KCONFIG_Y, "CONFIG_VFIO_GROUP=y" },
	{ KCONFIG_VFIO_CONTAINER, KCONFIG_Y, "CONFIG_VFIO_CONTAINER=y" },
	{ KCONFIG_VFIO_NOIOMMU, KCONFIG_Y, "CONFIG_VFIO_NOIOMMU=y" },
};

static const struct line for_cdev[] = {
	{ KCONFIG_IOMMUFD, KCONFIG_M, "CONFIG_IOMMUFD=m" },
	{ KCONFIG_VFIO, KCONFIG_M, "CONFIG_VFIO=m" },
	{ KCONFIG_VFIO_PCI, KCONFIG_M, "CONFIG_VFIO_PCI=m" },
	{ KCONFIG_VFIO_DEVICE_CDEV, KCONFIG_Y, "CONFIG_VFIO_DEVICE_CDEV=y" },
	{ KCONFIG_VFIO_NOIOMMU, KCONFIG_Y, "CONFIG_VFIO_NOIOMMU=y" },
	/* Required for the cdev without the group only. */
	{ KCONFIG_VFIO_GROUP, KCONFIG_N, "# CONFIG_VFIO_GROUP is not set" },
};

/* Whether the requirement is met: the configuration has the line, or the feature is built without it (through
 * another symbol, or in a kernel older than the symbol). */
static bool has(const struct host *host, const struct access_case *access, const struct line *line)
{
	enum kconfig_value value = host->kconfig.value[line->symbol];
	if (line->value != KCONFIG_N && line->symbol == KCONFIG_VFIO_GROUP)
		return access->built[QUESTION_GROUP].answer == ANSWER_YES;
	if (line->symbol == KCONFIG_VFIO_CONTAINER)
		return access->built[QUESTION_CONTAINER].answer == ANSWER_YES;
	return value == line->value || (line->value == KCONFIG_M && value == KCONFIG_Y);
}

static void advise(struct advice_list *advice, const char *goal, const struct host *host,
	const struct access_case *access, const struct line *lines, size_t count)
{
	char *text = text_copy("");
	for (size_t i = 0; i < count; i++)
		if (!has(host, access, &lines[i]))
			text_append(&text, "%s%s", *text ? "\n" : "", lines[i].text);
	/* If no line is missing, the kernel is too old. */
	if (*text)
		*array_add(advice) = (struct advice){ goal, text };
	else
		free(text);
}

void access_case_advise(const struct host *host, const struct access_case *access, struct advice_list *advice)
{
	bool cdev_possible = built(&host->kconfig, KCONFIG_GENERIC_ATOMIC64) != ANSWER_YES;
	if (access->group == PATH_NONE || access->group == PATH_IOMMUFD_ONLY)
		advise(advice, "for the group", host, access, for_group, ARRAY_SIZE(for_group));
	if (access->cdev != PATH_NONE || !cdev_possible)
		return;
	if (access->group == PATH_WORKS)
		advise(advice, "for the cdev as well (Linux 7.3 or later)", host, access, for_cdev,
			ARRAY_SIZE(for_cdev) - 1);
	else if (access->group != PATH_UNKNOWN)
		advise(advice, "for the cdev without the group (Linux 7.3 or later)", host, access, for_cdev,
			ARRAY_SIZE(for_cdev));
}

/* ---- contradictions ---- */

static const char *question_symbol(enum question question)
{
	static const char *const symbols[QUESTION_COUNT] = {
		[QUESTION_GROUP] = "VFIO_GROUP",
		[QUESTION_CONTAINER] = "VFIO_CONTAINER",
		[QUESTION_CDEV] = "VFIO_DEVICE_CDEV",
		[QUESTION_IOMMUFD] = "IOMMUFD",
		[QUESTION_NOIOMMU] = "VFIO_NOIOMMU",
		[QUESTION_GROUP_NOIOMMU] = "VFIO_NOIOMMU for the group",
		[QUESTION_CDEV_NOIOMMU] = "IOMMUFD_NOIOMMU",
	};
	return symbols[question];
}

void access_case_judge_sources(
	const struct host *host, const struct access_case *access, struct finding_list *findings)
{
	for (int question = 0; question < QUESTION_COUNT; question++) {
		const struct answered *answered = &access->built[question];
		if (!answered->contradicted)
			continue;
		bool by_config = configured(&host->kconfig, question) == answer_not(answered->answer);
		finding_add(findings, FINDING_SOURCES_CONTRADICT, NULL, NULL,
			"%s is %s (%s); %s disagrees and is ignored: it probably belongs to another kernel",
			question_symbol(question), answered->answer ? "built" : "not built",
			answered->source == SOURCE_SEEN ? "seen in the running kernel"
							: "found in the module files",
			by_config ? host->kconfig.source : "the module information");
	}
}
