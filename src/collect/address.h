/* PCI addresses as text. */
#ifndef COLLECT_ADDRESS_H
#define COLLECT_ADDRESS_H

#include <stdbool.h>

/* Whether `text` is a valid PCI address ("0000:00:04.0", "00:04.0", domains of up to 8 digits, upper or lower
 * case). If so, `address` is set to the kernel's form. Out-of-range numbers (device 32, function 8) are
 * invalid. */
bool address_parse(const char *text, char address[20]);

/* Parses a pair of PCI IDs ("8086:10d3") at `*text`, and advances `*text` past it. Returns false, with
 * everything untouched, if there is none or `*text` is NULL. */
bool address_parse_ids(const char **text, unsigned int *vendor, unsigned int *device);

#endif
