#include "base/base.h"
#include "state/state.h"

char *saved_state_path(const char *address)
{
	return text_format(SAVED_STATE_DIRECTORY "/%s", address);
}

bool saved_state_parse(const char *text, const struct device *device, struct remembered *saved)
{
	auto_free char *address = text_value(text, "ADDRESS");
	auto_free char *modalias = text_value(text, "MODALIAS");
	auto_free char *driver = text_value(text, "DRIVER");
	auto_free char *module = text_value(text, "MODULE");
	auto_free char *override = text_value(text, "DRIVER_OVERRIDE");
	auto_free char *by_kernel = text_value(text, "BY_KERNEL");
	if (!text_same(address, device->address) || !text_same(modalias, device->modalias) ||
		!text_is_name(driver) || !text_is_name(module) || !text_is_name(override))
		return false;
	*saved = (struct remembered){
		.known = ANSWER_YES,
		.driver = text_copy(driver),
		.module = text_copy(module),
		.driver_override = text_copy(override),
		.by_kernel = text_same(by_kernel, "y"),
	};
	return true;
}

char *saved_state_format(const struct device *device, const struct remembered *saved)
{
	char *text = text_format("ADDRESS=%s\n", device->address);
	text_append_value(&text, "MODALIAS", device->modalias);
	text_append_value(&text, "DRIVER", saved->driver);
	text_append_value(&text, "MODULE", saved->module);
	text_append_value(&text, "DRIVER_OVERRIDE", saved->driver_override);
	text_append_value(&text, "BY_KERNEL", saved->by_kernel ? "y" : NULL);
	return text;
}
