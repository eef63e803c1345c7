#include "judge/matrix.h"

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

/* Before 6.6 there is no symbol VFIO_GROUP (since then it is always named, if only as "not set"): always
 * built. */
static enum answer group_built(const struct kconfig *config)
{
	bool always = built(config, KCONFIG_VFIO) == ANSWER_YES &&
		      config->value[KCONFIG_VFIO_GROUP] == KCONFIG_ABSENT;
	return always ? ANSWER_YES : built(config, KCONFIG_VFIO_GROUP);
}

/* Before 6.2 there is no symbol VFIO_CONTAINER either. From 6.6 on it depends on VFIO_GROUP, and is not named
 * without. */
static enum answer container_built(const struct kconfig *config)
{
	bool always = built(config, KCONFIG_VFIO) == ANSWER_YES &&
		      config->value[KCONFIG_VFIO_GROUP] == KCONFIG_ABSENT &&
		      config->value[KCONFIG_VFIO_CONTAINER] == KCONFIG_ABSENT;
	return always ? ANSWER_YES
		      : answer_or(built(config, KCONFIG_VFIO_CONTAINER),
				built(config, KCONFIG_IOMMUFD_VFIO_CONTAINER));
}

static bool vfio_is_there(const struct host *host)
{
	enum module_state state = host->modules[MODULE_VFIO].state;
	return state == MODULE_LOADED || state == MODULE_BUILTIN;
}

/* What is seen of the running kernel, once vfio is in it, before what its configuration says. */
static enum answer seen_or(const struct host *host, enum answer seen, enum answer configured)
{
	return vfio_is_there(host) && seen != ANSWER_UNKNOWN ? seen : configured;
}

/* The parameter of the vfio module exists exactly when noiommu was built. */
static enum answer noiommu_seen(const struct host *host)
{
	if (host->mode == MODE_ON || host->mode == MODE_OFF)
		return ANSWER_YES;
	return host->mode == MODE_ABSENT ? ANSWER_NO : ANSWER_UNKNOWN;
}

static int matrix_row(const struct access_case *found)
{
	if (found->group == ANSWER_NO && found->cdev != ANSWER_UNKNOWN)
		return found->cdev ? 5 : 6;
	if (found->group != ANSWER_YES || found->container == ANSWER_UNKNOWN || found->cdev == ANSWER_UNKNOWN)
		return 0;
	if (found->cdev)
		return found->container ? 3 : 4;
	return found->container ? 1 : 2;
}

struct access_case access_case_judge(const struct host *host)
{
	const struct kconfig *config = &host->kconfig;
	enum answer either = built(config, KCONFIG_VFIO_NOIOMMU);
	enum answer for_group = answer_or(either, built(config, KCONFIG_VFIO_GROUP_NOIOMMU));
	enum answer for_cdev =
		answer_or(built(config, KCONFIG_IOMMUFD_NOIOMMU), built(config, KCONFIG_VFIO_CDEV_NOIOMMU));
	enum answer seen = noiommu_seen(host);
	struct access_case found = {
		.group = seen_or(host, host->group_class, group_built(config)),
		.container = seen_or(host, host->container_misc, container_built(config)),
		.cdev = built(config, KCONFIG_VFIO_DEVICE_CDEV),
		.noiommu = seen_or(host, seen, answer_or(for_group, for_cdev)),
	};
	/* The parameter says that one of the two was built; which, only the configuration tells, or that the
	 * other cannot be. */
	if (for_group == ANSWER_UNKNOWN && found.noiommu == ANSWER_YES && found.group == ANSWER_YES)
		for_group = found.container;
	found.group_path =
		answer_and(answer_and(found.noiommu, for_group), answer_and(found.group, found.container));
	found.cdev_path = answer_and(answer_and(found.noiommu, for_cdev), found.cdev);
	found.number = matrix_row(&found);
	return found;
}
