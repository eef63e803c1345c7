#include <dlfcn.h>

#include "base/base.h"

static bool load(const struct library *library)
{
	void *handle = dlopen(library->soname, RTLD_NOW);
	for (size_t i = 0; handle && i < library->count; i++) {
		void *function = dlsym(handle, library->functions[i].name);
		if (!function)
			return false;
		*library->functions[i].pointer = function;
	}
	return handle != NULL;
}

bool library_load(struct library *library)
{
	if (library->state == LIBRARY_UNTRIED) {
		library->state = load(library) ? LIBRARY_LOADED : LIBRARY_ABSENT;
		if (library->state == LIBRARY_ABSENT) {
			log_error("%s", dlerror());
			log_hint("install %s; on Debian: apt install %s", library->soname, library->package);
		}
	}
	return library->state == LIBRARY_LOADED;
}

void library_need(struct library *library)
{
	if (!library_load(library))
		exit(EXIT_FAILURE);
}
