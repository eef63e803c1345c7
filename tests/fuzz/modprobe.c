/* modprobe.d and the kernel command line: state/modprobe_conf, collect/nextboot. Redacted files set the same
 * mode. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"
#include "state/state.h"

#define OWN   "etc/modprobe.d/a.conf"
#define OTHER "lib/modprobe.d/b.conf"

static void check(const char *path, const char *text,
	enum mode (*read)(const char *text, const char *module, const char *parameter))
{
	const char *redacted = redact(path, text);
	must(text_same(redacted, redact(path, redacted)));
	must(read(redacted, "vfio", NOIOMMU_PARAMETER) == read(text, "vfio", NOIOMMU_PARAMETER));
}

/* The last file that sets the mode wins. */
static void read_files(struct part own, struct part other)
{
	enum mode mode;
	const char *source = NULL;
	const char *first = fuzz_text(own), *second = fuzz_text(other);
	enum mode expected = modprobe_text_option(second, "vfio", NOIOMMU_PARAMETER);
	expected =
		expected == MODE_UNKNOWN ? modprobe_text_option(first, "vfio", NOIOMMU_PARAMETER) : expected;
	fuzz_file(OWN, own);
	fuzz_file(OTHER, other);
	must(modprobe_collect_option(fuzz_root(), NULL, "vfio", NOIOMMU_PARAMETER, &mode, &source, NULL) ==
		0);
	must(mode == expected && !source == (mode == MODE_UNKNOWN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part rest = { data, size };
	struct part own = fuzz_part(&rest);
	const char *text = fuzz_text(own);
	check(OWN, text, modprobe_text_option);
	check("proc/cmdline", text, modprobe_cmdline_option);
	read_files(own, rest);
	return 0;
}
