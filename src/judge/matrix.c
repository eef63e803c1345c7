#include <stdio.h>
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

/* Vendors and kernels before 5.16 do not name VFIO_PCI_CORE. */
static enum answer pci_configured(const struct kconfig *config)
{
	return answer_or(built(config, KCONFIG_VFIO_PCI),
		absent(config, KCONFIG_VFIO_PCI_CORE) ? ANSWER_NO : built(config, KCONFIG_VFIO_PCI_CORE));
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
	case QUESTION_PCI:
		return answer_and(vfio, pci_configured(config));
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

static int host_version(const struct host *host)
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

/* The first version in which a noiommu device has a cdev. */
#define CDEV_SINCE 703

/* The configuration is of another kernel if a better source contradicts what it says of `known`: then what
 * it alone says of `wanted` is unknown. */
static void doubt(struct answered *wanted, const struct answered *known)
{
	if (known->contradicted && wanted->source == SOURCE_CONFIG)
		wanted->answer = ANSWER_UNKNOWN;
}

/* The same answer to a question that depends on this one, whose contradiction is reported once. */
static struct answered follows(const struct answered *known)
{
	return (struct answered){ .answer = known->answer, .source = known->source };
}

/* Derives missing answers from known ones. A single symbol enables both paths (except in one patch series),
 * so a kernel without it has neither. Since 7.3 it selects IOMMUFD_NOIOMMU if the cdev is built. */
static void derive(const struct host *host, struct answered *all)
{
	const struct answered *noiommu = &all[QUESTION_NOIOMMU], *cdev = &all[QUESTION_CDEV];
	struct answered *for_group = &all[QUESTION_GROUP_NOIOMMU], *for_cdev = &all[QUESTION_CDEV_NOIOMMU];
	int version = host_version(host);
	doubt(for_group, noiommu);
	doubt(for_cdev, noiommu);
	doubt(for_cdev, cdev);
	if (for_group->answer == ANSWER_UNKNOWN || noiommu->answer == ANSWER_NO)
		*for_group = follows(noiommu);
	if (noiommu->answer == ANSWER_NO)
		*for_cdev = follows(noiommu);
	else if (cdev->answer == ANSWER_NO)
		*for_cdev = follows(cdev);
	else if (for_cdev->answer == ANSWER_UNKNOWN && cdev->answer == ANSWER_YES &&
		 noiommu->answer == ANSWER_YES && version >= CDEV_SINCE &&
		 emulates_atomic64(host) == ANSWER_NO)
		*for_cdev = (struct answered){ .answer = ANSWER_YES, .source = SOURCE_RELEASE };
	else if (for_cdev->answer == ANSWER_UNKNOWN && version && version < CDEV_SINCE)
		*for_cdev = (struct answered){ .answer = ANSWER_NO, .source = SOURCE_RELEASE };
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

/* The dependencies of VFIO_NOIOMMU. Since 7.3: the group or the cdev, and a container if the group is built
 * (with the loosened rule: or the cdev). Before: the group only. */
static enum answer selectable(const struct host *host, const struct answered *all)
{
	enum answer group = all[QUESTION_GROUP].answer, cdev = all[QUESTION_CDEV].answer;
	int version = host_version(host);
	if (version && version < CDEV_SINCE)
		return group;
	enum answer usable = answer_and(cdev, answer_not(emulates_atomic64(host)));
	enum answer opens = answer_or(answer_not(group), all[QUESTION_CONTAINER].answer);
	return answer_and(answer_or(group, usable), host->loosened ? answer_or(opens, cdev) : opens);
}

static enum path path_if(enum answer answer, enum path works)
{
	return answer == ANSWER_YES ? works : answer == ANSWER_NO ? PATH_NONE : PATH_UNKNOWN;
}

static enum path group_path(const struct answered *all, enum answer node)
{
	enum answer container = all[QUESTION_CONTAINER].answer;
	enum answer usable = answer_and(node, all[QUESTION_PCI].answer);
	if (usable != ANSWER_YES || container == ANSWER_YES)
		return path_if(usable, PATH_WORKS);
	if (container == ANSWER_UNKNOWN)
		return PATH_UNKNOWN;
	return path_if(all[QUESTION_IOMMUFD].answer, PATH_IOMMUFD_ONLY);
}

/* ---- reasons ---- */

/* Whether kernels of this version lack the symbol. Those of Red Hat have newer ones; if VFIO is off, that can
 * be told of VFIO_NOIOMMU only, which all of them have. */
static bool lacks(const struct host *host, enum kconfig_symbol symbol)
{
#define KCONFIG_SINCE(symbol, since) since,
	static const int since[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_SINCE) };
#undef KCONFIG_SINCE
	int version = host_version(host);
	bool named = host->kconfig.value[symbol] >= KCONFIG_N;
	bool backported = host->kconfig.rhel && symbol == KCONFIG_VFIO_NOIOMMU;
	return version && version < since[symbol] && !named && !backported;
}

static enum reason unknown_reason(const struct host *host)
{
	if (!host->kconfig.source)
		return REASON_UNKNOWN;
	return host->kconfig.kind == KCONFIG_PARTIAL   ? REASON_PARTIAL
	       : host->kconfig.kind == KCONFIG_PROMPTS ? REASON_PROMPTS
						       : REASON_UNKNOWN;
}

/* What both paths need, apart from VFIO itself. */
static enum reason common_reason(const struct access_case *access)
{
	const struct answered *all = access->built;
	if (all[QUESTION_NOIOMMU].answer == ANSWER_NO)
		return access->possible == ANSWER_NO ? REASON_NO_CONTAINER : REASON_NO_NOIOMMU;
	return all[QUESTION_PCI].answer == ANSWER_NO ? REASON_NO_PCI : REASON_NO_NOIOMMU;
}

static enum reason group_reason(const struct host *host, const struct access_case *access)
{
	const struct answered *all = access->built;
	if (access->group == PATH_WORKS)
		return REASON_NONE;
	if (access->group == PATH_UNKNOWN)
		return unknown_reason(host);
	if (lacks(host, KCONFIG_VFIO_NOIOMMU))
		return REASON_VERSION;
	if (access->number == 6)
		return REASON_NO_VFIO;
	if (all[QUESTION_GROUP].answer == ANSWER_NO)
		return REASON_NOT_BUILT;
	if (access->group_node == ANSWER_YES && all[QUESTION_CONTAINER].answer == ANSWER_NO)
		return REASON_NO_CONTAINER;
	return common_reason(access);
}

static enum reason cdev_reason(const struct host *host, const struct access_case *access)
{
	const struct answered *all = access->built;
	int version = host_version(host);
	if (access->cdev == PATH_WORKS)
		return REASON_NONE;
	if (access->cdev == PATH_UNKNOWN)
		return unknown_reason(host);
	if (version && version < CDEV_SINCE)
		return REASON_VERSION;
	if (emulates_atomic64(host) == ANSWER_YES)
		return REASON_ATOMIC64;
	if (host->kconfig.value[KCONFIG_SPAPR_TCE_IOMMU] == KCONFIG_Y)
		return REASON_SPAPR;
	if (access->number == 6)
		return REASON_NO_VFIO;
	return all[QUESTION_CDEV].answer == ANSWER_NO ? REASON_NOT_BUILT : common_reason(access);
}

/* The verdict that follows from the answers. */
static void conclude(const struct host *host, struct access_case *access)
{
	const struct answered *all = access->built;
	access->number = matrix_row(
		all[QUESTION_GROUP].answer, all[QUESTION_CONTAINER].answer, all[QUESTION_CDEV].answer);
	access->possible = selectable(host, all);
	access->group_node = answer_and(all[QUESTION_GROUP].answer, all[QUESTION_GROUP_NOIOMMU].answer);
	access->cdev_node = answer_and(all[QUESTION_CDEV].answer, all[QUESTION_CDEV_NOIOMMU].answer);
	access->group = group_path(all, access->group_node);
	access->cdev = path_if(answer_and(access->cdev_node, all[QUESTION_PCI].answer), PATH_WORKS);
	access->version = host_version(host);
	access->group_reason = group_reason(host, access);
	access->cdev_reason = cdev_reason(host, access);
	access->group_since = access->group_reason == REASON_VERSION ? 405 : 0;
	access->cdev_since = access->cdev_reason == REASON_VERSION ? CDEV_SINCE : 0;
}

struct access_case access_case_judge(const struct host *host)
{
	struct access_case found = { 0 };
	for (int question = 0; question < QUESTION_COUNT; question++)
		found.built[question] = answer(host, question);
	derive(host, found.built);
	conclude(host, &found);
	return found;
}

/* ---- the rows of the matrix ---- */

/* A kernel of the row `number`, with noiommu if Kconfig allows it, and with a driver. */
static struct access_case hypothetical(const struct host *host, int number)
{
	static const struct {
		enum answer group, container, cdev;
	} rows[CASE_COUNT] = { { 1, 1, 0 }, { 1, 0, 0 }, { 1, 1, 1 }, { 1, 0, 1 }, { 0, 0, 1 }, { 0, 0, 0 } };
	struct access_case found = { 0 };
	struct answered *all = found.built;
	all[QUESTION_GROUP].answer = rows[number - 1].group;
	all[QUESTION_CONTAINER].answer = rows[number - 1].container;
	all[QUESTION_CDEV].answer = all[QUESTION_IOMMUFD].answer = rows[number - 1].cdev;
	all[QUESTION_PCI].answer = ANSWER_YES;
	all[QUESTION_NOIOMMU].answer = all[QUESTION_GROUP_NOIOMMU].answer = selectable(host, all);
	bool cdev = (!host_version(host) || host_version(host) >= CDEV_SINCE) &&
		    emulates_atomic64(host) != ANSWER_YES;
	all[QUESTION_CDEV_NOIOMMU].answer =
		answer_and(all[QUESTION_NOIOMMU].answer, cdev ? rows[number - 1].cdev : ANSWER_NO);
	conclude(host, &found);
	return found;
}

void access_case_judge_all(
	const struct host *host, const struct access_case *access, struct access_case cases[CASE_COUNT])
{
	struct host ordinary = *host;
	/* Too little is known of it: the rows of a 64-bit machine. */
	if (emulates_atomic64(host) == ANSWER_UNKNOWN)
		ordinary.kconfig.value[KCONFIG_GENERIC_ATOMIC64] = KCONFIG_N;
	for (int number = 1; number <= CASE_COUNT; number++)
		cases[number - 1] = number == access->number ? *access : hypothetical(&ordinary, number);
}

/* ---- advice ---- */

/* Whether Kconfig offers to turn on the symbol, which is not built: a whole configuration names each that can
 * be set. */
static bool can_set(const struct host *host, enum kconfig_symbol symbol)
{
	const struct kconfig *config = &host->kconfig;
	return !(config->kind == KCONFIG_WHOLE && absent(config, symbol));
}

/* What needs a line. */
enum { FOR_GROUP = 1, FOR_CDEV = 2, FOR_BOTH = FOR_GROUP | FOR_CDEV, FOR_CDEV_ALONE = 4 };

/* The required lines, in the order of their dependencies. */
struct line {
	enum kconfig_symbol symbol;
	unsigned int paths;
	enum question built; /* tells whether it is met, also without the symbol; QUESTION_COUNT: none */
	bool tristate;
};

static const struct line lines[] = {
	{ KCONFIG_PCI, FOR_BOTH, QUESTION_PCI, false },
	{ KCONFIG_IOMMU_SUPPORT, FOR_CDEV, QUESTION_IOMMUFD, false },
	{ KCONFIG_IOMMUFD, FOR_CDEV, QUESTION_IOMMUFD, true },
	{ KCONFIG_VFIO, FOR_BOTH, QUESTION_COUNT, true }, /* no question is about it alone */
	{ KCONFIG_VFIO_PCI, FOR_BOTH, QUESTION_PCI, true },
	{ KCONFIG_VFIO_GROUP, FOR_GROUP, QUESTION_GROUP, false },
	{ KCONFIG_VFIO_CONTAINER, FOR_GROUP, QUESTION_CONTAINER, false },
	{ KCONFIG_VFIO_DEVICE_CDEV, FOR_CDEV, QUESTION_CDEV, false },
	{ KCONFIG_VFIO_NOIOMMU, FOR_BOTH, QUESTION_NOIOMMU, false },
	{ KCONFIG_VFIO_GROUP, FOR_CDEV_ALONE, QUESTION_GROUP, false }, /* off */
};

/* Whether the requirement is met: the configuration has the line, or the feature is built without it (through
 * another symbol, or in a kernel older than the symbol). */
static bool has(const struct host *host, const struct access_case *access, const struct line *line)
{
	const enum kconfig_value *value = host->kconfig.value;
	enum answer built = line->built == QUESTION_COUNT ? ANSWER_NO : access->built[line->built].answer;
	if (line->paths == FOR_CDEV_ALONE)
		return built == ANSWER_NO && value[KCONFIG_VFIO] >= KCONFIG_M;
	switch (line->symbol) {
	case KCONFIG_PCI:
	case KCONFIG_IOMMU_SUPPORT:
		return value[line->symbol] == KCONFIG_Y || built == ANSWER_YES;
	case KCONFIG_IOMMUFD:
		/* A built-in vfio needs a built-in iommufd; Kconfig would make vfio a module. */
		if (value[KCONFIG_VFIO] == KCONFIG_Y)
			return value[KCONFIG_IOMMUFD] == KCONFIG_Y;
		return built == ANSWER_YES;
	case KCONFIG_VFIO:
		return value[KCONFIG_VFIO] >= KCONFIG_M;
	default:
		return built == ANSWER_YES;
	}
}

static const char *symbol_name(enum kconfig_symbol symbol)
{
#define KCONFIG_NAME(symbol, since) #symbol,
	static const char *const names[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_NAME) };
#undef KCONFIG_NAME
	return names[symbol];
}

