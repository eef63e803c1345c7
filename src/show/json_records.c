#include "show/json.h"

#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

void json_add_records(struct json *document, const char *file, const struct record_list *records)
{
	struct json *to = value_object(), *unreadable = value_list(0);
	const struct record *record;
	array_each (record, records) {
		if (!record->error)
			continue;
		auto_free char *path = text_format("/%s", record->path);
		struct json *item = value_object();
		value_add_text(item, "path", path);
		value_add_text(item, "reason", strerror(-record->error));
		value_append(unreadable, item);
	}
	value_add_text(to, "file", file);
	value_add_number(to, "count", (long long)records->count);
	value_add(to, "unreadable", unreadable);
	value_add(document, "report", to);
}
