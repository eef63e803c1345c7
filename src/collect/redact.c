#include "collect/redact.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* "24 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro": proc_pid_mountinfo(5) */
static void append_mount(char **to, const char *line)
{
	const char *separator = strstr(line, " - ");
	const char *type = separator ? separator + strlen(" - ") : "";
	size_t type_length = strcspn(type, " ");
	const char *source = type + type_length + (type[type_length] == ' ');
	/* A name below by-id can be made of the serial number. */
	bool node = text_starts(source, "/dev/") && !text_starts(source, "/dev/disk/");
	if (separator)
		text_append(to, "%.*s%.*s %.*s rw\n", (int)(type - line), line, (int)type_length, type,
			node ? (int)strcspn(source, " ") : (int)strlen("none"), node ? source : "none");
}

char *redact_mounts(const char *text)
{
	char *to = text_copy("");
	while (*text) {
		size_t length = strcspn(text, "\n");
		auto_free char *line = text_format("%.*s", (int)length, text);
		append_mount(&to, line);
		text += length + (text[length] == '\n');
	}
	return to;
}
