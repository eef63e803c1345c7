#include "judge/nextboot.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "judge/finding.h"

#define PARAMETER "vfio.enable_unsafe_noiommu_mode"
#define CMDLINE   "/proc/cmdline"

static const char *enabled_word(enum mode mode)
{
	return mode == MODE_ON ? "enabled" : "disabled";
}

static char *because(const struct next_boot *next)
{
	return next->source ? text_format("set by %s", next->source) : text_copy("nothing sets it");
}

void nextboot_judge(const struct host *host, const struct next_boot *next, struct finding_list *findings)
{
	bool when_loaded = host->mode == MODE_UNKNOWN && host->mode_at_load == MODE_ON;
	bool on_now = host->mode == MODE_ON || when_loaded, on_then = next->mode == MODE_ON;
	if (host->mode == MODE_ABSENT || next->mode == MODE_ABSENT || next->mode == MODE_UNKNOWN ||
		on_now == on_then)
		return;
	auto_free char *why = because(next);
	finding_add(findings, FINDING_NEXT_BOOT_DIFFERS, NULL,
		on_now ? "vfionoiommu enable --persistent" : "vfionoiommu enable",
		"noiommu mode is %s now but will be %s after the next boot (%s)",
		enabled_word(on_now ? MODE_ON : MODE_OFF), enabled_word(next->mode), why);
}

/* The boot loader sets the kernel command line, so the user has to edit its configuration. */
static char *change_parameter(const struct next_boot *next, bool on)
{
	return text_format("%s " PARAMETER "=1 %s %s%s%s", on ? "add" : "remove", on ? "to" : "from",
		next->boot_file ? next->boot_file
				: "the kernel command line in the boot loader configuration",
		next->boot_tool ? ", then: " : "", next->boot_tool ? next->boot_tool : "");
}

/* Only the kernel command line sets parameters of a built-in vfio. */
static void judge_builtin(const struct next_boot *next, bool on, struct finding_list *findings)
{
	auto_free char *remedy = change_parameter(next, on);
	finding_add(findings, FINDING_NEXT_BOOT_PARAMETER, NULL, remedy,
		"vfio is built into this kernel: only " PARAMETER
		" on the kernel command line sets noiommu mode at the next boot");
}

static void judge_other(const struct next_boot *next, bool on, struct finding_list *findings)
{
	bool cmdline = text_same(next->source, CMDLINE);
	auto_free char *remedy = cmdline ? change_parameter(next, on) : text_format("edit %s", next->source);
	if (next->own == OWN_FILE_EDITED) {
		auto_free char *edit = text_format("edit %s", next->own_path);
		finding_add(findings, FINDING_MODE_SET_ELSEWHERE, NULL, edit,
			"%s differs from what vfionoiommu writes and is left unchanged", next->own_path);
	} else if (next->mode == MODE_UNKNOWN)
		finding_add(findings, FINDING_NEXT_BOOT_UNKNOWN, NULL,
			"grep -r enable_unsafe_noiommu_mode /proc/cmdline /etc/modprobe.d",
			"the settings of noiommu mode at the next boot could not be read");
	else
		finding_add(findings, FINDING_MODE_SET_ELSEWHERE, NULL, remedy,
			"%s %s noiommu mode at the next boot; vfionoiommu does not manage this setting",
			next->source, on ? "disables" : "enables");
}

static void judge_initramfs(const struct next_boot *next, bool on, struct finding_list *findings)
{
	const char *remedy = next->initramfs_tool;
	if (!next->initramfs || next->initramfs_has_vfio == ANSWER_NO)
		return;
	if (next->initramfs_has_vfio == ANSWER_UNKNOWN)
		finding_add(findings, FINDING_INITRAMFS_UNKNOWN, NULL, remedy,
			"cannot determine whether %s contains vfio; if it does, rebuild it", next->initramfs);
	else if (next->initramfs_mode != (on ? MODE_ON : MODE_OFF))
		finding_add(findings, FINDING_INITRAMFS_STALE, NULL, remedy,
			"%s contains vfio and leaves noiommu mode %s; rebuild it", next->initramfs,
			enabled_word(next->initramfs_mode));
}

bool nextboot_judge_wanted(
	const struct host *host, const struct next_boot *next, bool on, struct finding_list *findings)
{
	bool so = next->mode == (on ? MODE_ON : MODE_OFF);
	bool builtin = host->modules[MODULE_VFIO].state == MODULE_BUILTIN;
	if (!so && builtin)
		judge_builtin(next, on, findings);
	else if (!so)
		judge_other(next, on, findings);
	if (!builtin)
		judge_initramfs(next, on, findings);
	return so;
}