/* 'm' for what can be a module, unless the kernel has none, or vfio is built in and needs it. */
static char line_value(const struct host *host, const struct line *line)
{
	const enum kconfig_value *value = host->kconfig.value;
	bool needed = line->symbol == KCONFIG_IOMMUFD && value[KCONFIG_VFIO] == KCONFIG_Y;
	return line->tristate && !needed && value[KCONFIG_MODULES] != KCONFIG_N ? 'm' : 'y';
}

/* Adds the missing lines for the `paths`. If Kconfig does not offer one of them, adds nothing. */
static void advise(struct advice_list *advice, const char *goal, const struct host *host,
	const struct access_case *access, unsigned int paths)
{
	char *text = text_copy("");
	for (const struct line *line = lines; line < lines + ARRAY_SIZE(lines); line++) {
		enum kconfig_symbol symbol = line->symbol;
		if (!(line->paths & paths) || has(host, access, line) || lacks(host, symbol))
			continue;
		bool independent = symbol == KCONFIG_PCI || symbol == KCONFIG_IOMMU_SUPPORT;
		if (independent && !can_set(host, symbol))
			return;
		const char *separator = *text ? "\n" : "";
		if (line->paths == FOR_CDEV_ALONE)
			text_append(&text, "%s# CONFIG_%s is not set", separator, symbol_name(symbol));
		else
			text_append(&text, "%sCONFIG_%s=%c", separator, symbol_name(symbol),
				line_value(host, line));
	}
	if (*text)
		*array_add(advice) = (struct advice){ goal, text };
}

static void advise_cdev(const struct host *host, const struct access_case *access, struct advice_list *advice)
{
	enum reason reason = access->cdev_reason;
	if (access->cdev != PATH_NONE || access->group == PATH_UNKNOWN || reason == REASON_VERSION ||
		reason == REASON_ATOMIC64 || reason == REASON_SPAPR)
		return;
	if (access->group == PATH_WORKS)
		advise(advice, "for the cdev as well (Linux 7.3 or later)", host, access, FOR_CDEV);
	else if (host->loosened)
		advise(advice, "for the cdev (Linux 7.3 or later)", host, access, FOR_CDEV);
	else
		advise(advice, "for the cdev without the group (Linux 7.3 or later)", host, access,
			FOR_CDEV | FOR_CDEV_ALONE);
}

void access_case_advise(const struct host *host, const struct access_case *access, struct advice_list *advice)
{
	bool group = access->group == PATH_NONE || access->group == PATH_IOMMUFD_ONLY;
	if (group && access->group_reason != REASON_VERSION)
		advise(advice, "for the group", host, access, FOR_GROUP);
	advise_cdev(host, access, advice);
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
		[QUESTION_PCI] = "VFIO_PCI",
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
