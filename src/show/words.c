#include "show/words.h"

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

#define KCONFIG_NAME(symbol) #symbol,
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
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_FAILED] = "failed",
	};
	return words[outcome];
}

const char *word_use(enum use use)
{
	static const char *const words[] = {
		[USE_FREE] = "free",
		[USE_BOUND] = "bound",
		[USE_VFIO] = "vfio",
		[USE_IMPOSSIBLE] = "impossible",
	};
	return words[use];
}

const char *word_access(const struct access_case *access)
{
	if (access->group_path == ANSWER_UNKNOWN || access->cdev_path == ANSWER_UNKNOWN)
		return access->group_path == ANSWER_YES  ? "group works, cdev unknown"
		       : access->cdev_path == ANSWER_YES ? "cdev works, group unknown"
							 : "unknown";
	if (access->group_path == ANSWER_YES)
		return access->cdev_path == ANSWER_YES ? "group and cdev both work" : "group works, no cdev";
	return access->cdev_path == ANSWER_YES ? "cdev works, no group" : "no access path";
}
