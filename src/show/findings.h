/* Findings as text. */
#ifndef SHOW_FINDINGS_H
#define SHOW_FINDINGS_H

#include <stdio.h>

#include "model.h"

/* Each finding to `stream`: "ADDRESS: SENTENCE [ID]", then its remedy. Those below `least` are left out. */
void findings_print(FILE *stream, const struct finding_list *findings, enum severity least);

#endif
