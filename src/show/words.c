#include "show/show.h"

const char *word_answer(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? "unknown" : answer == ANSWER_YES ? "yes" : "no";
}

const char *word_mode(enum mode mode)
{
	switch (mode) {
	case MODE_OFF:
		return "off";
	case MODE_ON:
		return "on";
	case MODE_ABSENT:
		return "unavailable";
	default:
		return "unknown";
	}
}

const char *word_enabled(enum mode mode)
{
	return mode == MODE_ON ? "enabled" : mode == MODE_OFF ? "disabled" : word_mode(mode);
}

const char *word_module(enum module_state state)
{
	static const char *const words[] = {
		[MODULE_UNKNOWN] = "unknown",
		[MODULE_MISSING] = "not installed",
		[MODULE_AVAILABLE] = "not loaded",
		[MODULE_LOADED] = "loaded",
		[MODULE_BUILTIN] = "built in",
	};
	return words[state];
}

const char *word_severity(enum severity severity)
{
	static const char *const words[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_BLOCKER] = "blocker",
	};
	return words[severity];
}

const char *word_kconfig(enum kconfig_value value)
{
	static const char *const words[] = {
		[KCONFIG_UNKNOWN] = "unknown",
		[KCONFIG_ABSENT] = "absent",
		[KCONFIG_N] = "n",
		[KCONFIG_M] = "m",
		[KCONFIG_Y] = "y",
	};
	return words[value];
}

const char *word_kconfig_kind(enum kconfig_kind kind)
{
	static const char *const words[] = {
		[KCONFIG_PARTIAL] = "partial",
		[KCONFIG_PROMPTS] = "prompts",
		[KCONFIG_WHOLE] = "whole",
	};
	return words[kind];
}

const char *word_event(enum event_kind kind)
{
	static const char *const words[] = {
		[EVENT_ADDED] = "added",
		[EVENT_REMOVED] = "removed",
		[EVENT_BOUND] = "bound",
		[EVENT_UNBOUND] = "unbound",
		[EVENT_NODE_ADDED] = "node-added",
		[EVENT_NODE_REMOVED] = "node-removed",
	};
	return words[kind];
}

const char *word_use(enum use_kind kind)
{
	static const char *const words[] = {
		[USE_UP] = "up",
		[USE_ADDRESS] = "address",
		[USE_ROUTE] = "route",
		[USE_ENSLAVED] = "enslaved",
		[USE_ELSEWHERE] = "elsewhere",
		[USE_MOUNT] = "mount",
		[USE_SWAP] = "swap",
		[USE_HELD] = "held",
		[USE_DISPLAY] = "display",
		[USE_FRAMEBUFFER] = "framebuffer",
		[USE_VFS] = "vfs",
		[USE_UNKNOWN] = "unknown",
		[USE_PROCESS] = "process",
	};
	return words[kind];
}

const char *word_step(enum open_step step)
{
	static const char *const words[STEP_COUNT] = {
		[STEP_OPEN_CONTAINER] = "open container",
		[STEP_CHECK_EXTENSION] = "VFIO_CHECK_EXTENSION",
		[STEP_OPEN_GROUP] = "open group",
		[STEP_GROUP_GET_STATUS] = "VFIO_GROUP_GET_STATUS",
		[STEP_SET_CONTAINER] = "VFIO_GROUP_SET_CONTAINER",
		[STEP_SET_IOMMU] = "VFIO_SET_IOMMU",
		[STEP_GET_DEVICE_FD] = "VFIO_GROUP_GET_DEVICE_FD",
		[STEP_OPEN_CDEV] = "open cdev",
		[STEP_OPEN_IOMMUFD] = "open iommufd",
		[STEP_BIND_IOMMUFD] = "VFIO_DEVICE_BIND_IOMMUFD",
		[STEP_IOAS_ALLOC] = "IOMMU_IOAS_ALLOC",
		[STEP_ATTACH_PT] = "VFIO_DEVICE_ATTACH_IOMMUFD_PT",
		[STEP_IOAS_MAP] = "IOMMU_IOAS_MAP",
		[STEP_GET_PA] = "IOMMU_IOAS_NOIOMMU_GET_PA",
		[STEP_IOAS_UNMAP] = "IOMMU_IOAS_UNMAP",
		[STEP_GET_INFO] = "VFIO_DEVICE_GET_INFO",
	};
	return words[step];
}

