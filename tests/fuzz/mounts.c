/* Mounts and swap: os/storage, with libmount. Redacted tables have the same entries for each disk. */
#include "base/base.h"
#include "collect/collect.h"
#include "fuzz.h"

#define MOUNTINFO "proc/self/mountinfo"

/* A redacted table has no filesystem options, and no source that may be a server or a serial number. */
static void check_redacted(const char *text)
{
	for (const char *line = text, *end; *line; line = end + 1) {
		const char *type = strstr(line, " - ");
		end = strchr(line, '\n');
		must(end && end - line > 3 && memcmp(end - 3, " rw", 3) == 0 && type && type < end);
		type += strlen(" - ");
		const char *source = type + strcspn(type, " ") + 1;
		bool disk = text_starts(source, "/dev/") && !text_starts(source, "/dev/disk/");
		bool tag = text_starts(type, "virtiofs ") || text_starts(type, "9p ");
		must(disk || tag || text_starts(source, "none rw\n"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct part rest = { data, size };
	struct part mountinfo = fuzz_part(&rest);
	struct mount_facts facts = { 0 }, recorded = { 0 };
	const char *redacted = redact(MOUNTINFO, fuzz_text(mountinfo));
	check_redacted(redacted);
	fuzz_file(MOUNTINFO, mountinfo);
	fuzz_file("proc/swaps", rest);
	if (mount_facts(fuzz_root(), &facts) == 0) {
		struct mount_fact *fact;
		array_each (fact, &facts)
			must(fact->target || !fact->number);
	}
	fuzz_file_text(MOUNTINFO, redacted);
	mount_facts(fuzz_root(), &recorded);
	return 0;
}
