/* Findings as text. */
#ifndef SHOW_FINDINGS_H
#define SHOW_FINDINGS_H

#include <stdio.h>

#include "model.h"

/* Prints each finding to `stream`: "error: ADDRESS: SENTENCE [ID]" ("warning: ...", "note: ..."), then "hint:
 * " and its remedy. Findings below `least` are left out. */
void findings_print(FILE *stream, const struct finding_list *findings, enum severity least);

#endif