const char *word_region(int index)
{
	static const char *const words[REGION_KINDS] = { "bar0", "bar1", "bar2", "bar3", "bar4", "bar5",
		"rom", "config", "vga" };
	return words[index];
}

const char *word_interrupt(int index)
{
	static const char *const words[INTERRUPT_KINDS] = { "INTx", "MSI", "MSI-X", "error", "request" };
	return words[index];
}

#define KCONFIG_NAME(symbol, since) #symbol,
const char *word_symbol(enum kconfig_symbol symbol)
{
	static const char *const words[KCONFIG_COUNT] = { KCONFIG_SYMBOLS(KCONFIG_NAME) };
	return words[symbol];
}

const char *word_outcome(enum outcome outcome)
{
	static const char *const words[] = {
		[OUTCOME_PLANNED] = "planned",
		[OUTCOME_CHANGED] = "changed",
		[OUTCOME_UNCHANGED] = "unchanged",
		[OUTCOME_FAILED] = "failed",
	};
	return words[outcome];
}

const char *word_fitness(enum fitness fitness)
{
	static const char *const words[] = {
		[FITNESS_FREE] = "free",
		[FITNESS_BOUND] = "bound",
		[FITNESS_VFIO] = "vfio",
		[FITNESS_USED] = "used",
		[FITNESS_UNKNOWN] = "unknown",
		[FITNESS_IMPOSSIBLE] = "impossible",
	};
	return words[fitness];
}

const char *word_path(enum path path)
{
	switch (path) {
	case PATH_NONE:
		return "none";
	case PATH_WORKS:
		return "works";
	case PATH_IOMMUFD_ONLY:
		return "iommufd-only";
	default:
		return "unknown";
	}
}

const char *word_source(const struct answered *answered)
{
	static const char *const words[SOURCE_COUNT] = {
		[SOURCE_SEEN] = "seen",
		[SOURCE_MODULES] = "modules",
		[SOURCE_CONFIG] = "config",
		[SOURCE_RELEASE] = "release",
	};
	return answered->answer == ANSWER_UNKNOWN ? NULL : words[answered->source];
}

const char *word_question(enum question question)
{
	static const char *const words[QUESTION_COUNT] = {
		[QUESTION_GROUP] = "group",
		[QUESTION_CONTAINER] = "container",
		[QUESTION_CDEV] = "cdev",
		[QUESTION_IOMMUFD] = "iommufd",
		[QUESTION_NOIOMMU] = "noiommu",
		[QUESTION_GROUP_NOIOMMU] = "group_noiommu",
		[QUESTION_CDEV_NOIOMMU] = "cdev_noiommu",
	};
	return words[question];
}

const char *word_case(int number)
{
	static const char *const words[] = {
		"case unknown",
		"group+container (case 1)",
		"group without container (case 2)",
		"group+container+cdev (case 3)",
		"group+cdev without container (case 4)",
		"cdev (case 5)",
		"neither group nor cdev (case 6)",
	};
	return words[number];
}

/* One sentence for each pair of paths; rows: the group, columns: the cdev, each unknown, none, works. */
const char *word_access(const struct access_case *access)
{
	static const char *const words[4][3] = {
		{ "unknown", "no cdev, group unknown", "cdev works, group unknown" },
		{ "no group, cdev unknown", "no access path", "cdev works, no group" },
		{ "group works, cdev unknown", "group works, no cdev", "group and cdev both work" },
		{ "group works with /dev/iommu only, cdev unknown",
			"group works with /dev/iommu only, no cdev",
			"cdev works, group works with /dev/iommu only" },
	};
	return words[access->group + 1][access->cdev + 1];
}
