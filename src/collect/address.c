#include "collect/address.h"

#include <stdio.h>

#include "base/text.h"

bool address_parse(const char *text, char address[20])
{
	unsigned long domain = 0, bus, slot, function;
	const char *at = text, *behind_domain = text;
	if (text_hex(&behind_domain, 4, 8, &domain)) {
		if (*behind_domain++ != ':')
			return false;
		at = behind_domain;
	}
	if (!text_hex(&at, 2, 2, &bus) || *at++ != ':' || !text_hex(&at, 2, 2, &slot) || *at++ != '.' ||
		!text_hex(&at, 1, 1, &function) || *at)
		return false;
	if (slot > 0x1f || function > 7)
		return false;
	/* The kernel compares addresses as strings, with a domain of at least four digits. */
	snprintf(address, 20, "%04lx:%02lx:%02lx.%lx", domain, bus, slot, function);
	return true;
}

bool address_parse_ids(const char **text, unsigned int *vendor, unsigned int *device)
{
	unsigned long first, second;
	const char *at = *text;
	if (!at || !text_hex(&at, 4, 4, &first) || *at++ != ':' || !text_hex(&at, 4, 4, &second))
		return false;
	*vendor = (unsigned int)first;
	*device = (unsigned int)second;
	*text = at;
	return true;
}
