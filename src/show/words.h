/* The words for the values of the model, in tables, sentences and JSON. */
#ifndef SHOW_WORDS_H
#define SHOW_WORDS_H

#include "model.h"

/* "yes", "no", "unknown" */
const char *word_answer(enum answer answer);
/* "on", "off", "unknown", "unavailable": JSON */
const char *word_mode(enum mode mode);
/* "enabled", "disabled", "unknown", "unavailable": text */
const char *word_enabled(enum mode mode);
/* "loaded", "built in", "not loaded", "not installed", "unknown" */
const char *word_module(enum module_state state);
/* "note", "warning", "blocker" */
const char *word_severity(enum severity severity);
/* "y", "m", "n", "absent", "unknown" */
const char *word_kconfig(enum kconfig_value value);
/* "VFIO_NOIOMMU": the symbol without CONFIG_ */
const char *word_symbol(enum kconfig_symbol symbol);
/* "planned", "changed", "unchanged", "failed" */
const char *word_outcome(enum outcome outcome);
/* "bound", "vfio", "free", "used", "unknown", "impossible" */
const char *word_fitness(enum fitness fitness);
/* "added", "removed", "bound", "unbound", "node-added", "node-removed" */
const char *word_event(enum event_kind kind);
/* "none", "works", "iommufd-only", "unknown" */
const char *word_path(enum path path);
/* The source of the answer: "seen", "modules", "config", "release"; NULL: none */
const char *word_source(const struct answered *answered);
/* "group", "container", "cdev", ... as JSON has them */
const char *word_question(enum question question);
/* "up", "mount", "swap", ... : the kinds in lower case */
const char *word_use(enum use_kind kind);
/* The name of the ioctl; "open" for nodes */
const char *word_step(enum open_step step);
/* "bar0" to "bar5", "rom", "config", "vga": index as the kernel numbers regions */
const char *word_region(int index);
/* "INTx", "MSI", "MSI-X", "error", "request": index as the kernel numbers interrupts */
const char *word_interrupt(int index);
/* "group+container+cdev (case 3)", ...; 0 is "case unknown" */
const char *word_case(int number);
/* The access to a noiommu device: "group and cdev both work", "no access path", ... */
const char *word_access(const struct access_case *access);

#endif
