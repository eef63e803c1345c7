/* PCI addresses as text. */
#ifndef COLLECT_ADDRESS_H
#define COLLECT_ADDRESS_H

#include <stdbool.h>

/* Whether `text` has the form of a PCI address ("0000:00:04.0", "00:04.0", domains of up to 8 digits, upper
 * or lower case). Then `address` becomes the kernel's own form of it. A number that no address can have
 * (device 32, function 8) is no address. */
bool address_parse(const char *text, char address[20]);

/* A pair of PCI ids ("8086:10d3") at `*text`, which is moved behind it. Returns false when there is none, or
 * `*text` is NULL, and sets and moves nothing. */
bool address_parse_ids(const char **text, unsigned int *vendor, unsigned int *device);

#endif
